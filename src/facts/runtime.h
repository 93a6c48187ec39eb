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
    struct fact_bool matches; /* torch takes it: same major as expected, minor not older */
    /* what the process will load, as loader/ predicts it */
    struct fact_str loaded_version; /* of the part that answers cudnnGetVersion(): "9.1.0" */
    struct fact_str loaded_path;    /* that part */
    struct fact_str loaded_rule;    /* how the loader comes to it: as loader.libraries.N.rule */
    struct fact_bool foreign;       /* it is not of torch's own package, which is installed */
    struct fact_str part;           /* the first part of another version than that; ABSENT: none */
    struct fact_str part_version;
};

ROWS cudnn_fields[] = {
    FIELD(cudnn, version, "version of the cuDNN that the build brings"),
    FIELD(cudnn, package, "the package that brings it"),
    FIELD(cudnn, expected, "the version that the build expects"),
    FIELD(cudnn, matches, "whether torch takes it: the same major version, and no older minor one"),
    FIELD(cudnn, loaded_version, "version of the cuDNN that the process will load"),
    FIELD(cudnn, loaded_path, "the part of it that tells the version"),
    FIELD(cudnn, loaded_rule, "how the loader comes to it"),
    FIELD(cudnn, foreign, "whether it is loaded instead of the copy that came with torch"),
    FIELD(cudnn, part, "a part of it that is of another version"),
    FIELD(cudnn, part_version, "the version of that part"),
};

#endif
