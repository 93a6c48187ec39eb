/* match: a value against what a rule allows. */
#include "policy/parts.h"

#include "format/image_reference.h"
#include "format/version.h"
#include "knowledge/causes.h"

#include <errno.h>

/* The last "*" takes one byte more whenever what follows it does not fit. */
bool policy_glob(struct str pattern, struct str text)
{
    size_t p = 0, t = 0, star = STR_NONE, taken = 0;

    while (t < text.len) {
        if (p < pattern.len && pattern.data[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.len && (pattern.data[p] == '?' || pattern.data[p] == text.data[t])) {
            p++;
            t++;
        } else if (star != STR_NONE) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*')
        p++;
    return p == pattern.len;
}

/* --- images -------------------------------------------------------------------------------- */

/* "NAME:TAG@DIGEST" in its parts; also of patterns, which are no references. */
struct image_parts {
    struct str name, tag, digest;
};

static struct image_parts image_parts(struct str text)
{
    struct image_parts parts = { text, { NULL, 0 }, { NULL, 0 } };
    size_t colon, slash;

    if (str_starts(text, STR("sha256:")))
        return (struct image_parts){ STR("*"), { NULL, 0 }, text };
    (void) str_cut(text, '@', &parts.name, &parts.digest);
    colon = str_rfind_char(parts.name, ':');
    slash = str_rfind_char(parts.name, '/');
    if (colon != STR_NONE && (slash == STR_NONE || colon > slash)) {
        parts.tag = str_from(parts.name, colon + 1);
        parts.name = str_slice(parts.name, 0, colon);
    }
    return parts;
}

/* As people write it, and with all that they leave out. */
static bool name_fits(struct arena *arena, struct str pattern,
                      const struct image_reference *reference)
{
    static const struct str own = STR_INIT("library/");
    struct str name = reference->repository;

    if (policy_glob(pattern, arena_join(arena, reference->registry, name)))
        return true;
    if (!str_eqz(reference->registry, "docker.io"))
        return false;
    return policy_glob(pattern, name) ||
           (str_starts(name, own) && policy_glob(pattern, str_from(name, own.len)));
}

/* A pattern without tag or digest takes all of them; a reference without either is "latest". */
static bool image_fits(struct arena *arena, struct str pattern,
                       const struct image_reference *reference)
{
    struct image_parts parts = image_parts(pattern);
    struct str tag = reference->tag;

    if (tag.len == 0 && reference->digest.len == 0)
        tag = STR("latest");
    return name_fits(arena, parts.name, reference) &&
           (parts.tag.len == 0 || policy_glob(parts.tag, tag)) &&
           (parts.digest.len == 0 || policy_glob(parts.digest, reference->digest));
}

/* --- all forms ----------------------------------------------------------------------------- */

static bool names_cause(struct str pattern)
{
    for (size_t i = 0; cause_at(i); i++)
        if (policy_glob(pattern, cause_at(i)->slug))
            return true;
    return false;
}

int policy_item_check(enum policy_form form, struct str item)
{
    static const struct str sample = STR_INIT("1.0");
    struct version version;
    bool fits;

    switch (form) {
    case POLICY_VERSIONS:
        return version_parse(sample, &version) < 0 || specifiers_match(item, &version, &fits) < 0
                   ? -EBADMSG
                   : 0;
    case POLICY_CAUSES:
        return names_cause(item) ? 0 : -EBADMSG;
    case POLICY_PATTERNS:
    case POLICY_IMAGES:
    case POLICY_STATES:
        break;
    }
    return 0;
}

static enum truth version_allowed(const struct policy_words *items, struct str value)
{
    struct version version;
    bool fits = false;

    if (version_parse(value, &version) < 0)
        return TRUTH_UNKNOWN;
    for (size_t i = 0; i < items->count && !fits; i++)
        if (specifiers_match(items->items[i], &version, &fits) < 0)
            fits = false;
    return fits ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth image_allowed(struct arena *arena, const struct policy_words *items,
                                struct str value)
{
    struct image_reference reference;

    if (image_reference_parse(arena, value, &reference) < 0)
        return TRUTH_UNKNOWN;
    for (size_t i = 0; i < items->count; i++)
        if (image_fits(arena, items->items[i], &reference))
            return TRUTH_TRUE;
    return TRUTH_FALSE;
}

enum truth policy_allows(struct arena *arena, enum policy_form form,
                         const struct policy_words *items, struct str value)
{
    if (form == POLICY_VERSIONS)
        return version_allowed(items, value);
    if (form == POLICY_IMAGES)
        return image_allowed(arena, items, value);
    for (size_t i = 0; i < items->count; i++)
        if (policy_glob(items->items[i], value))
            return TRUTH_TRUE;
    return TRUTH_FALSE;
}
