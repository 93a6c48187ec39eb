/*
 * registry: what a registry has now under an image's name, asked through skopeo with the user's own
 * credentials. Nothing is pulled but the manifest and the configuration.
 */
#ifndef GPUVET_IMAGE_REGISTRY_H
#define GPUVET_IMAGE_REGISTRY_H

#include "format/image_reference.h"
#include "format/skopeo.h"
#include "image/engine.h"

/*
 * `tag` in place of the reference's own; with `tags`, those of the repository, too. -ENOENT: skopeo
 * is not installed; -ETIMEDOUT; -EIO: it refused; -EBADMSG. *ret_why: its own words, or empty.
 */
int registry_ask(const struct engine_user *user, const struct image_reference *reference,
                 struct str tag, bool tags, struct skopeo_image *ret, struct str *ret_why);

#endif
