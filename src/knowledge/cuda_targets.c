#include "knowledge/cuda_targets.h"

#include "knowledge/dotted.h"

struct target_row {
    uint16_t capability, first, ended, source;
    uint8_t basis;
};

#include "knowledge/cuda_targets_table.h"

#define COUNT (sizeof(target_rows) / sizeof(target_rows[0]))

bool cuda_target_at(size_t at, struct cuda_target *ret)
{
    if (at >= COUNT)
        return false;
    *ret = (struct cuda_target){
        .capability = table_text(target_rows[at].capability),
        .first = table_text(target_rows[at].first),
        .ended = table_text(target_rows[at].ended),
        .basis = (enum basis) target_rows[at].basis,
        .source = table_text(target_rows[at].source),
    };
    return true;
}

bool cuda_compiles_for(struct str cuda, struct str capability, bool *ret)
{
    struct cuda_target target;

    for (size_t at = 0; cuda_target_at(at, &target); at++)
        if (str_eq(target.capability, capability)) {
            *ret = (!target.first.len || dotted_compare(cuda, target.first) >= 0) &&
                   (!target.ended.len || dotted_compare(cuda, target.ended) < 0);
            return true;
        }
    return false;
}
