/* verify: whether the GPUs compute, and the environment's own libraries with them. */
#ifndef GPUVET_FACTS_VERIFY_H
#define GPUVET_FACTS_VERIFY_H

#include "facts/field.h"

/* Where something failed, it is the first that did; where nothing did, those facts are ABSENT. */
struct verify_facts {
    struct fact_bool ran;
    struct fact_bool passed;    /* every step of every GPU and library went well, or was skipped */
    struct fact_int gpus;       /* that every step was right on */
    struct fact_int wrong;      /* numbers that were wrong, of all steps */
    struct fact_str wrong_step; /* "matmul-bf16"; of a library "cublas: gemm-fp16" */
    struct fact_int wrong_gpu;
    struct fact_str step; /* of a GPU: a call failed, or never ended */
    struct fact_int gpu;
    struct fact_str call;
    struct fact_int code;
    struct fact_str error;        /* the code's name; ABSENT where the call never ended */
    struct fact_str library;      /* of the environment: it could not be loaded, or a call failed */
    struct fact_str library_path; /* its file */
    struct fact_str library_step; /* ABSENT: it could not be loaded */
    struct fact_str library_call;
    struct fact_int library_code;
    struct fact_str library_error; /* the loader's words; ABSENT: it was loaded */
};

ROWS verify_fields[] = {
    FIELD(verify, ran, "whether the GPUs were made to compute"),
    FIELD(verify, passed, "whether all of it went well"),
    FIELD(verify, gpus, "GPUs on which all went well"),
    FIELD(verify, wrong, "numbers that were wrong"),
    FIELD(verify, wrong_step, "the first step with a wrong number"),
    FIELD(verify, wrong_gpu, "its GPU"),
    FIELD(verify, step, "the first step that failed"),
    FIELD(verify, gpu, "its GPU"),
    FIELD(verify, call, "the call that failed in it"),
    FIELD(verify, code, "code of that call"),
    FIELD(verify, error, "name of that code"),
    FIELD(verify, library, "the first library of the environment that failed"),
    FIELD(verify, library_path, "its file"),
    FIELD(verify, library_step, "the step that failed with it"),
    FIELD(verify, library_call, "the call that failed in it"),
    FIELD(verify, library_code, "code of that call"),
    FIELD(verify, library_error, "why it could not be loaded"),
};

#endif
