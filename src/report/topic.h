/* topic: what is known of a cause or a code, written for people or for programs. */
#ifndef GPUVET_REPORT_TOPIC_H
#define GPUVET_REPORT_TOPIC_H

#include "base/json.h"
#include "knowledge/texts.h"
#include "knowledge/topic.h"

struct topic_report {
    const struct topic *topic; /* NULL: the list of causes is wanted */
    struct str asked;          /* the words that it was found by */
    enum lang lang;
    size_t columns;
};

void topic_text(struct buf *buf, const struct topic_report *report);

/* A report's head, then "cause": {…}, or "codes": […], or "causes": […]; a newline at its end. */
void topic_json(struct buf *buf, const struct topic_report *report);

/* "CUDA driver 804". */
struct str topic_code_title(struct arena *arena, const struct error_info *code, enum lang lang);

#endif
