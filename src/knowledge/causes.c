#include "knowledge/causes.h"

#include "knowledge/causes_table.h"
#include "knowledge/table.h"

#define COUNT (sizeof(causes) / sizeof(causes[0]))

size_t cause_count(void)
{
    return COUNT;
}

const struct cause *cause_at(size_t order)
{
    return order < COUNT ? &causes[order] : NULL;
}

static int compare(size_t at, const void *key)
{
    return str_compare(causes[causes_by_slug[at]].slug, *(const struct str *) key);
}

const struct cause *cause_by_slug(struct str slug)
{
    size_t at = table_lower_bound(COUNT, compare, &slug);

    return at < COUNT && compare(at, &slug) == 0 ? &causes[causes_by_slug[at]] : NULL;
}
