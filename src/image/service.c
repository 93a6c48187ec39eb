#include "image/service.h"

void service_gpu(struct service *service, bool asked, const char *form)
{
    if (service->gpu)
        return;
    service->gpu = asked;
    service->gpu_form = str_of(form);
}

void service_reason(struct service *service, struct str reason)
{
    if (service->gpu_reason.len == 0)
        service->gpu_reason = reason;
}

void service_env(struct service *service, unsigned line, struct str name, struct str value,
                 bool known)
{
    bool is_gpu = str_eqz(name, "NVIDIA_VISIBLE_DEVICES") || str_eqz(name, "CUDA_VISIBLE_DEVICES");

    place_env(&service->place, line, name, value, known);
    if (is_gpu && known && value.len && !str_eqz(value, "void") && !str_eqz(value, "none") &&
        !str_eqz(value, "-1"))
        service_reason(service, arena_printf(service->place.arena, "%.*s=%.*s", STR_ARG(name),
                                             STR_ARG(value)));
}

void service_image(struct service *service, struct str image, bool known)
{
    const struct image_name *name = &service->place.name;

    place_set_base(&service->place, image, known);
    (void) place_add(&service->place, service->line, "from", service->name, image);
    if (name->tag && str_eqz(name->tag->accelerator, "cuda"))
        service_reason(service, image);
}

void service_device(struct service *service, struct str device)
{
    if (str_starts(device, STR("nvidia.com/gpu")))
        service_gpu(service, true, "cdi");
    else if (str_starts(device, STR("/dev/nvidia")))
        service_gpu(service, false, "device-files");
}

void service_mount(struct service *service, unsigned line, struct str mount)
{
    struct str path, rest;
    struct recipe_facts *facts;

    (void) str_cut(mount, ':', &path, &rest);
    service->shared_memory |= str_eqz(path, "/dev/shm");
    if (!place_is_driver_file(path))
        return;
    facts = place_add(&service->place, line, "copy", service->name, path);
    place_bool(facts, &facts->driver_file, true);
}

void service_option(struct service *service, struct str word, struct str next)
{
    struct str key, value;

    if (!str_cut(word, '=', &key, &value))
        value = next;
    if (str_eqz(key, "--gpus"))
        service_gpu(service, true, "gpus");
    else if (str_eqz(key, "--device"))
        service_device(service, value);
    else if (str_eqz(key, "--runtime") && str_eqz(value, "nvidia"))
        service_gpu(service, true, "runtime");
    else if (str_eqz(key, "--privileged"))
        service_gpu(service, false, "privileged");
    else if (str_eqz(key, "--shm-size") || (str_eqz(key, "--ipc") && str_eqz(value, "host")))
        service->shared_memory = true;
}

/* Programs that need a GPU, and those whose loader processes share memory. */
static void read_words(struct service *service, const struct shell_command *command)
{
    static const char *const needing[] = { "nvidia-smi", "--device=cuda", "cuda", "cuda:0" };

    for (size_t i = 0; i < command->count; i++) {
        struct str word = command->items[i].text, key, value;

        for (size_t n = 0; n < sizeof(needing) / sizeof(needing[0]); n++)
            if (str_eqz(path_base(word), needing[n]))
                service_reason(service, word);
        if (str_eqz(path_base(word), "torchrun") || str_has(word, STR("torch.distributed")))
            service->workers = word;
        if (!str_cut(word, '=', &key, &value) && i + 1 < command->count)
            value = command->items[i + 1].text;
        if ((str_has(key, STR("num_workers")) || str_has(key, STR("num-workers"))) &&
            !str_eqz(value, "0"))
            service->workers = key;
    }
}

void service_add(struct service *service)
{
    struct place *place = &service->place;
    struct recipe_facts *facts, *jupyter;

    read_words(service, &place->command);
    read_words(service, &place->entrypoint);
    jupyter = place_start(place);
    facts = place_add(place, service->line, "service", service->name, place->base);
    if (jupyter)
        facts->token = jupyter->token;
    place_bool(facts, &facts->gpu, service->gpu);
    if (service->gpu_form.len)
        place_str(facts, &facts->gpu_form, service->gpu_form);
    if (service->gpu_reason.len)
        place_str(facts, &facts->gpu_reason, service->gpu_reason);
    place_bool(facts, &facts->shared_memory, service->shared_memory);
    place_bool(facts, &facts->public_port, service->public_port);
    if (service->public_port)
        facts->public_port.from =
            arena_printf(place->arena, "%.*s:%u", STR_ARG(place->file), service->port_line);
    if (service->workers.len)
        place_str(facts, &facts->workers, service->workers);
}
