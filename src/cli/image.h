/* image: the commands of `gpuvet image`. Only for this folder. */
#ifndef GPUVET_CLI_IMAGE_H
#define GPUVET_CLI_IMAGE_H

#include "cli/cli.h"

int image_check(struct arena *arena, const struct options *options, struct str file);
int image_new(struct arena *arena, const struct options *options, struct str folder);
int image_name(struct arena *arena, const struct options *options, struct str word);

#endif
