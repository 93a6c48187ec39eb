/* toolkit: CUDA toolkits and the host's compiler. Only who compiles needs them: a wheel does not.
 */
#ifndef GPUVET_FACTS_TOOLKIT_H
#define GPUVET_FACTS_TOOLKIT_H

#include "facts/field.h"

struct toolkit_item_facts {
    struct fact_str path;      /* its folder, links worked out: "/usr/local/cuda-12.4" */
    struct fact_str rule;      /* how it is met: "CUDA_HOME", "CUDA_PATH", "PATH", "usual place" */
    struct fact_str version;   /* "12.4.1", or "12.4" where no more is told */
    struct fact_bool nvcc;     /* it has the compiler */
    struct fact_int gcc_limit; /* newest major version of GCC that it takes */
    struct fact_int clang_limit; /* first major version of Clang that it does not take */
};

ROWS toolkit_item_fields[] = {
    FIELD(toolkit_item, path, "its folder"),
    FIELD(toolkit_item, rule, "how it is met: CUDA_HOME, CUDA_PATH, PATH, or in a usual place"),
    FIELD(toolkit_item, version, "its version"),
    FIELD(toolkit_item, nvcc, "whether it has nvcc"),
    FIELD(toolkit_item, gcc_limit, "newest major version of GCC that it takes"),
    FIELD(toolkit_item, clang_limit, "first major version of Clang that it does not take"),
};
ITEM_TYPE(toolkit_item);

struct toolkit_facts {
    struct fact_list items;
    /* the one that torch.utils.cpp_extension compiles with */
    struct fact_str path; /* ABSENT: it finds none */
    struct fact_str rule, version;
    struct fact_bool nvcc;
    struct fact_bool matches;      /* its CUDA major is torch's: else torch refuses to compile */
    struct fact_bool targets_gpus; /* its nvcc compiles for every GPU present */
    struct fact_str untargeted;    /* the first for which it does not: "sm_120" */
    struct fact_int gcc_limit;     /* as that of the item */
    struct fact_int gcc;           /* major version of the gcc that is found first; ABSENT: none */
    struct fact_bool gcc_fits;
};

ROWS toolkit_fields[] = {
    FIELD_ITEMS(toolkit, items, toolkit_item, "CUDA toolkits on this machine"),
    FIELD(toolkit, path, "the toolkit that torch compiles extensions with"),
    FIELD(toolkit, rule, "how torch comes to it"),
    FIELD(toolkit, version, "its version"),
    FIELD(toolkit, nvcc, "whether it has nvcc"),
    FIELD(toolkit, matches, "whether its CUDA major version is the one torch was built with"),
    FIELD(toolkit, targets_gpus, "whether its nvcc compiles for every GPU present"),
    FIELD(toolkit, untargeted, "the first GPU that it does not compile for"),
    FIELD(toolkit, gcc_limit, "newest major version of GCC that it takes"),
    FIELD(toolkit, gcc, "major version of this machine's gcc"),
    FIELD(toolkit, gcc_fits, "whether the toolkit takes that gcc"),
};

#endif
