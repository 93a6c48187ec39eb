#include "image/registry.h"

#include <errno.h>

#define ASK_US 30000000 /* a registry far away, with a repository of thousands of tags */

int registry_ask(const struct engine_user *user, const struct image_reference *reference,
                 struct str tag, bool tags, struct skopeo_image *ret, struct str *ret_why)
{
    bool by_digest = !tag.len && reference->digest.len;
    struct str name =
        arena_printf(user->arena, "docker://%.*s/%.*s%s%.*s", STR_ARG(reference->registry),
                     STR_ARG(reference->repository), by_digest ? "@" : ":",
                     STR_ARG(by_digest ? reference->digest
                             : tag.len ? tag
                                       : STR("latest")));
    const char *const words[] = { "skopeo", "inspect", tags ? name.data : "--no-tags",
                                  tags ? NULL : name.data, NULL };
    const struct child_result *result = engine_run(user, words, user->environ, ASK_US);

    if (!result)
        return -ENOENT;
    *ret_why = engine_complaint(user->arena, result);
    if (result->end != CHILD_OK)
        return result->end == CHILD_LATE ? -ETIMEDOUT : -EIO;
    return skopeo_read(user->arena, result->answers, ret);
}
