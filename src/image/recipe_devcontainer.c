/* A devcontainer.json (https://containers.dev/implementors/json_reference/). */
#include "image/service.h"

static void read_options(struct service *service, const struct yaml *arguments)
{
    for (const struct yaml *item = arguments ? arguments->first : NULL; item; item = item->next)
        service_option(service, item->text, item->next ? item->next->text : STR(""));
}

/* true, "optional", or what the GPU must have. */
static bool asks_for_gpu(const struct yaml *gpu)
{
    return gpu && gpu->kind != YAML_NULL && !str_eqz(gpu->text, "false");
}

static void read_environment(struct service *service, const struct yaml *map)
{
    for (const struct yaml *item = map ? map->first : NULL; item; item = item->next)
        service_env(service, item->line, item->key, item->text,
                    item->kind == YAML_TEXT && str_find(item->text, STR("${")) == STR_NONE);
}

void recipe_of_devcontainer(struct place *place, const struct yaml *top)
{
    const struct yaml *image = yaml_get(top, "image"), *mounts = yaml_get(top, "mounts");
    const struct yaml *gpu = yaml_get(top, "hostRequirements.gpu");
    struct service service = { .place = *place, .line = image ? image->line : top->line };

    service.name = yaml_text(top, "name").len ? yaml_text(top, "name") : STR("devcontainer");
    if (image && image->kind == YAML_TEXT)
        service_image(&service, image->text, str_find(image->text, STR("${")) == STR_NONE);
    read_environment(&service, yaml_get(top, "containerEnv"));
    read_environment(&service, yaml_get(top, "remoteEnv"));
    if (asks_for_gpu(gpu))
        service_gpu(&service, true, "host-requirements");
    read_options(&service, yaml_get(top, "runArgs"));
    if (str_eqz(yaml_text(top, "privileged"), "true"))
        service_gpu(&service, false, "privileged");
    for (const struct yaml *item = mounts ? mounts->first : NULL; item; item = item->next)
        service_mount(&service, item->line, item->text);
    /* What a compose file starts is asked of that file. */
    if (!yaml_get(top, "dockerComposeFile"))
        service_add(&service);
}
