/* diff: what changed, and which change explains the change of verdict. */
#ifndef GPUVET_REPORT_DIFF_H
#define GPUVET_REPORT_DIFF_H

#include "knowledge/lang.h"
#include "snapshot/diff.h"

struct diff_report {
    const struct diff *diff;
    struct str subject_kind, subject_name; /* of the second state */
    enum lang lang;
    size_t columns;
    bool verbose; /* every change */
};

void report_diff_text(struct buf *buf, const struct diff_report *report);

/* The promised members "verdicts", "explained_by" and "changes", in "diff". */
void report_diff_json(struct buf *buf, const struct diff_report *report);

#endif
