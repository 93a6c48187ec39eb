/*
 * fill: a sentence with named facts in it, "driver {driver.version} is older than …", made whole.
 *
 * "{name}" stands for the fact's value. "{name|sm}" writes a compute capability as its target,
 * "8.6" as "sm_86". "{{" is a brace.
 */
#ifndef GPUVET_FACTS_FILL_H
#define GPUVET_FACTS_FILL_H

#include "facts/facts.h"

/*
 * Appends the filled text. True where every fact in it is known; in place of one that is not,
 * `unknown` is written. Values are appended as they are: whoever shows or runs the text escapes or
 * quotes it.
 */
bool facts_fill(struct buf *buf, const struct facts *facts, struct str text, struct str unknown);

#endif
