/* A compose file, service by service (https://docs.docker.com/reference/compose-file/services/). */
#include "image/service.h"

static const struct str nothing = { NULL, 0 };

static bool expanded(const struct service *service, struct str text, struct str *ret)
{
    return docker_expand(&service->place.scope, text, ret);
}

static bool holds(const struct yaml *list, const char *text)
{
    for (const struct yaml *item = list ? list->first : NULL; item; item = item->next)
        if (str_eqz(item->text, text))
            return true;
    return list && str_eqz(list->text, text);
}

static void add_request(struct service *service, unsigned line, const char *what, struct str value)
{
    (void) place_add(&service->place, line, "request", str_of(what), value);
}

/* An entry of deploy.resources.reservations.devices
 * (https://docs.docker.com/compose/how-tos/gpu-support/). */
static void read_reservation(struct service *service, const struct yaml *device)
{
    const struct yaml *capabilities = yaml_get(device, "capabilities");
    const struct yaml *count = yaml_get(device, "count"), *ids = yaml_get(device, "device_ids");
    struct str driver = yaml_text(device, "driver");
    bool is_cdi = str_eqz(driver, "cdi");

    if (device->kind != YAML_MAP)
        return;
    if (!capabilities || (capabilities->kind == YAML_LIST && capabilities->count == 0))
        add_request(service, device->line, "capabilities", driver);
    else if (!is_cdi && !holds(capabilities, "gpu") && !holds(capabilities, "nvidia"))
        add_request(service, capabilities->line, "not-gpu",
                    capabilities->first ? capabilities->first->text : capabilities->text);
    else if (count && str_eqz(count->text, "0"))
        add_request(service, count->line, "not-gpu", STR("count: 0"));
    if (count && ids)
        add_request(service, count->line, "count-and-device_ids", count->text);
    service_gpu(service, true, is_cdi ? "cdi" : "deploy");
}

/* A map, or a list of "NAME=value". A name alone has its value from the shell. */
static void read_environment(struct service *service, const struct yaml *environment)
{
    for (const struct yaml *item = environment ? environment->first : NULL; item;
         item = item->next) {
        struct str name = item->key, value = item->text;
        bool given = item->kind != YAML_NULL;

        if (environment->kind == YAML_LIST)
            given = str_cut(item->text, '=', &name, &value);
        if (given)
            given = expanded(service, value, &value);
        service_env(service, item->line, name, value, given);
    }
}

/* "8888:8888", "127.0.0.1:8888:8888", or a map with host_ip. */
static void read_ports(struct service *service, const struct yaml *ports)
{
    for (const struct yaml *item = ports ? ports->first : NULL; item; item = item->next) {
        struct str ip = yaml_text(item, "host_ip"), first, rest;

        if (item->kind == YAML_TEXT && str_cut(item->text, ':', &first, &rest) &&
            str_find_char(rest, ':') != STR_NONE)
            ip = first;
        if (service->public_port || str_starts(ip, STR("127.")) || str_starts(ip, STR("[::1]")) ||
            str_eqz(ip, "::1"))
            continue;
        service->public_port = true;
        service->port_line = item->line;
    }
}

static void read_devices(struct service *service, const struct yaml *devices)
{
    for (const struct yaml *item = devices ? devices->first : NULL; item; item = item->next)
        service_device(service, item->kind == YAML_MAP ? yaml_text(item, "source") : item->text);
}

static void read_volumes(struct service *service, const struct yaml *volumes)
{
    for (const struct yaml *item = volumes ? volumes->first : NULL; item; item = item->next)
        service_mount(service, item->line,
                      item->kind == YAML_MAP ? yaml_text(item, "source") : item->text);
}

/* A text that a shell would split, or a list of words. */
static void read_command(struct service *service, const struct yaml *command,
                         struct shell_command *ret)
{
    if (!command || command->kind == YAML_NULL)
        return;
    if (command->kind == YAML_TEXT)
        place_words(&service->place, command->text, false, ret);
    for (const struct yaml *item = command->first; item && ret->count < SHELL_WORDS;
         item = item->next) {
        struct shell_word word = { .known = true };

        word.known = expanded(service, item->text, &word.text);
        *LIST_ADD(service->place.arena, ret) = word;
    }
    service->place.started_at = command->line;
}

static void read_requests(struct service *service, const struct yaml *map)
{
    const struct yaml *devices = yaml_get(map, "deploy.resources.reservations.devices");
    const struct yaml *gpus = yaml_get(map, "gpus");

    for (const struct yaml *item = devices ? devices->first : NULL; item; item = item->next)
        read_reservation(service, item);
    if (gpus && gpus->kind != YAML_NULL)
        service_gpu(service, true, "gpus");
    read_devices(service, yaml_get(map, "devices"));
    if (str_eqz(yaml_text(map, "runtime"), "nvidia"))
        service_gpu(service, true, "runtime");
    if (str_eqz(yaml_text(map, "privileged"), "true"))
        service_gpu(service, false, "privileged");
}

static void read_service(const struct place *empty, const struct yaml *map)
{
    struct service service = { .place = *empty, .line = map->line, .name = map->key };
    struct str image = yaml_text(map, "image"), user = yaml_text(map, "user");
    const struct yaml *written = yaml_get(map, "image");
    bool known;

    service.place.scope = docker_scope_copy(&empty->scope);
    known = expanded(&service, yaml_text(map, "platform"), &service.place.platform);
    if (!known)
        service.place.platform = nothing;
    if (image.len && !yaml_get(map, "build")) { /* else it names what is built */
        known = expanded(&service, image, &image);
        service.line = written->line;
        service_image(&service, image, known);
        service.line = map->line;
    }
    if (user.len)
        service.place.root =
            (struct fact_bool){ .state = FACT_KNOWN,
                                .value = str_eqz(user, "root") || str_eqz(user, "0") ||
                                         str_starts(user, STR("0:")) };
    read_environment(&service, yaml_get(map, "environment"));
    read_requests(&service, map);
    read_ports(&service, yaml_get(map, "ports"));
    read_volumes(&service, yaml_get(map, "volumes"));
    read_command(&service, yaml_get(map, "entrypoint"), &service.place.entrypoint);
    read_command(&service, yaml_get(map, "command"), &service.place.command);
    service.shared_memory |=
        yaml_text(map, "shm_size").len > 0 || str_eqz(yaml_text(map, "ipc"), "host");
    service_add(&service);
}

void recipe_of_compose(struct place *place, const struct yaml *top)
{
    const struct yaml *services = yaml_get(top, "services");

    place->scope.escape = '\0';
    for (const struct yaml *map = services->first; map; map = map->next)
        if (map->kind == YAML_MAP)
            read_service(place, map);
}
