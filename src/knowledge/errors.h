/*
 * errors: the codes that CUDA, NVML, cuDNN and the NVIDIA kernel module report.
 *
 * The cause is a lead, never a proof: one code can have several causes, and the facts decide.
 */
#ifndef GPUVET_KNOWLEDGE_ERRORS_H
#define GPUVET_KNOWLEDGE_ERRORS_H

#include "base/str.h"
#include "knowledge/lang.h"

enum error_family {
    ERROR_CUDA_DRIVER,  /* CUresult */
    ERROR_CUDA_RUNTIME, /* cudaError_t */
    ERROR_NVML,         /* nvmlReturn_t */
    ERROR_CUDNN8,       /* cudnnStatus_t of cuDNN 8 */
    ERROR_CUDNN9,       /* cudnnStatus_t of cuDNN 9: other numbers for the same names */
    ERROR_XID,          /* the kernel log's "NVRM: Xid" */
};

struct error_info {
    enum error_family family;
    unsigned code;
    struct str name;    /* "CUDA_ERROR_NO_DEVICE" */
    struct str message; /* what the library prints for it; may be empty */
    struct str since;   /* version of the library whose headers first have it; may be empty */
    struct str cause;   /* slug of the likeliest cause; empty: says nothing about the set-up */
    struct str action; /* of a Xid: what NVIDIA's catalogue recommends, "RESET_GPU"; may be empty */
    struct str note[LANG_COUNT]; /* what it means; may be empty */
    struct str source;
};

/* Rows stand in the order of family and code. False past the end. */
bool error_at(size_t at, struct error_info *ret);

/* False where the family has no such code. */
bool error_by_code(enum error_family family, unsigned code, struct error_info *ret);

/* By the exact name. Of a name that both generations of cuDNN have, cuDNN 9's. */
bool error_by_name(struct str name, struct error_info *ret);

#endif
