/* verify: the steps of a verification, as part of a report. */
#ifndef GPUVET_REPORT_VERIFY_H
#define GPUVET_REPORT_VERIFY_H

#include "report/report.h"

/* The promised member "verify". */
void report_verify_json(struct json *json, const struct verification *verification);

/* A line a step, below its GPU or library. */
void report_verify_text(struct buf *buf, const struct report *report);

/* A step's name for people; one that has none is shown as it is. */
struct str report_step_name(struct str step, enum lang lang);

#endif
