/* plan: which build fits, written for people or for programs. */
#ifndef GPUVET_REPORT_PLAN_H
#define GPUVET_REPORT_PLAN_H

#include "base/buf.h"
#include "plan/install.h"

struct plan_report {
    const struct problem *problem;
    const struct plan *plan;
    enum install_tool tool; /* whose commands are shown */
    struct str subject_kind, subject_name;
    enum lang lang;
    size_t columns;
    bool verbose; /* the commands of every tool; of the matrix, every cell's reason in full */
    bool matrix;  /* JSON has the whole table, too */
};

/* The first line is the answer; then why, the commands, and what would change it. */
void report_plan_text(struct buf *buf, const struct plan_report *report);

/* torch versions by CUDA tags; in each cell that is refused the first reason. */
void report_plan_matrix(struct buf *buf, const struct plan_report *report);

/* The promised object with its member "plan", and a newline at its end. */
void report_plan_json(struct buf *buf, const struct plan_report *report);

/* What a constraint says of a build, in this language; not escaped. */
struct str report_reason(struct arena *arena, enum lang lang, enum constraint_id id,
                         const struct reason *reason, const struct torch_build *build);

/* "torch 2.11.0+cu126" */
struct str report_build(struct arena *arena, const struct torch_build *build);

/* A way out as a sentence. */
struct str report_way(struct arena *arena, enum lang lang, const struct way *way);

#endif
