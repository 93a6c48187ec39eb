/*
 * extension_files: which files of an environment may be compiled against torch.
 *
 * Looking into every package would cost more than the rest of a check, so RECORD is read only of
 * packages that are known to hold such code, or whose name has "torch" in it; torch's own files,
 * NVIDIA's and triton's are left out. Where such a package has no RECORD (a folder that was copied,
 * egg-info, an editable install), its folder is walked. Beside these count the compiled modules
 * that lie openly in a folder of packages (flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so), and
 * what TORCH_EXTENSIONS_DIR holds (torch/utils/cpp_extension.py).
 *
 * A thorough run walks the folder of every package, and looks into ~/.cache/torch_extensions.
 */
#ifndef GPUVET_PROBE_EXTENSION_FILES_H
#define GPUVET_PROBE_EXTENSION_FILES_H

#include "probe/look.h"

struct extension_file {
    struct str path;    /* relative to the root */
    struct str package; /* as its metadata writes it; empty: none names it */
    struct str tag;     /* "cpython-311", "abi3"; empty: its name has none */
    bool wanted;        /* the package is known to hold such code */
    struct str variant; /* folder and name without digits: the same for all variants */
};

struct extension_files {
    LIST(struct extension_file) items;
};

void extension_files_find(struct probe_ctx *ctx, struct doubt *doubt, struct extension_files *ret);

#endif
