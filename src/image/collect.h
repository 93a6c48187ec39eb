/*
 * collect: what to keep of a file that passes by once.
 *
 * Small files, and those that the probes read, are kept whole, the latter by their names. Of ELF
 * files the beginning is kept (headers, symbols, strings), the dynamic section, the section headers
 * with their names, and every header of a fat binary: what the loader's prediction and the reading
 * of GPU code ask for. All else is not kept, and whoever asks for it is told so (-ROOT_LEFT_OUT).
 */
#ifndef GPUVET_IMAGE_COLLECT_H
#define GPUVET_IMAGE_COLLECT_H

#include "image/keep.h"
#include "image/stream.h"

enum collected {
    COLLECT_NOTHING,
    COLLECT_WHOLE,
    COLLECT_OBJECT, /* parts of a shared library or program */
};

/* What a path within the image promises. `size`: of the file, in bytes. */
enum collected collect_what(struct str path, uint64_t size);

/*
 * Reads the `size` bytes that come next and keeps what `what` says. *ret_number: for keep_read().
 * What finds no room is left out. -EBADMSG: the stream ends before. Or its error.
 */
int collect_file(struct stream *stream, struct keep *keep, enum collected what, uint64_t size,
                 uint32_t *ret_number);

#endif
