/* runtime: the CUDA runtime that the build brings, and cuDNN. */
#ifndef GPUVET_FACTS_RUNTIME_H
#define GPUVET_FACTS_RUNTIME_H

#include "facts/field.h"

struct runtime_facts {
    struct fact_str version;       /* of the CUDA runtime: package's, else the build's: "12.1" */
    struct fact_str origin;        /* "nvidia-cuda-runtime-cu12", "torch", "conda", "system" */
    struct fact_str driver_needed; /* oldest driver that can run it: "525.60.13" */
    struct fact_bool driver_suffices;
    struct fact_bool system_suffices; /* glibc of the machine is new enough for the wheel */
};

ROWS runtime_fields[] = {
    FIELD(runtime, version, "version of the CUDA runtime that the build brings"),
    FIELD(runtime, origin, "the package that brings it"),
    FIELD(runtime, driver_needed, "oldest driver that can run it"),
    FIELD(runtime, driver_suffices, "whether the driver is new enough for it"),
    FIELD(runtime, system_suffices, "whether the C library is new enough for the wheel"),
};

struct cudnn_facts {
    struct fact_str version;  /* of the package, or of the file in torch/lib: "9.1.0.70" */
    struct fact_str package;  /* "nvidia-cudnn-cu12"; ABSENT: inside torch's own folder */
    struct fact_str expected; /* the version that torch pins, or that its builders used */
    struct fact_bool matches; /* same major and minor as expected */
};

ROWS cudnn_fields[] = {
    FIELD(cudnn, version, "version of the cuDNN that the build brings"),
    FIELD(cudnn, package, "the package that brings it"),
    FIELD(cudnn, expected, "the version that the build expects"),
    FIELD(cudnn, matches, "whether it is that version"),
};

#endif
