#include "driver/live.h"

#include "base/clock.h"
#include "driver/helper.h"

#include <errno.h>

#define MODULES_MAX (1u << 20)
#define NODES_MAX 65536

/* A context itself takes some hundred MiB of the GPU's memory. */
#define HARDLY_ANY ((int64_t) 1 << 30)

/* What asking may change. */
struct scene {
    struct str modules; /* proc/modules */
    struct names nodes; /* of dev */
    bool seen;
};

struct driver_live {
    struct root *root;
    struct scene before;
    const char *const *environment;
    struct driver_asking *asking;
    size_t questions; /* 2: the clean environment, too */
    int64_t began_us;
};

static const char *const loader_variables[] = { "LD_LIBRARY_PATH", "LD_PRELOAD", NULL };

static struct scene look(struct root *root)
{
    struct scene scene = { 0 };

    int r = root_read(root, STR("proc/modules"), MODULES_MAX, &scene.modules);

    /* A kernel that can load no modules has no such file. */
    scene.seen =
        (r == 0 || r == -ENOENT) && root_list(root, STR("dev"), NODES_MAX, &scene.nodes) == 0;
    return scene;
}

static bool any_is_set(const char *const *environment)
{
    for (size_t i = 0; environment && environment[i]; i++)
        for (size_t v = 0; loader_variables[v]; v++) {
            struct str name, value;

            (void) str_cut(str_of(environment[i]), '=', &name, &value);
            if (value.len && str_eqz(name, loader_variables[v]))
                return true;
        }
    return false;
}

struct driver_live *driver_live_start(struct arena *arena, struct root *root,
                                      const char *const *environment)
{
    struct driver_live *live = ARENA_NEW(arena, struct driver_live);
    struct driver_question questions[2] = { { .environ = environment }, { 0 } };

    *live = (struct driver_live){
        .root = root,
        .before = look(root),
        .environment = environment,
        .questions = any_is_set(environment) ? 2 : 1,
        .began_us = clock_us(),
    };
    questions[1].environ = environ_copy(arena, environment, loader_variables, NULL);
    live->asking = driver_ask_start(arena, questions, live->questions);
    return live;
}

/* --- what changed -------------------------------------------------------------------------- */

static bool has_name(const struct names *names, struct str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_eq(names->items[i], name))
            return true;
    return false;
}

static bool has_module(struct str modules, struct str name)
{
    struct str line, first;

    while (str_next_line(&modules, &line))
        if (str_next_word(&line, &first) && str_eq(first, name))
            return true;
    return false;
}

static void add_word(struct buf *words, struct str word)
{
    buf_addz(words, words->len ? " " : "");
    buf_add(words, word);
}

static void settle(struct fact_str *fact, const struct buf *words, struct str from)
{
    if (words->len)
        fact_str(fact, buf_str(words), from);
    else
        *fact = (struct fact_str){ .state = FACT_ABSENT, .from = from };
}

static void record_changes(struct arena *arena, const struct scene *before, const struct scene *now,
                           struct driver_facts *driver)
{
    struct buf modules = buf_new(arena, 4096), nodes = buf_new(arena, 4096);
    struct str rest = now->modules, line, name;

    if (!before->seen || !now->seen)
        return;
    while (str_next_line(&rest, &line))
        if (str_next_word(&line, &name) && !has_module(before->modules, name))
            add_word(&modules, name);
    for (size_t i = 0; i < now->nodes.count; i++)
        if (str_starts(now->nodes.items[i], STR("nvidia")) &&
            !has_name(&before->nodes, now->nodes.items[i]))
            add_word(&nodes, now->nodes.items[i]);
    settle(&driver->woken_modules, &modules, STR("proc/modules"));
    settle(&driver->woken_nodes, &nodes, STR("dev"));
}

/* --- contexts ------------------------------------------------------------------------------ */

static bool is_suspicious(const struct driver_answer *answer)
{
    for (size_t i = 0; i < answer->nvml.gpus.count; i++) {
        const struct nvml_gpu *gpu = &answer->nvml.gpus.items[i];

        if (gpu->compute_mode.number != 0 || gpu->virtualization_mode.number == 2 ||
            (gpu->memory_free.state == SAID_VALUE && gpu->memory_free.number < HARDLY_ANY))
            return answer->cuda.gpus.count > 0;
    }
    return false;
}

static void keep(const struct driver_answer *own, const struct driver_answer *clean,
                 const struct driver_facts *driver, struct driver_heard *ret)
{
    *ret = (struct driver_heard){
        .asked = true,
        .asked_clean = clean != NULL,
        .nvml = *own->nvml.head.child,
        .cuda = *own->cuda.head.child,
        .woken_modules = driver->woken_modules,
        .woken_nodes = driver->woken_nodes,
    };
    if (clean) {
        ret->clean_nvml = *clean->nvml.head.child;
        ret->clean_cuda = *clean->cuda.head.child;
    }
}

void driver_live_finish(struct arena *arena, struct driver_live *live,
                        const struct child_watch *watch, struct facts *facts,
                        struct driver_heard *ret_heard)
{
    struct driver_question question = { .environ = live->environment, .context = true };
    int64_t deadline = live->began_us + DRIVER_DEADLINE_US;
    struct driver_answer answers[2], *again = ARENA_NEW(arena, struct driver_answer);
    struct scene now;

    driver_ask_finish(arena, live->asking, deadline, watch, answers);
    if (is_suspicious(&answers[0])) {
        driver_ask(arena, &question, 1, deadline, watch, again);
        if (again->cuda.gpus.count >= answers[0].cuda.gpus.count)
            answers[0].cuda = again->cuda;
    }
    now = look(live->root);
    record_changes(arena, &live->before, &now, &facts->driver);
    driver_facts(arena, &answers[0], live->questions > 1 ? &answers[1] : NULL, facts);
    keep(&answers[0], live->questions > 1 ? &answers[1] : NULL, &facts->driver, ret_heard);
}
