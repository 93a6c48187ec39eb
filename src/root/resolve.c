#include "root/backend.h"

#include <errno.h>

#define LINK_LIMIT 40
#define PATH_LIMIT 4096

static bool only_slashes(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.data[i] != '/')
            return false;
    return true;
}

int resolve_links(struct arena *arena,
                  int (*link)(void *self, struct str path, struct arena *arena, struct str *ret),
                  void *self, struct str path, bool follow_last, struct str *ret)
{
    struct str done = { NULL, 0 }, rest = path, part, target;
    unsigned links = 0;

    while (str_next_part(&rest, '/', &part)) {
        struct str here;
        int r = -EINVAL;

        if (part.len == 0 || str_eqz(part, "."))
            continue;
        if (str_eqz(part, "..")) {
            done = path_dir(done);
            continue;
        }
        here = arena_join(arena, done, part);
        if (here.len > PATH_LIMIT)
            return -ENAMETOOLONG;
        if (follow_last || !only_slashes(rest))
            r = link(self, here, arena, &target);
        if (r == -EINVAL) { /* no link */
            done = here;
            continue;
        }
        if (r < 0)
            return r;
        if (++links > LINK_LIMIT)
            return -ELOOP;
        if (str_starts(target, STR("/")))
            done = (struct str){ NULL, 0 };
        rest = only_slashes(rest) ? target : arena_join(arena, target, rest);
    }
    *ret = done.len ? done : STR(".");
    return 0;
}
