/*
 * answer: what the helper's lines say, as structs.
 *
 * Every value keeps how it came: a code, a function that the library lacks, or a call that began
 * and never ended. Nothing is judged here. Lines that are no answers (a library may print) are
 * counted and otherwise ignored.
 */
#ifndef GPUVET_DRIVER_ANSWER_H
#define GPUVET_DRIVER_ANSWER_H

#include "driver/lines.h"

struct nvml_process {
    int64_t pid;
    int64_t memory; /* bytes; -1: not told */
};

struct nvml_mig {
    int64_t index;
    struct str uuid; /* "MIG-…" */
};

/* Numbers are NVML's own: https://docs.nvidia.com/deploy/nvml-api/ */
struct nvml_gpu {
    struct said handle; /* the code of taking its handle; where not 0, nothing else was asked */
    struct said name, uuid, vbios;
    struct said address; /* "00000000:65:00.0" */
    struct said vendor_id, device_id, subsystem_vendor_id, subsystem_device_id;
    struct said major, minor;                           /* compute capability */
    struct said memory_total, memory_free, memory_used; /* bytes */
    struct said compute_mode, persistence_mode, virtualization_mode;
    struct said ecc_current, ecc_pending;
    struct said ecc_volatile, ecc_aggregate; /* uncorrected errors */
    struct said rows_corrected, rows_uncorrected, rows_pending, rows_failed;
    struct said mig_current, mig_pending;
    struct said clock_reasons; /* bits of nvmlClocksEventReasons */
    struct said milliwatts, celsius;
    struct said fabric_state, fabric_status, fabric_health;
    struct said nvlinks, nvlinks_active;
    struct said recovery_action;
    struct said process_count;
    LIST(struct nvml_process) processes;
    LIST(struct nvml_mig) mig_devices;
};

struct nvml_answer {
    struct answer_head head;
    struct said init, nvml_version, driver_version;
    struct said cuda_version; /* 12040 for 12.4 */
    struct said count;
    LIST(struct nvml_gpu) gpus;
};

/* Numbers are the driver API's: https://docs.nvidia.com/cuda/cuda-driver-api/ */
struct cuda_gpu {
    struct said handle, name;
    struct said address; /* "0000:65:00.0" */
    struct said uuid;    /* without "GPU-"; of a MIG device, its own */
    struct said major, minor, multiprocessors, compute_mode, integrated, kernel_timeout, ecc;
    struct said memory_total, memory_free; /* bytes; free only where a context was asked for */
    struct said context; /* the code of the primary context; number: µs it took */
};

struct cuda_answer {
    struct answer_head head;
    struct said driver_version; /* 12040 for 12.4 */
    struct said init;           /* number: microseconds that it took */
    struct said count;
    LIST(struct cuda_gpu) gpus;
};

/* All text lies in the arena. `child` must be over, and live as long as the answer. */
void nvml_answer_read(struct arena *arena, const struct child_result *child,
                      struct nvml_answer *ret);
void cuda_answer_read(struct arena *arena, const struct child_result *child,
                      struct cuda_answer *ret);

/* NVML and the CUDA driver asked once, in one environment. */
struct driver_answer {
    struct nvml_answer nvml;
    struct cuda_answer cuda;
};

/* One environment to ask in, NULL-terminated. */
struct driver_question {
    const char *const *environ;
    bool context; /* also take each GPU's primary context: slower, and the surest answer */
};

/* Asks everything at once, two children a question, at most CHILDREN_MAX / 2 questions. Returns at
 * once; the answers of each question, in order, come with driver_ask_finish(). */
struct driver_asking;
struct driver_asking *driver_ask_start(struct arena *arena, const struct driver_question *questions,
                                       size_t count);
void driver_ask_finish(struct arena *arena, struct driver_asking *asking, int64_t deadline_us,
                       const struct child_watch *watch, struct driver_answer *ret);

/* Both in one. */
void driver_ask(struct arena *arena, const struct driver_question *questions, size_t count,
                int64_t deadline_us, const struct child_watch *watch, struct driver_answer *ret);

#endif
