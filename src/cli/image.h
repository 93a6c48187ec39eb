/* image: the commands of `gpuvet image`. Only for this folder. */
#ifndef GPUVET_CLI_IMAGE_H
#define GPUVET_CLI_IMAGE_H

#include "cli/cli.h"
#include "image/recipe.h"

int image_check(struct arena *arena, const struct options *options, struct str file);
int image_new(struct arena *arena, const struct options *options, struct str folder);
int image_name(struct arena *arena, const struct options *options, struct str word);

/* Of every word from the second on, of which `file` is the first. */
int image_updates(struct arena *arena, const struct options *options, struct str file);

/* Says where a file that describes an image is wrong: EXIT_NO_INPUT. */
int image_refuse_file(struct arena *arena, const struct options *options, struct str file,
                      const struct recipe_error *error);

#endif
