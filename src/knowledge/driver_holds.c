#include "knowledge/driver_holds.h"

struct driver_hold_row {
    uint16_t os, install, hold, source;
};

#include "knowledge/driver_holds_table.h"

bool driver_hold_at(size_t at, struct driver_hold *ret)
{
    const struct driver_hold_row *row;

    if (at >= sizeof(driver_hold_rows) / sizeof(driver_hold_rows[0]))
        return false;
    row = &driver_hold_rows[at];
    *ret = (struct driver_hold){
        .os = table_text(row->os),
        .install = table_text(row->install),
        .hold = table_text(row->hold),
        .source = table_text(row->source),
    };
    return true;
}
