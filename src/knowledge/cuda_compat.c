#include "knowledge/cuda_compat.h"

struct compat_row {
    uint16_t cuda, branches, source;
    uint8_t basis;
};

#include "knowledge/cuda_compat_table.h"

bool cuda_compat_at(size_t at, struct cuda_compat *ret)
{
    if (at >= sizeof(compat_rows) / sizeof(compat_rows[0]))
        return false;
    *ret = (struct cuda_compat){
        .cuda = table_text(compat_rows[at].cuda),
        .branches = table_text(compat_rows[at].branches),
        .basis = (enum basis) compat_rows[at].basis,
        .source = table_text(compat_rows[at].source),
    };
    return true;
}
