#include "driver/helper.h"

#include "base/str.h"

/* A helper's answers for many GPUs fit many times over; only a flood does not. */
#define ANSWERS_MAX (1u << 20)

#define ENVIRON_MAX 65536u

struct child *helper_start(struct arena *arena, const char *const *arguments,
                           const char *const *environment)
{
    const char *argv[HELPER_ARGUMENTS_MAX + 2] = { "gpuvet-helper" };
    struct child_spec spec = {
        .image = { (const char *) helper_blob, (size_t) helper_blob_size },
        .argv = argv,
        .environ = environment,
        .answer_limit = ANSWERS_MAX,
    };

    for (size_t i = 0; i < HELPER_ARGUMENTS_MAX && arguments[i]; i++)
        argv[i + 1] = arguments[i];
    return child_start(arena, &spec);
}

static bool is_named(struct str variable, const char *const *names)
{
    struct str name, value;

    (void) str_cut(variable, '=', &name, &value);
    for (size_t i = 0; names && names[i]; i++)
        if (str_eqz(name, names[i]))
            return true;
    return false;
}

const char *const *environ_copy(struct arena *arena, const char *const *environment,
                                const char *const *without, const char *extra)
{
    size_t count = 0, used = 0;
    const char **copy;

    while (environment && environment[count] && count < ENVIRON_MAX)
        count++;
    copy = (const char **) arena_array(arena, count + 2, sizeof(*copy));
    if (extra)
        copy[used++] = extra;
    for (size_t i = 0; i < count; i++)
        if (!is_named(str_of(environment[i]), without))
            copy[used++] = environment[i];
    return copy;
}
