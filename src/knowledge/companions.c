#include "knowledge/companions.h"

struct companion_row {
    uint16_t package, version, torch, source;
    uint8_t basis;
};

#include "knowledge/companions_table.h"

bool companion_at(size_t at, struct companion *ret)
{
    const struct companion_row *row;

    if (at >= sizeof(companion_rows) / sizeof(companion_rows[0]))
        return false;
    row = &companion_rows[at];
    *ret = (struct companion){
        .package = table_text(row->package),
        .version = table_text(row->version),
        .torch = table_text(row->torch),
        .basis = (enum basis) row->basis,
        .source = table_text(row->source),
    };
    return true;
}
