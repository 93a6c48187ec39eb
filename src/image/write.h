/* write: the files of a new image, from its templates. */
#ifndef GPUVET_IMAGE_WRITE_H
#define GPUVET_IMAGE_WRITE_H

#include "base/buf.h"
#include "knowledge/templates.h"

struct new_image {
    struct str torch, tag, cuda, driver, python; /* "2.8.0", "cu128", "12.8", "525.60.13", "3.12" */
    struct str index;                            /* "https://download.pytorch.org/whl/cu128" */
    struct str packages;                         /* "torch==2.8.0+cu128 torchvision==0.23.0" */
    bool jupyter, ssh;
    bool verify; /* a copy of gpuvet lies beside the Dockerfile */
};

void image_write(struct buf *buf, const struct new_image *image, enum template_id id);

#endif
