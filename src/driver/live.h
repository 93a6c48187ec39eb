/*
 * live: asks the driver of the running machine while other work goes on.
 *
 *     live = driver_live_start(arena, root, environ);      after dev, sys/module, proc/modules
 *     …                                                    files are read meanwhile
 *     driver_live_finish(arena, live, &watch, &facts, &heard);
 *
 * The driver's user-space parts may load kernel modules and make device nodes: what changed while
 * asking is recorded in driver.woken_modules and driver.woken_nodes.
 *
 * Contexts are taken only where NVML makes one suspicious (an exclusive or prohibited GPU, hardly
 * any memory free, a vGPU), by asking again: they cost as much time as cuInit.
 */
#ifndef GPUVET_DRIVER_LIVE_H
#define GPUVET_DRIVER_LIVE_H

#include "driver/heard.h"
#include "root/root.h"

/* How long the whole of it may take: a machine without persistence mode needs 1 to 3 s for each of
 * its GPUs. */
#define DRIVER_DEADLINE_US 15000000

struct driver_live;

/* `environment` is NULL-terminated: that of the process that is asked about. */
struct driver_live *driver_live_start(struct arena *arena, struct root *root,
                                      const char *const *environment);

/* `ret_heard` is what was said, in the arena. */
void driver_live_finish(struct arena *arena, struct driver_live *live,
                        const struct child_watch *watch, struct facts *facts,
                        struct driver_heard *ret_heard);

#endif
