/* build: the PyTorch build that fits this machine; what remedies install. plan/ fills it. */
#ifndef GPUVET_FACTS_BUILD_H
#define GPUVET_FACTS_BUILD_H

#include "facts/field.h"

struct build_facts {
    struct fact_str requirement;         /* "torch==2.4.1+cu118"; ABSENT: no known build fits */
    struct fact_str tag;                 /* "cu118" */
    struct fact_str index;               /* "https://download.pytorch.org/whl/cu118" */
    struct fact_str current_requirement; /* the installed build, by its full version */
    struct fact_str current_index;       /* where it is to be had */
};

ROWS build_fields[] = {
    FIELD(build, requirement, "the PyTorch build that fits"),
    FIELD(build, tag, "its CUDA tag"),
    FIELD(build, index, "the index that has it"),
    FIELD(build, current_requirement, "the installed build, by its full version"),
    FIELD(build, current_index, "the index that has the installed build"),
};

#endif
