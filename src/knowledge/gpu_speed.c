#include "knowledge/gpu_speed.h"

struct speed_row {
    uint16_t bandwidth, name, source;
};

#include "knowledge/gpu_speed_table.h"

#define COUNT (sizeof(speed_rows) / sizeof(speed_rows[0]))

bool gpu_speed_at(size_t at, struct gpu_speed *ret)
{
    if (at >= COUNT)
        return false;
    *ret = (struct gpu_speed){
        .name = table_text(speed_rows[at].name),
        .bandwidth = speed_rows[at].bandwidth,
        .source = table_text(speed_rows[at].source),
    };
    return true;
}

static int compare(size_t at, const void *key)
{
    return str_compare(table_text(speed_rows[at].name), *(const struct str *) key);
}

bool gpu_speed_by_name(struct str name, struct gpu_speed *ret)
{
    size_t at = table_lower_bound(COUNT, compare, &name);

    return at < COUNT && compare(at, &name) == 0 && gpu_speed_at(at, ret);
}
