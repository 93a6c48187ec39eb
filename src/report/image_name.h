/* image_name: what an image's name tells, for people or for programs. */
#ifndef GPUVET_REPORT_IMAGE_NAME_H
#define GPUVET_REPORT_IMAGE_NAME_H

#include "base/buf.h"
#include "knowledge/image_names.h"
#include "knowledge/texts.h"

struct image_name_report {
    const struct image_name *name;
    struct str asked;  /* as the user wrote it */
    struct str driver; /* the oldest that runs its CUDA; empty: not known */
    enum lang lang;
    size_t columns;
};

void report_image_name_text(struct buf *buf, const struct image_name_report *report);

/* The promised object with its member "image". */
void report_image_name_json(struct buf *buf, const struct image_name_report *report);

#endif
