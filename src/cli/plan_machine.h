/* plan_machine: what the options of `gpuvet plan` say of the machine, as facts. */
#ifndef GPUVET_CLI_PLAN_MACHINE_H
#define GPUVET_CLI_PLAN_MACHINE_H

#include "cli/cli.h"
#include "facts/facts.h"

/* Whether they describe a machine other than this one: then nothing here is looked at. */
bool plan_describes_machine(const struct options *options);

/* Whether --python names a version ("3.12", "3.14t"), not an interpreter. */
bool plan_python_is_version(struct str python);

/* A Python of this version, as `from` says: any, for the interpreter that was found is not meant.
 */
void plan_set_python(struct arena *arena, struct str python, struct str from, struct facts *facts);

/*
 * Writes what was given over the facts. For a machine that is described, and no platform given,
 * linux_x86_64 is assumed. EXIT_GOOD, or EXIT_WRONG_USAGE after saying what is wrong.
 */
int plan_machine_apply(struct arena *arena, const struct options *options, struct facts *facts);

#endif
