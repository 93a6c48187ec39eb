/* lock: what became of a lock, for people and for programs. */
#ifndef GPUVET_REPORT_LOCK_H
#define GPUVET_REPORT_LOCK_H

#include "knowledge/texts.h"
#include "lock/compare.h"

struct lock_report {
    const struct lock_comparison *comparison;
    struct str file; /* the lock's */
    struct str subject_kind, subject_name;
    enum lang lang;
    size_t columns;
    bool verbose; /* what is allowed, too, and by which rule */
};

void report_lock_text(struct buf *buf, const struct lock_report *report);
void report_lock_json(struct buf *buf, const struct lock_report *report);

#endif
