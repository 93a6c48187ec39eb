/* The second half of version.h: what a specifier says of a version. */
#include "format/version.h"

#include <errno.h>

static bool take_operator(struct str *rest, enum specifier_operator *ret)
{
    /* Longest first. */
    static const struct {
        struct str text;
        enum specifier_operator op;
    } operators[] = {
        { STR_INIT("==="), SPECIFIER_IDENTICAL },    { STR_INIT("=="), SPECIFIER_EQUAL },
        { STR_INIT("!="), SPECIFIER_NOT_EQUAL },     { STR_INIT("<="), SPECIFIER_LESS_EQUAL },
        { STR_INIT(">="), SPECIFIER_GREATER_EQUAL }, { STR_INIT("~="), SPECIFIER_COMPATIBLE },
        { STR_INIT("<"), SPECIFIER_LESS },           { STR_INIT(">"), SPECIFIER_GREATER },
    };

    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (str_starts(*rest, operators[i].text)) {
            *rest = str_from(*rest, operators[i].text.len);
            *ret = operators[i].op;
            return true;
        }
    }
    return false;
}

int specifier_parse(struct str text, struct specifier *ret)
{
    struct specifier specifier = { 0 };
    struct str rest = str_trim(text);
    const struct version *version = &specifier.version;
    bool equality;
    int err;

    if (!take_operator(&rest, &specifier.op))
        return -EBADMSG;
    rest = str_trim(rest);
    if (specifier.op == SPECIFIER_IDENTICAL) {
        if (rest.len == 0)
            return -EBADMSG;
        specifier.version.text = rest;
        *ret = specifier;
        return 0;
    }

    equality = specifier.op == SPECIFIER_EQUAL || specifier.op == SPECIFIER_NOT_EQUAL;
    if (equality && str_ends(rest, STR(".*"))) {
        specifier.wildcard = true;
        rest = str_slice(rest, 0, rest.len - 2);
    }
    err = version_parse(rest, &specifier.version);
    if (err)
        return err;
    if (version->local.len && (!equality || specifier.wildcard))
        return -EBADMSG;
    if (specifier.wildcard &&
        (version->phase != VERSION_FINAL || version->has_post || version->has_dev))
        return -EBADMSG;
    if (specifier.op == SPECIFIER_COMPATIBLE && version->release_count < 2)
        return -EBADMSG;
    *ret = specifier;
    return 0;
}

/* Whether the releases agree in their first `count` parts. */
static bool same_start(const struct version *a, const struct version *b, unsigned count)
{
    if (a->epoch != b->epoch)
        return false;
    for (unsigned i = 0; i < count; i++)
        if ((i < a->release_count ? a->release[i] : 0) !=
            (i < b->release_count ? b->release[i] : 0))
            return false;
    return true;
}

static bool same_release(const struct version *a, const struct version *b)
{
    return same_start(a, b, VERSION_RELEASE_PARTS);
}

static bool is_equal(const struct specifier *specifier, const struct version *version)
{
    if (specifier->wildcard)
        return same_start(version, &specifier->version, specifier->version.release_count);
    return specifier->version.local.len ? version_compare(version, &specifier->version) == 0
                                        : version_compare_public(version, &specifier->version) == 0;
}

/* "<2.0" leaves out 2.0rc1, the bound's own pre-release, unless the bound is one itself. */
static bool is_less(const struct version *version, const struct version *bound)
{
    if (version_compare_public(version, bound) >= 0)
        return false;
    if (version_is_prerelease(bound) || !same_release(version, bound))
        return true;
    return bound->has_post &&
           (version->phase != VERSION_FINAL || !version->has_post || version->post != bound->post);
}

/* ">2.0" leaves out 2.0.post1, the bound's own post-release, unless the bound is one itself. */
static bool is_greater(const struct version *version, const struct version *bound)
{
    if (version_compare_public(version, bound) <= 0)
        return false;
    return bound->has_post || bound->has_dev || !version->has_post ||
           !same_release(version, bound) || version->phase != bound->phase ||
           version->phase_number != bound->phase_number;
}

bool specifier_matches(const struct specifier *specifier, const struct version *version)
{
    const struct version *bound = &specifier->version;

    switch (specifier->op) {
    case SPECIFIER_EQUAL:
        return is_equal(specifier, version);
    case SPECIFIER_NOT_EQUAL:
        return !is_equal(specifier, version);
    case SPECIFIER_LESS_EQUAL:
        return version_compare_public(version, bound) <= 0;
    case SPECIFIER_GREATER_EQUAL:
        return version_compare_public(version, bound) >= 0;
    case SPECIFIER_LESS:
        return is_less(version, bound);
    case SPECIFIER_GREATER:
        return is_greater(version, bound);
    case SPECIFIER_COMPATIBLE:
        return version_compare_public(version, bound) >= 0 &&
               same_start(version, bound, bound->release_count - 1);
    case SPECIFIER_IDENTICAL:
        return str_eq_nocase(version->text, bound->text);
    }
    return false;
}

int specifiers_next(struct str *rest, struct specifier *ret)
{
    struct str clause;
    int err;

    do {
        if (!str_next_part(rest, ',', &clause))
            return 0;
        clause = str_trim(clause);
    } while (clause.len == 0);
    err = specifier_parse(clause, ret);
    return err ? err : 1;
}

int specifiers_match(struct str set, const struct version *version, bool *ret)
{
    bool matches = true;

    for (unsigned n = 0;; n++) {
        struct specifier specifier;
        int got = specifiers_next(&set, &specifier);

        if (got < 0)
            return got;
        if (got == 0)
            break;
        if (n == SPECIFIER_CLAUSES)
            return -E2BIG;
        matches = matches && specifier_matches(&specifier, version);
    }
    *ret = matches;
    return 0;
}
