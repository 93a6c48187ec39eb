/* toml_text: the texts of a TOML file; for toml.c only. */
#ifndef GPUVET_FORMAT_TOML_TEXT_H
#define GPUVET_FORMAT_TOML_TEXT_H

#include "base/arena.h"

/* Takes the text in quotes, of any of the four kinds, at the start of *rest. 0 or -EBADMSG. */
int toml_take_text(struct str *rest, struct arena *arena, struct str *ret);

#endif
