#include "knowledge/dotted.h"

#include <errno.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The first run of digits in `part`; empty where it has none. */
static struct str digits_of(struct str part)
{
    size_t from = 0, to;

    while (from < part.len && !is_digit(part.data[from]))
        from++;
    for (to = from; to < part.len && is_digit(part.data[to]); to++)
        ;
    return str_slice(part, from, to);
}

static uint64_t number_of(struct str part)
{
    uint64_t number = 0;

    if (str_u64(digits_of(part), 10, &number) == -ERANGE)
        return UINT64_MAX;
    return number;
}

int dotted_compare(struct str a, struct str b)
{
    while (a.len && b.len) {
        struct str part_a, part_b;

        (void) str_cut(a, '.', &part_a, &a);
        (void) str_cut(b, '.', &part_b, &b);
        if (number_of(part_a) != number_of(part_b))
            return number_of(part_a) < number_of(part_b) ? -1 : 1;
    }
    return (a.len != 0) - (b.len != 0);
}

int dotted_first(struct str version, unsigned *ret)
{
    struct str part, rest;
    uint64_t number;
    int code;

    (void) str_cut(version, '.', &part, &rest);
    if (part.len == 0 || !is_digit(part.data[0]))
        return -EBADMSG;
    code = str_u64(digits_of(part), 10, &number);
    if (code < 0 || number > UINT32_MAX)
        return -ERANGE;
    *ret = (unsigned) number;
    return 0;
}
