/*
 * layer: one layer of an image: a tar archive whose entries go over those of the layers below
 * (https://github.com/opencontainers/image-spec/blob/main/layer.md).
 *
 * ".wh.NAME" takes NAME away, ".wh..wh..opq" all that the layers below have in this folder; both
 * act on lower layers only. Nothing is unpacked and nothing is made: devices and links are names. A
 * path that leads upwards is left out, and counted.
 */
#ifndef GPUVET_IMAGE_LAYER_H
#define GPUVET_IMAGE_LAYER_H

#include "image/keep.h"
#include "image/stream.h"
#include "root/tree.h"

#define LAYER_ENTRIES 4000000u /* entries of one layer; more is -E2BIG */

struct layer;

/*
 * Reads a layer from where the stream stands (as tar, not packed), to its end. What its files hold
 * is found by `keep`. -EBADMSG: no tar archive, or cut short. -E2BIG. Or the stream's error.
 */
int layer_read(struct arena *arena, struct stream *stream, struct keep *keep, struct layer **ret);

/* Lays it over what the tree holds. */
void layer_apply(const struct layer *layer, struct tree *tree);

/* Entries that were left out because their path leads out of the image, or is none. */
size_t layer_refused(const struct layer *layer);

#endif
