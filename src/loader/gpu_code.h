/*
 * gpu_code: for which GPUs a library holds code, counted from the headers of its fat binaries.
 *
 * Not each target found is support: libraries carry stray entries of kernels that are written for
 * one GPU alone. A target counts where it has at least a quarter as many entries as the one that
 * has most: so read, the lists of torch 2.1.2, 2.4.1, 2.6.0, 2.8.0 and 2.11.0 are those that
 * torch._C._cuda_getArchFlags() gives (2.8.0: 393 entries for each, but 1 for sm_89, 4 for sm_90a;
 * 2.11.0: 444 to 503, but 59 for sm_103).
 *
 * A sample reads all entries of 16 containers from all over the library (format/fatbin_places.h);
 * where their places are not said, of a section's first 16 and of every 16th after them, and jumps
 * over the others by their headers. Torch compiles nearly every source file for all targets of the
 * build, and the containers show it: what the build has code for is in all of them, strays are in
 * few. So a part of them shows which is which. On torch 2.1.2, 2.4.1, 2.6.0, 2.8.0, 2.14.1 and
 * 2.15.0 (cu13) a sample names the targets that an exact reading names (2.15.0: its widest stray
 * is in 59 of 476). What it cannot tell: how many entries there are, whether there is any stray
 * code for a target, and in which version the newest PTX is; and strays in each container of the
 * sample would look like support, but source files are linked in no such order.
 */
#ifndef GPUVET_LOADER_GPU_CODE_H
#define GPUVET_LOADER_GPU_CODE_H

#include "format/elf.h"
#include "root/root.h"

#define GPU_TARGETS 64 /* more is -E2BIG */

enum gpu_code_reading {
    GPU_CODE_SAMPLE, /* see above: enough to say for which GPUs a build was made */
    GPU_CODE_EXACT,  /* every entry */
};

struct gpu_target {
    unsigned capability; /* 90 for sm_90 and compute_90 */
    char suffix;         /* 'a', 'f', or 0 */
    bool ptx;
    unsigned entries;
    unsigned ptx_version; /* newest PTX language, 10 × major + minor: 84 for 8.4; 0 for code */
};

struct gpu_code {
    struct gpu_target targets[GPU_TARGETS]; /* code before PTX, by rising capability */
    size_t count;
    unsigned most; /* entries of the target that has most */
    bool sampled;  /* containers were passed over: counts are too low, stray targets may lack */
};

/* Whether a target counts as support. */
bool gpu_target_counts(const struct gpu_code *code, const struct gpu_target *target);

/* -ENOENT: no GPU code in it. Else errors of root_open(), elf_open() and fatbin_next(). */
int gpu_code_read(struct root *root, struct arena *arena, struct str path,
                  enum gpu_code_reading reading, struct gpu_code *ret);

/* Whether gpu_code_read() would find any, or say why that cannot be told. */
bool gpu_code_is_in(const struct elf *elf);

/* "sm_90a" or "compute_90". */
struct str gpu_target_name(struct arena *arena, const struct gpu_target *target);

/* "sm_80 sm_90a compute_90": the targets that count. */
struct str gpu_code_text(struct arena *arena, const struct gpu_code *code);

#endif
