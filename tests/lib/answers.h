/*
 * answers: what the driver of a fake machine, and the engine of its containers, say, without
 * starting anything.
 *
 *     cuda [clean]          or nvml; the block holds the helper's own lines, as they come:
 *         {"stage":"dlopen","library":"libcuda.so.1","ok":true}
 *         {"stage":"cuInit","code":802,"us":100000}
 *         {"stage":"done"}
 *         end late          how it ended, where it did not end well: late, signal 11, exit 127,
 *                           exec ENOENT, system EAGAIN
 *     told container.request = gpus
 *                           what an engine, an image or a pod file tells about a container that is
 *                           asked about, as a line of fact_line.h. Then the engines are looked at.
 *
 * Of a machine without such a block the driver is not asked. "clean": asked without LD_LIBRARY_PATH
 * and LD_PRELOAD. A later block replaces an earlier one.
 */
#ifndef GPUVET_TESTS_ANSWERS_H
#define GPUVET_TESTS_ANSWERS_H

#include "driver/answer.h"
#include "lib/fact_line.h"

struct machine_answers {
    bool asked, asked_clean;
    struct child_result nvml, cuda, clean_nvml, clean_cuda;
    const struct fact_line *told;
    size_t told_count;
};

/* A child that was never started: what is not described. */
struct machine_answers answers_none(void);

/* Reads a block; `which` is what follows the first word. -EBADMSG. */
int answers_read(struct arena *arena, bool of_cuda, struct str which, struct str block,
                 struct machine_answers *ret);

/* As driver_ask() gives them. `answers` must outlive them. */
void answers_own(struct arena *arena, const struct machine_answers *answers,
                 struct driver_answer *ret);
void answers_clean(struct arena *arena, const struct machine_answers *answers,
                   struct driver_answer *ret);

#endif
