/*
 * script: what a fake vendor library does, from one environment variable.
 *
 *     FAKE_CUDA="count=8;cuInit=999;cuMemAlloc_v2@3=2;hang=cuCtxSynchronize;slow=cuDeviceGet:200"
 *
 * NAME=CODE or NAME@GPU=CODE: that function returns CODE. An action instead of a code, ACTION=NAME
 * or ACTION=NAME@GPU: hang, spin (with every signal blocked), crash, abort, exit (with code 7),
 * noise (writes no answers to descriptors 1 and 3), flood (writes for ever), mute (closes
 * descriptor 3, then hangs), orphan (leaves a process that holds the pipe). slow=NAME:MS sleeps
 * first. `load=hang` and `load=crash` act in the constructor. Other keys are the library's own.
 */
#ifndef GPUVET_TESTS_FAKES_SCRIPT_H
#define GPUVET_TESTS_FAKES_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* The library that includes this file says which variable it reads. */
extern const char *const script_variable;

/* A number that the script gives, or `otherwise`. */
long script_number(const char *key, long otherwise);

/* A text that the script gives, at most `room` - 1 bytes of it, terminated; false: it gives none.
 */
bool script_text(const char *key, char *ret, size_t room);

/* Whether the script has KEY=VALUE. */
bool script_has(const char *key, const char *value);

/* Called first in every function: acts as told. True, with the code, where the function must
 * return at once. gpu -1: about none. */
bool script_act(const char *function, int gpu, int *ret_code);

#endif
