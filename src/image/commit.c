#include "image/commit.h"

#include "base/buf.h"
#include "format/image_reference.h"

#include <errno.h>

#define LABELS_MAX 4096
#define COMMIT_US 1800000000 /* tens of gigabytes on a slow disk: half an hour */

static const struct {
    const char *label, *fact;
} labels[] = {
    { "org.opencontainers.image.base.name", "container.image_name" },
    { "gpuvet.torch", "torch.version" },
    { "gpuvet.cuda", "torch.cuda" },
    { "gpuvet.cudnn", "cudnn.version" },
    { "gpuvet.python", "torch.python_version" },
};

static bool is_plain(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c && strchr("._+:/@-", c))))
            return false;
    }
    return value.len > 0;
}

static void add_label(struct buf *out, const char *label, struct str value)
{
    if (is_plain(value))
        buf_addf(out, " %s=%.*s", label, STR_ARG(value));
}

/* An instruction; empty where there is nothing to label. */
static struct str change_of(struct arena *arena, const struct facts *facts)
{
    const struct container_facts *container = &facts->container;
    struct buf out = buf_new(arena, LABELS_MAX);
    struct fact_ref ref;

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (facts_find(facts, str_of(labels[i].fact), &ref) == 0 &&
            fact_ref_state(&ref) == FACT_KNOWN)
            add_label(&out, labels[i].label, fact_ref_text(arena, &ref));
    if (container->image_digest.state == FACT_KNOWN &&
        fact_is(&container->image_digest_of, STR("manifest")))
        add_label(&out, "org.opencontainers.image.base.digest", container->image_digest.value);
    return out.len ? arena_printf(arena, "LABEL%.*s", STR_ARG(buf_str(&out)))
                   : (struct str){ NULL, 0 };
}

int commit_command(struct arena *arena, const struct facts *facts, struct str tag,
                   const char *ret_words[ENGINE_WORDS])
{
    const struct fact_str *engine = &facts->container.engine;
    struct image_reference reference;
    struct str change;
    size_t at = 0;

    if (!fact_is(engine, STR("docker")) && !fact_is(engine, STR("podman")))
        return -ENOTSUP;
    if (facts->container.id.state != FACT_KNOWN ||
        image_reference_parse(arena, tag, &reference) < 0 || reference.digest.len)
        return -EINVAL;
    ret_words[at++] = arena_copy(arena, engine->value).data;
    ret_words[at++] = "commit";
    change = change_of(arena, facts);
    if (change.len) {
        ret_words[at++] = "--change";
        ret_words[at++] = change.data;
    }
    ret_words[at++] = arena_copy(arena, facts->container.id.value).data;
    ret_words[at++] = arena_copy(arena, tag).data;
    ret_words[at] = NULL;
    return 0;
}

int commit_run(const struct engine_user *user, const char *const *words, struct str *ret_why)
{
    const struct child_result *result = engine_run(user, words, user->environ, COMMIT_US);

    if (!result)
        return -ENOENT;
    *ret_why = engine_complaint(user->arena, result);
    return result->end == CHILD_OK ? 0 : result->end == CHILD_LATE ? -ETIMEDOUT : -EIO;
}
