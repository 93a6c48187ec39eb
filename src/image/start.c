#include "image/start.h"

#include "base/buf.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

#define LINE_LIMIT 65536

/*
 * https://docs.docker.com/engine/containers/resource_constraints/#gpu,
 * https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/cdi-support.html (its
 * SELinux option too), https://github.com/containerd/nerdctl/blob/main/docs/gpu.md
 */
static const struct start_form forms[] = {
    { "docker", "gpus", "all", "--gpus", NULL, NULL, false },
    { "podman", "cdi", "nvidia.com/gpu=all", "--device", "nvidia.com/gpu=", "label=disable", true },
    { "nerdctl", "gpus", "all", "--gpus", NULL, NULL, false },
};

const struct start_form *start_form_of(const struct engine *engine)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (strcmp(forms[i].engine, engine->name) == 0)
            return &forms[i];
    return NULL;
}

struct words {
    struct arena *arena;
    const char **items;
    size_t count; /* may be over START_WORDS: then what is more was left out */
};

static void add(struct words *words, struct str word)
{
    if (words->count < START_WORDS)
        words->items[words->count] = arena_copy(words->arena, word).data;
    words->count++;
}

static void add_option(struct words *words, const char *name, struct str value)
{
    add(words, str_of(name));
    add(words, value);
}

static void add_gpus(struct words *words, const struct start *start)
{
    const struct start_form *form = start->form;
    struct str rest = start->gpus, one;

    if (str_eqz(start->gpus, "none"))
        return;
    if (str_eqz(start->gpus, "all"))
        add_option(words, form->gpu, str_of(form->all));
    else if (!form->prefix) /* the quotes are the engine's: its value is divided by commas, too */
        add_option(words, form->gpu,
                   arena_printf(words->arena, "\"device=%.*s\"", STR_ARG(start->gpus)));
    else
        while (str_next_part(&rest, ',', &one))
            add_option(words, form->gpu,
                       arena_printf(words->arena, "%s%.*s", form->prefix, STR_ARG(one)));
    if (start->selinux && form->unlabelled)
        add_option(words, "--security-opt", str_of(form->unlabelled));
}

/* What NVIDIA advises for PyTorch: https://docs.nvidia.com/deeplearning/frameworks/user-guide/ */
static void add_limits(struct words *words, const struct start *start)
{
    if (start->shm_size.len)
        add_option(words, "--shm-size", start->shm_size);
    if (start->raise_limits)
        add_option(words, "--ulimit", STR("memlock=-1"));
    add_option(words, "--ulimit", STR("stack=67108864"));
}

static void add_door(struct words *words, const struct start_door *door)
{
    bool v6 = str_find_char(door->address, ':') != STR_NONE;

    add_option(words, "-p",
               arena_printf(words->arena, v6 ? "[%.*s]:%u:%u" : "%.*s:%u:%u",
                            STR_ARG(door->address), door->host_port, door->port));
}

int start_words(struct arena *arena, const struct start *start, const char *const **ret)
{
    struct words words = {
        arena, (const char **) arena_array(arena, START_WORDS + 1, sizeof(*words.items)), 0
    };

    add(&words, str_of(start->form->engine));
    add(&words, STR("run"));
    add(&words, start->detached ? STR("-d") : STR("--rm"));
    if (!start->detached)
        add(&words, start->terminal ? STR("-it") : STR("-i"));
    add_option(&words, "--name", start->name);
    add_gpus(&words, start);
    add_limits(&words, start);
    for (size_t i = 0; i < start->door_count; i++)
        add_door(&words, &start->doors[i]);
    if (start->token.len)
        add_option(&words, "-e", start->token);
    for (size_t i = 0; i < start->mount_count; i++)
        add_option(&words, "-v", start->mounts[i]);
    for (size_t i = 0; i < start->option_count; i++)
        add(&words, start->options[i]);
    add(&words, start->image);
    for (size_t i = 0; i < start->command_count; i++)
        add(&words, start->command[i]);
    if (words.count > START_WORDS)
        return -E2BIG;
    *ret = words.items;
    return 0;
}

struct str start_line(struct arena *arena, const char *const *words)
{
    struct buf buf = buf_new(arena, LINE_LIMIT);

    for (; *words; words++) {
        if (buf.len)
            buf_add_char(&buf, ' ');
        text_shell_quote(&buf, str_of(*words));
    }
    return buf_str(&buf);
}
