/*
 * helper: starts the dynamic program that gpuvet carries inside itself.
 *
 * The static program cannot load the vendor's libraries reliably, so a small dynamic one does. It
 * runs as a child from memory, answers in JSON lines, and gets exactly the environment that it is
 * asked about, plus nothing. Its sources stand in helper/ beside src/.
 */
#ifndef GPUVET_DRIVER_HELPER_H
#define GPUVET_DRIVER_HELPER_H

#include "base/child.h"

/* The helper's ELF file (helper/blob.S). */
extern const unsigned char helper_blob[];
extern const uint64_t helper_blob_size;

#define HELPER_ARGUMENTS_MAX 64

/*
 * Starts the helper with `arguments` (NULL-terminated: a subject, then its options) and
 * `environment` (NULL-terminated; NULL: empty). Wait for it with children_wait(), then read what it
 * said with the functions of driver/answer.h.
 *
 * Subjects: "nvml" · "cuda" [--context] · "verify" [--quick | --thorough] [--device N] ·
 * "libs" NAME=PATH …. For verify and libs the environment should hold CUDA_CACHE_DISABLE=1, so that
 * the driver's compiler writes nothing to disk.
 */
struct child *helper_start(struct arena *arena, const char *const *arguments,
                           const char *const *environment);

/*
 * The environment that a program sees as `environment`, without the variables named in `without`
 * (both NULL-terminated), and with `extra` ("NAME=value"; NULL: none) in front, which then wins.
 */
const char *const *environ_copy(struct arena *arena, const char *const *environment,
                                const char *const *without, const char *extra);

#endif
