#include "format/version.h"

#include <errno.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_separator(char c)
{
    return c == '.' || c == '-' || c == '_';
}

/* Takes a run of digits; -EBADMSG where there is none. */
static int take_number(struct str *rest, uint64_t *ret)
{
    size_t len = 0;
    int err;

    while (len < rest->len && is_digit(rest->data[len]))
        len++;
    err = str_u64(str_slice(*rest, 0, len), 10, ret);
    if (err == 0)
        *rest = str_from(*rest, len);
    return err;
}

/* Takes ".post", "-post" or "post" in any case, with the number that may follow (else 0). */
static int take_tagged(struct str *rest, const char *const *names, uint64_t *ret, bool *ret_found)
{
    struct str s = *rest;

    *ret_found = false;
    if (s.len && is_separator(s.data[0]))
        s = str_from(s, 1);
    for (; *names; names++) {
        struct str name = str_of(*names);

        if (!str_eq_nocase(str_slice(s, 0, name.len), name))
            continue;
        s = str_from(s, name.len);
        if (s.len && is_separator(s.data[0]))
            s = str_from(s, 1); /* "1.0a-" is 1.0a0: the number may be missing even here */
        *ret_found = true;
        *ret = 0;
        *rest = s;
        return s.len && is_digit(s.data[0]) ? take_number(rest, ret) : 0;
    }
    return 0;
}

static int parse_release(struct str *rest, struct version *version)
{
    for (;;) {
        int err;

        if (version->release_count == VERSION_RELEASE_PARTS)
            return -E2BIG;
        err = take_number(rest, &version->release[version->release_count]);
        if (err)
            return err;
        version->release_count++;
        if (rest->len < 2 || rest->data[0] != '.' || !is_digit(rest->data[1]))
            return 0;
        *rest = str_from(*rest, 1);
    }
}

static int parse_phase(struct str *rest, struct version *version)
{
    /* Longest spelling first: "alpha" begins with "a". */
    static const char *const alpha[] = { "alpha", "a", NULL };
    static const char *const beta[] = { "beta", "b", NULL };
    static const char *const candidate[] = { "preview", "pre", "rc", "c", NULL };
    static const struct {
        const char *const *names;
        enum version_phase phase;
    } phases[] = {
        { alpha, VERSION_ALPHA },
        { beta, VERSION_BETA },
        { candidate, VERSION_CANDIDATE },
    };

    version->phase = VERSION_FINAL;
    for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
        bool found;
        int err = take_tagged(rest, phases[i].names, &version->phase_number, &found);

        if (err)
            return err;
        if (found) {
            version->phase = phases[i].phase;
            return 0;
        }
    }
    return 0;
}

static int parse_post_and_dev(struct str *rest, struct version *version)
{
    static const char *const post[] = { "post", "rev", "r", NULL };
    static const char *const dev[] = { "dev", NULL };
    int err;

    if (rest->len > 1 && rest->data[0] == '-' && is_digit(rest->data[1])) {
        *rest = str_from(*rest, 1); /* "1.0-1" is 1.0.post1 */
        version->has_post = true;
        err = take_number(rest, &version->post);
    } else {
        err = take_tagged(rest, post, &version->post, &version->has_post);
    }
    if (err == 0)
        err = take_tagged(rest, dev, &version->dev, &version->has_dev);
    if (version->has_dev && version->phase == VERSION_FINAL && !version->has_post)
        version->phase = VERSION_DEVELOPMENT;
    return err;
}

/* Letters and digits, in parts with one separator between two. */
static bool is_local(struct str s)
{
    bool between = true;

    for (size_t i = 0; i < s.len; i++) {
        if (between ? !is_alnum(s.data[i]) : !is_alnum(s.data[i]) && !is_separator(s.data[i]))
            return false;
        between = is_separator(s.data[i]);
    }
    return !between;
}

int version_parse(struct str text, struct version *ret)
{
    struct version version = { .text = str_trim(text) };
    struct str rest = version.text, after;
    uint64_t epoch;
    int err;

    if (rest.len && (rest.data[0] == 'v' || rest.data[0] == 'V'))
        rest = str_from(rest, 1);
    after = rest;
    if (take_number(&after, &epoch) == 0 && after.len && after.data[0] == '!') {
        version.epoch = epoch;
        rest = str_from(after, 1);
    }
    err = parse_release(&rest, &version);
    if (err == 0)
        err = parse_phase(&rest, &version);
    if (err == 0)
        err = parse_post_and_dev(&rest, &version);
    if (err)
        return err;
    if (rest.len && rest.data[0] == '+') {
        version.local = str_from(rest, 1);
        if (!is_local(version.local))
            return -EBADMSG;
    } else if (rest.len) {
        return -EBADMSG;
    }
    *ret = version;
    return 0;
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* The n-th part of the release, zero behind its end. */
static uint64_t release_part(const struct version *version, unsigned n)
{
    return n < version->release_count ? version->release[n] : 0;
}

/* The first `count` parts of the releases, epoch first. */
static int compare_release(const struct version *a, const struct version *b, unsigned count)
{
    int result = order(a->epoch, b->epoch);

    for (unsigned i = 0; i < count && result == 0; i++)
        result = order(release_part(a, i), release_part(b, i));
    return result;
}

static struct str next_local(struct str *rest)
{
    size_t len = 0;
    struct str part;

    while (len < rest->len && !is_separator(rest->data[len]))
        len++;
    part = str_slice(*rest, 0, len);
    *rest = str_from(*rest, len + 1);
    return part;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static struct str without_zeros(struct str digits)
{
    while (digits.len > 1 && digits.data[0] == '0')
        digits = str_from(digits, 1);
    return digits;
}

/* A number sorts after a word; numbers of any length sort by value, words without regard to case.
 */
static int compare_local_part(struct str a, struct str b)
{
    bool a_number = true, b_number = true;

    for (size_t i = 0; i < a.len; i++)
        a_number = a_number && is_digit(a.data[i]);
    for (size_t i = 0; i < b.len; i++)
        b_number = b_number && is_digit(b.data[i]);
    if (a_number != b_number)
        return a_number ? 1 : -1;
    if (a_number) {
        a = without_zeros(a);
        b = without_zeros(b);
        return a.len != b.len ? order(a.len, b.len) : str_compare(a, b);
    }
    for (size_t i = 0; i < a.len && i < b.len; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return lower(a.data[i]) < lower(b.data[i]) ? -1 : 1;
    return order(a.len, b.len);
}

static int compare_local(struct str a, struct str b)
{
    while (a.len && b.len) {
        int result = compare_local_part(next_local(&a), next_local(&b));

        if (result)
            return result;
    }
    return order(a.len, b.len); /* one of them is used up */
}

int version_compare_public(const struct version *a, const struct version *b)
{
    int result = compare_release(a, b, VERSION_RELEASE_PARTS);

    if (result == 0)
        result = order(a->phase, b->phase);
    if (result == 0)
        result = order(a->phase_number, b->phase_number);
    if (result == 0)
        result = order(a->has_post, b->has_post);
    if (result == 0)
        result = order(a->post, b->post);
    if (result == 0)
        result = order(b->has_dev, a->has_dev); /* a development release comes first */
    if (result == 0)
        result = order(a->dev, b->dev);
    return result;
}

int version_compare(const struct version *a, const struct version *b)
{
    int result = version_compare_public(a, b);

    return result ? result : compare_local(a->local, b->local);
}

bool version_is_prerelease(const struct version *version)
{
    return version->has_dev || version->phase != VERSION_FINAL;
}
