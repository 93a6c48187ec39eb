/* steps: the chain as a walk (plan/steps.h), as part of a report. */
#ifndef GPUVET_REPORT_STEPS_H
#define GPUVET_REPORT_STEPS_H

#include "report/report.h"

/* In place of the chain: each question with its answer, where that was read, and how to see it. */
void report_steps_text(struct buf *buf, const struct report *report);

/* The member "steps". */
void report_steps_json(struct json *json, const struct report *report);

#endif
