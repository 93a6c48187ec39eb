#include "knowledge/driver_packages.h"

struct driver_package_row {
    uint16_t os, flavour, branch, package, source;
};

#include "knowledge/driver_packages_table.h"

bool driver_package_at(size_t at, struct driver_package *ret)
{
    const struct driver_package_row *row;

    if (at >= sizeof(driver_package_rows) / sizeof(driver_package_rows[0]))
        return false;
    row = &driver_package_rows[at];
    *ret = (struct driver_package){
        .os = table_text(row->os),
        .flavour = table_text(row->flavour),
        .branch = table_text(row->branch),
        .package = table_text(row->package),
        .source = table_text(row->source),
    };
    return true;
}
