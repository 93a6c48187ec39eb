/* command: an argv of knowledge/ with its {facts} filled in. Only for this folder. */
#ifndef GPUVET_PLAN_COMMAND_H
#define GPUVET_PLAN_COMMAND_H

#include "diagnosis/diagnosis.h"

/* False where a fact in a word is not known: half a command would be worse than none. Of a command,
 * a word "?{fact}" is left out then. */
bool plan_word(struct arena *arena, const struct facts *facts, struct str word, struct str *ret);
bool plan_command(struct arena *arena, const struct facts *facts, struct range words,
                  struct command *ret);

#endif
