/*
 * commit: a container as an image, made by the engine's own `commit`, with labels that say what is
 * in it: what the facts know of
 *
 *     org.opencontainers.image.base.name, .base.digest   the image that it was started from
 *     gpuvet.torch, .cuda, .cudnn, .python               versions
 *
 * The first two are OCI's (https://github.com/opencontainers/image-spec/blob/main/annotations.md).
 * A value with anything but letters, digits and ". _ + : / @ -" is left out: labels are given as an
 * instruction of a Dockerfile, and what is in a container is nobody's to run.
 */
#ifndef GPUVET_IMAGE_COMMIT_H
#define GPUVET_IMAGE_COMMIT_H

#include "facts/facts.h"
#include "image/engine.h"

/*
 * The command, NULL behind its last word, that commits the container of these facts under a tag.
 * -ENOTSUP: its engine has no such command, or none that takes labels; -EINVAL: that is no tag.
 */
int commit_command(struct arena *arena, const struct facts *facts, struct str tag,
                   const char *ret_words[ENGINE_WORDS]);

/* Runs it. -ENOENT: the client is gone; -ETIMEDOUT; -EIO: it refused. *ret_why: its words. */
int commit_run(const struct engine_user *user, const char *const *words, struct str *ret_why);

#endif
