#include "image/engine.h"

#include "base/clock.h"

#include <errno.h>
#include <string.h>

#define ASK_US 10000000 /* a daemon that does not answer in ten seconds has hung */
#define END_US 5000000  /* after the last byte of its output */

static const struct engine engines[] = {
    { "docker",
      INSPECT_DOCKER,
      "docker",
      { "docker", "container", "inspect", ENGINE_NAME },
      { "docker", "export", ENGINE_NAME },
      { "docker", "save", ENGINE_NAME } },
    { "podman",
      INSPECT_DOCKER,
      "podman",
      { "podman", "container", "inspect", ENGINE_NAME },
      { "podman", "export", ENGINE_NAME },
      { "podman", "save", "--format", "docker-archive", ENGINE_NAME } },
    { "nerdctl",
      INSPECT_DOCKER,
      "containerd",
      { "nerdctl", "container", "inspect", ENGINE_NAME },
      { NULL },
      { "nerdctl", "save", ENGINE_NAME } },
    { "crictl",
      INSPECT_CRI,
      "kubernetes",
      { "crictl", "inspect", ENGINE_NAME },
      { NULL },
      { NULL } },
    { "apptainer",
      INSPECT_APPTAINER,
      "apptainer",
      { "apptainer", "instance", "list", "--json", ENGINE_NAME },
      { NULL },
      { NULL } },
    { "singularity",
      INSPECT_APPTAINER,
      "apptainer",
      { "singularity", "instance", "list", "--json", ENGINE_NAME },
      { NULL },
      { NULL } },
    { "incus",
      INSPECT_INCUS,
      "lxc",
      { "incus", "list", "--format", "json", ENGINE_NAME },
      { NULL },
      { NULL } },
    { "lxc",
      INSPECT_INCUS,
      "lxc",
      { "lxc", "list", "--format", "json", ENGINE_NAME },
      { NULL },
      { NULL } },
};

const char *const engine_pull[ENGINE_WORDS] = { "skopeo", "copy", "--quiet", ENGINE_NAME,
                                                "docker-archive:/dev/stdout" };

const struct engine *engine_at(size_t at)
{
    return at < sizeof(engines) / sizeof(engines[0]) ? &engines[at] : NULL;
}

const struct engine *engine_named(struct str name)
{
    const struct engine *engine;

    for (size_t i = 0; (engine = engine_at(i)) != NULL; i++)
        if (str_eqz(name, engine->name))
            return engine;
    return NULL;
}

struct str engine_names(struct arena *arena)
{
    const struct engine *engine;
    struct str names = { NULL, 0 };

    for (size_t i = 0; (engine = engine_at(i)) != NULL; i++)
        names = arena_printf(arena, "%.*s%s%s", STR_ARG(names), i ? "|" : "", engine->name);
    return names;
}

/* --- programs ------------------------------------------------------------------------------ */

static struct str path_of(const char *const *variables)
{
    for (; variables && *variables; variables++)
        if (strncmp(*variables, "PATH=", 5) == 0)
            return str_of(*variables + 5);
    return (struct str){ NULL, 0 };
}

/* As a shell finds it, but never in the working directory. */
const char *engine_program(const struct engine_user *user, const char *name)
{
    struct str rest = path_of(user->environ), folder;

    while (rest.len && str_next_part(&rest, ':', &folder)) {
        struct str path = arena_join(user->arena, folder, str_of(name));
        struct node node;

        if (str_starts(folder, STR("/")) && root_stat(user->live, path, &node) == 0 &&
            node.kind == NODE_FILE && node.mode & 0111)
            return path.data;
    }
    return NULL;
}

/* The command's words with the name in its place; NULL where the program is not installed, or the
 * name looks like an option. */
static const char *const *command_of(const struct engine_user *user, const char *const *words,
                                     struct str name)
{
    const char **argv = (const char **) arena_array(user->arena, ENGINE_WORDS + 1, sizeof(*argv));

    if (!words[0] || str_starts(name, STR("-")))
        return NULL;
    for (size_t i = 0; i < ENGINE_WORDS && words[i]; i++)
        argv[i] =
            strcmp(words[i], ENGINE_NAME) == 0 ? arena_copy(user->arena, name).data : words[i];
    argv[0] = engine_program(user, words[0]);
    return argv[0] ? argv : NULL;
}

/* Its last line that says something: clients say the error last. */
static struct str last_line(struct arena *arena, struct str text)
{
    struct str line, last = { NULL, 0 };

    while (str_next_line(&text, &line))
        if (str_trim(line).len)
            last = str_trim(line);
    return arena_copy(arena, last);
}

struct str engine_complaint(struct arena *arena, const struct child_result *result)
{
    struct str said = last_line(arena, result->complaints);

    if (result->end == CHILD_OK)
        return (struct str){ NULL, 0 };
    return said.len ? said : str_of(child_end_name(result->end));
}

/* --- asking -------------------------------------------------------------------------------- */

static int ask(const struct engine_user *user, const struct engine *engine, struct str name,
               struct inspect *ret, struct str *ret_why)
{
    const char *const *argv = command_of(user, engine->inspect, name);
    const struct child_result *result;

    if (!argv)
        return -ENOENT;
    result = child_run(user->arena,
                       &(struct child_spec){ .argv = argv,
                                             .environ = user->environ,
                                             .answer_limit = INSPECT_TEXT,
                                             .answers_on_stdout = true },
                       clock_us() + ASK_US);
    *ret_why = arena_printf(user->arena, "%s: %.*s", engine->name,
                            STR_ARG(engine_complaint(user->arena, result)));
    if (result->end != CHILD_OK)
        return result->end == CHILD_LATE ? -ETIMEDOUT : -ENOENT;
    return inspect_read(user->arena, result->answers, engine->form, name, ret);
}

const struct child_result *engine_run(const struct engine_user *user, const char *const *words,
                                      const char *const *variables, int64_t us)
{
    const char **argv;
    size_t count = 0;

    while (words[count])
        count++;
    argv = (const char **) arena_array(user->arena, count + 1, sizeof(*argv));
    for (size_t i = 1; i < count; i++)
        argv[i] = words[i];
    argv[0] = engine_program(user, words[0]);
    if (!argv[0])
        return NULL;
    return child_run(user->arena,
                     &(struct child_spec){ .argv = argv,
                                           .environ = variables,
                                           .answer_limit = INSPECT_TEXT,
                                           .complaint_limit = 1u << 16,
                                           .answers_on_stdout = true },
                     clock_us() + us);
}

int engine_find(const struct engine_user *user, struct str name, const struct engine **ret_engine,
                struct inspect *ret, struct str *ret_why)
{
    const struct engine *engine;
    int first = -ENOENT;

    *ret_why = (struct str){ NULL, 0 };
    for (size_t i = 0; (engine = engine_at(i)) != NULL; i++) {
        int r =
            user->only && user->only != engine ? -ENOENT : ask(user, engine, name, ret, ret_why);

        if (r == 0) {
            *ret_engine = engine;
            return 0;
        }
        if (first == -ENOENT)
            first = r;
    }
    return first;
}

struct child *engine_stream(const struct engine_user *user, const char *const *words,
                            struct str name)
{
    const char *const *argv = command_of(user, words, name);

    if (!argv)
        return NULL;
    return child_start(user->arena, &(struct child_spec){
                                        .argv = argv, .environ = user->environ, .streams = true });
}

struct str engine_stream_end(struct arena *arena, struct child *child, bool read_to_end)
{
    children_wait(&child, 1, read_to_end ? clock_us() + END_US : 0, NULL);
    return engine_complaint(arena, child_result(child));
}
