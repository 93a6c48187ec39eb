/*
 * verify: proof that a GPU computes, step by step.
 *
 * A step ends in one line:
 *     {"stage": "step", "gpu": 0, "step": "matmul-fp16", "state": "ok", "ms": 1.9, "figure": 98.1,
 *      "unit": "TFLOP/s"}
 * "failed" either because a call failed ("call", "code") or because numbers were wrong ("wrong":
 * how many, "first": the lowest, "max_error", "bound": 0 where results must be exact). "skipped"
 * comes with "reason"; a step between two GPUs with "peer" and "direct"; one of a library with its
 * name as "library". A step's start is a line
 * of its own with "enter": true.
 */
#ifndef GPUVET_HELPER_VERIFY_H
#define GPUVET_HELPER_VERIFY_H

#include "cuda_api.h"

/* One GPU while it is verified; only its own thread touches it. */
struct gpu {
    const struct cuda *cuda;
    int number, device;
    cu_context context;
    int major, minor, multiprocessors;
    cu_address in, out; /* the quick steps' buffers */
    bool lost;          /* a step failed that all later ones rest on */
};

struct step {
    const struct gpu *gpu;
    const char *name;
    const char *library; /* whose step it is; NULL: the driver's */
    int peer;            /* the second GPU of the step, or NO_GPU */
    bool direct;         /* the two reach each other without the host */
    int64_t began;
    const char *call; /* the first call that failed, and its code */
    int code;
    const char *reason; /* why it was skipped */
    const char *unit;   /* of `figure`; NULL: none */
    double figure;
    uint64_t wrong, first;
    double max_error;
};

struct step step_begin(const struct gpu *gpu, const char *name);
struct step step_begin_in(const struct gpu *gpu, const char *library, const char *name);
void step_end(struct step *step); /* says how it went */
bool step_failed(const struct step *step);

/* Counts a wrong result: where it stands, and by how much it is off. */
void step_wrong(struct step *step, uint64_t at, double error);

/* Keeps the first failure. True where the code is 0. */
bool step_code(struct step *step, const char *call, int code);

/* STEP_CALL(&step, cuMemFree_v2, at): true where the call succeeded. */
#define STEP_CALL(step, name, ...) \
    step_code((step), #name, CU_CALL((step)->gpu->cuda, (step)->gpu->number, name, __VA_ARGS__))
#define STEP_SYNC(step) \
    step_code((step), "cuCtxSynchronize", \
              (say_enter("cuCtxSynchronize", (step)->gpu->number), \
               (step)->gpu->cuda->cuCtxSynchronize()))

/* Finds a library's function; where it lacks it the step fails with that name and NO_FUNCTION. */
#define NO_FUNCTION (-1)
void *step_function(struct step *step, void *library, const char *name);

/* Loads a kernel's text and finds its entry; the caller unloads *ret_module. */
bool step_kernel(struct step *step, const char *text, const char *entry, cu_module *ret_module,
                 cu_function *ret);

/* Zeroed memory of the host; "no-memory" as the step's reason where there is none. */
void *step_room(struct step *step, size_t size);
void room_free(void *room, size_t size);

/* At most `most` bytes, and at most the free memory divided by `share`; a multiple of 4096. */
size_t step_size(struct step *step, size_t most, unsigned share);

/* The same numbers on every run: a 64-bit generator (splitmix64, Steele and others 2014). */
uint64_t random_next(uint64_t *state);

/* Asks a GPU for its name and what it can do, and says so. */
void gpu_introduce(struct gpu *gpu);

/* The kernels (helper/ptx/). */
extern const char ptx_mix[], ptx_pattern[];
extern const char ptx_matmul_fp32[], ptx_matmul_fp16[], ptx_matmul_bf16[], ptx_matmul_tf32[];

/* The steps. */
void verify_matmuls(const struct gpu *gpu);
void verify_bandwidth(const struct gpu *gpu);
void verify_memory(const struct gpu *gpu);
void verify_peers(const struct gpu *gpus, int count);

#endif
