/*
 * case: what the program must say of a machine.
 *
 *     # comment
 *     root ubuntu-22.04-rtx3060-470     tests/roots/….root
 *     source https://…                  the report that the machine restates
 *     state broken
 *     cause driver/too-old              "cause null" where the verdict is undecided
 *     or undecided                      where that verdict is as right: hostile input
 *     certainty certain                 optional
 *     consequence torch/cpu-only        optional, one a line; as are
 *     independent process/visible-devices
 *     candidate driver/missing          of an undecided verdict
 *     evidence driver.version           a fact that the root finding must name
 *     fact torch.version = 2.4.1+cu121  or "fact NAME absent", "denied", "unknown"
 *     command sudo reboot               a command of the root's remedies
 *     check nvidia-smi                  likewise, of what shows that a remedy worked
 *     explained driver.module_version   the one change that diff must name, without the overlay
 *     never pip install                 what no command of any remedy may contain
 *     reads 400                         most looks at the root
 *     ms 30                             most milliseconds
 *     thorough yes                      files are compared with their hashes, too
 *     doors ada                         the machine is a container, and its doors are asked about:
 *                                       would they let ada in? "any": whoever it runs as
 *     overlay
 *         env CUDA_VISIBLE_DEVICES=     lines of machine.h, laid over the root
 *
 * root, state and cause must be there, and evidence where a cause is.
 */
#ifndef GPUVET_TESTS_CASE_H
#define GPUVET_TESTS_CASE_H

#include "lib/fact_line.h"
#include "lib/machine.h"

struct case_list {
    struct str *items;
    size_t count, room;
};

struct case_facts {
    struct fact_line *items;
    size_t count, room;
};

struct test_case {
    struct str name; /* its path below tests/cases, without ".case" */
    struct str root, source;
    struct str state, cause, certainty; /* cause is empty for null */
    struct str explained;               /* a change's fact, or empty */
    struct str alternative;             /* "undecided", or empty */
    struct case_list consequences, independents, candidates, evidence;
    struct case_list commands, checks, never;
    struct case_facts facts;
    struct wishes wishes;
    uint64_t reads, milliseconds; /* 0: the default of the runner */
    struct overlay overlay;
};

/* Reads the case at `path` below `library`: tests/cases. -EBADMSG: *ret_why is "file:line: what is
 * wrong". */
int case_read(struct arena *arena, struct root *library, struct str path, struct test_case *ret,
              struct str *ret_why);

/* Every file below `folder` of `library` whose name ends so, in byte order. */
int find_descriptions(struct arena *arena, struct root *library, struct str folder,
                      const char *ending, struct names *ret);

#endif
