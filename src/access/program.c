#include "access/program.h"

#include "base/clock.h"

#define FOLDERS 256 /* of a PATH */

struct str knocker_variable(const struct knocker *knocker, const char *name)
{
    for (const char *const *variable = knocker->environment; *variable; variable++) {
        struct str key, value;

        if (str_cut(str_of(*variable), '=', &key, &value) && str_eqz(key, name))
            return value;
    }
    return (struct str){ NULL, 0 };
}

struct str program_find(const struct knocker *knocker, const char *name)
{
    struct str path = knocker_variable(knocker, "PATH"), folder;

    for (int i = 0; i < FOLDERS && str_next_part(&path, ':', &folder); i++) {
        struct str file = arena_join(knocker->arena, folder, str_of(name));
        struct node node;

        if (str_starts(folder, STR("/")) && root_stat(knocker->root, file, &node) == 0 &&
            node.kind == NODE_FILE && (node.mode & 0111))
            return file;
    }
    return (struct str){ NULL, 0 };
}

/* The user's variables, with messages in English. */
static const char *const *environment(const struct knocker *knocker)
{
    size_t count = 0, used = 0;
    const char **copy;

    while (knocker->environment[count])
        count++;
    copy = (const char **) arena_array(knocker->arena, count + 2, sizeof(*copy));
    for (size_t i = 0; i < count; i++)
        if (!str_starts(str_of(knocker->environment[i]), STR("LC_ALL=")))
            copy[used++] = knocker->environment[i];
    copy[used] = "LC_ALL=C";
    return copy;
}

const struct child_result *program_run(const struct knocker *knocker, const char *const *words,
                                       struct str input, int64_t us)
{
    const struct child_spec spec = {
        .argv = words,
        .environ = environment(knocker),
        .input = input,
        .answer_limit = PROGRAM_OUTPUT,
        .complaint_limit = PROGRAM_OUTPUT,
        .answers_on_stdout = true,
    };

    return child_run(knocker->arena, &spec, clock_us() + us);
}
