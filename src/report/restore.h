/* restore: the commands that rebuild a recorded stack, for people and for programs. */
#ifndef GPUVET_REPORT_RESTORE_H
#define GPUVET_REPORT_RESTORE_H

#include "base/json.h"
#include "knowledge/texts.h"
#include "plan/restore.h"

struct restore_report {
    const struct restore *restore;
    struct str subject_kind, subject_name;
    enum lang lang;
    size_t columns;
};

void report_restore_text(struct buf *buf, const struct restore_report *report);

/* The promised object with its member "restore". */
void report_restore_json(struct buf *buf, const struct restore_report *report);

#endif
