#include "format/require.h"

#include "format/version.h"

#include <string.h>

#define CONDITIONS 4096 /* the longest real ones have some hundred */

static struct str value_of(struct str name, const struct require_host *host)
{
    if (str_eqz(name, "cuda"))
        return host->cuda;
    if (str_eqz(name, "driver"))
        return host->driver;
    if (str_eqz(name, "arch"))
        return host->arch;
    if (str_eqz(name, "brand"))
        return host->family;
    return (struct str){ NULL, 0 };
}

/* Splits at the first of < > = !; the operation is one or two of them. */
static bool take_apart(struct str text, struct str *ret_name, struct str *ret_operation,
                       struct str *ret_value)
{
    size_t at = 0, len;

    while (at < text.len && !strchr("<>=!", text.data[at]))
        at++;
    len = at + 1 < text.len && text.data[at + 1] == '=' ? 2 : 1;
    *ret_name = str_slice(text, 0, at);
    *ret_operation = str_slice(text, at, at + len);
    *ret_value = str_from(text, at + len);
    return at > 0 && at < text.len && ret_value->len > 0;
}

static enum require_answer answer(bool holds)
{
    return holds ? REQUIRE_MET : REQUIRE_UNMET;
}

/* A family says which brands a GPU is not, "geforce" or "geforcertx" not which of them it is. */
static enum require_answer brand_holds(struct str family, struct str operation, struct str wanted)
{
    if (family.len == 0 || !str_eqz(operation, "=") || str_starts(wanted, family))
        return REQUIRE_UNKNOWN;
    return REQUIRE_UNMET;
}

static enum require_answer condition_holds(struct str text, const struct require_host *host)
{
    struct str name, operation, wanted, there;
    struct version mine, theirs;
    int order;

    if (!take_apart(text, &name, &operation, &wanted))
        return REQUIRE_UNKNOWN;
    there = value_of(name, host);
    if (str_eqz(name, "brand"))
        return brand_holds(there, operation, wanted);
    if (version_parse(there, &mine) < 0 || version_parse(wanted, &theirs) < 0)
        return REQUIRE_UNKNOWN;
    order = version_compare(&mine, &theirs);
    if (str_eqz(operation, "="))
        return answer(order == 0);
    if (str_eqz(operation, "!="))
        return answer(order != 0);
    if (str_eqz(operation, ">="))
        return answer(order >= 0);
    if (str_eqz(operation, "<="))
        return answer(order <= 0);
    if (str_eqz(operation, ">"))
        return answer(order > 0);
    return str_eqz(operation, "<") ? answer(order < 0) : REQUIRE_UNKNOWN;
}

static enum require_answer alternative_holds(struct str text, const struct require_host *host,
                                             unsigned *left)
{
    enum require_answer all = REQUIRE_MET;
    struct str part;

    while (str_next_part(&text, ',', &part)) {
        enum require_answer one = condition_holds(part, host);

        if (one < all)
            all = one;
        if (*left == 0)
            return REQUIRE_UNKNOWN;
        --*left;
    }
    return all;
}

enum require_answer require_holds(struct str text, const struct require_host *host)
{
    enum require_answer best = REQUIRE_UNMET;
    unsigned left = CONDITIONS;
    struct str alternative;

    if (str_trim(text).len == 0)
        return REQUIRE_MET;
    while (best != REQUIRE_MET && str_next_word(&text, &alternative)) {
        enum require_answer one = alternative_holds(alternative, host, &left);

        if (one > best)
            best = one;
    }
    return best;
}
