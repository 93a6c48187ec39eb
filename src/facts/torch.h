/* torch: the Python environment, the PyTorch in it, and what stands beside it. */
#ifndef GPUVET_FACTS_TORCH_H
#define GPUVET_FACTS_TORCH_H

#include "facts/field.h"

struct package_facts {
    struct fact_str name; /* normalised: "nvidia-cudnn-cu12" */
    struct fact_str version;
    struct fact_str path;     /* its folder of metadata */
    struct fact_str pinned;   /* the version that torch's metadata asks for; ABSENT: none */
    struct fact_bool matches; /* version is the pinned one */
};

ROWS package_fields[] = {
    FIELD(package, name, "name, normalised"),
    FIELD(package, version, "installed version"),
    FIELD(package, path, "folder of its metadata"),
    FIELD(package, pinned, "version that torch asks for"),
    FIELD(package, matches, "whether it is that version"),
};
ITEM_TYPE(package);

/* Another environment of this machine that holds a torch, or a second copy in this one's path. */
struct environment_facts {
    struct fact_str path;   /* the environment's folder */
    struct fact_str python; /* its interpreter */
    struct fact_str torch_version;
    struct fact_str torch_build; /* as torch.build */
};

ROWS environment_fields[] = {
    FIELD(environment, path, "folder"),
    FIELD(environment, python, "interpreter"),
    FIELD(environment, torch_version, "version of its torch"),
    FIELD(environment, torch_build, "what its torch is built for"),
};
ITEM_TYPE(environment);

struct search_path_facts {
    struct fact_str path;
    struct fact_str
        origin; /* "standard library", "site-packages", "user site", ".pth", "PYTHONPATH" */
};

ROWS search_path_fields[] = {
    FIELD(search_path, path, "folder"),
    FIELD(search_path, origin, "why it is searched"),
};
ITEM_TYPE(search_path);

/* What libtorch_cuda.so holds for one architecture. */
struct target_facts {
    struct fact_str name;    /* "sm_90a", "compute_90" */
    struct fact_int entries; /* of the fat binaries */
    struct fact_bool counts; /* enough of them to be support: see loader/gpu_code.h */
};

ROWS target_fields[] = {
    FIELD(target, name, "architecture"),
    FIELD(target, entries, "how many entries are for it"),
    FIELD(target, counts, "whether that is support, and no stray code"),
};
ITEM_TYPE(target);

struct torch_facts {
    /* the interpreter */
    struct fact_str python;           /* path, as the user's command line finds it */
    struct fact_str python_version;   /* "3.11" */
    struct fact_str python_abi;       /* "cp311", "cp313t" */
    struct fact_str environment;      /* the environment's folder: sys.prefix */
    struct fact_str environment_kind; /* "system", "venv", "conda", "pyenv" */
    /* what may change it */
    struct fact_bool pip;                /* the environment has pip */
    struct fact_bool externally_managed; /* pip refuses to install into it: PEP 668 */
    struct fact_str manager;      /* "uv", "poetry", "pixi": whose lock file rules it; ABSENT */
    struct fact_str project;      /* the folder of that lock file */
    struct fact_str conda;        /* the conda or mamba that looks after it; ABSENT: none */
    struct fact_list search_path; /* sys.path, worked out */
    struct fact_bool search_path_exact; /* no .pth line that runs unknown code */
    struct fact_str search_path_code;   /* the first such line's file */
    /* torch */
    struct fact_bool installed;
    struct fact_str impostor;          /* what Python takes for torch, and is no PyTorch */
    struct fact_str path;              /* its package folder */
    struct fact_str version;           /* "2.4.1+cu121" */
    struct fact_str release;           /* "2.4.1" */
    struct fact_str build;             /* "cuda", "cpu", "rocm", "xpu", "other" */
    struct fact_str cuda;              /* CUDA that it was built with: "12.1"; ABSENT: none */
    struct fact_str tag;               /* "cu121", "cpu", "rocm6.1" */
    struct fact_str installer;         /* "pip", "uv", "conda", "apt" */
    struct fact_str source;            /* "wheel", "conda", "distribution", "source" */
    struct fact_str metadata_version;  /* what the dist-info says, often without local part */
    struct fact_bool metadata_matches; /* it is of this version; false: a mixed install */
    struct fact_int copies;            /* torch packages on the search path */
    struct fact_str shadowed;          /* a second copy, later on the path */
    struct fact_str shadowed_build;
    struct fact_list environments; /* others that hold a torch */
    struct fact_str other_cuda;    /* one of them that is a CUDA build: its interpreter */
    struct fact_list packages;     /* torch's companions and the nvidia-* packages */
    struct fact_str
        mismatched; /* first package that is not what torch pins: "nvidia-cublas-cu12" */
    struct fact_str mismatched_version, mismatched_pinned;
    struct fact_str
        outdated; /* first CUDA package older than torch pins it; cuDNN: cudnn.matches */
    struct fact_str outdated_version, outdated_pinned, outdated_path;
    struct fact_str missing_package; /* first pinned package that is not installed */
    struct fact_str missing_pinned;
    struct fact_str torchvision, torchaudio, triton; /* versions */
    struct fact_str torchvision_needs;               /* the torch that this torchvision pins */
    struct fact_str torchaudio_needs;
    struct fact_str companion;       /* first package that was made for another torch: "xformers" */
    struct fact_str companion_needs; /* the torch that it asks for */
    struct fact_str architectures;   /* "sm_50 sm_60 …": what the build has code for */
    struct fact_str architectures_basis;    /* "measured", "read", "derived" */
    struct fact_bool architectures_sampled; /* measured from a part of the library's code */
    struct fact_list targets;               /* all in it, strays too; where all of it was read */
    struct fact_bool covers_gpus;           /* code for every GPU present */
    struct fact_int covered_count;          /* GPUs that it has code for */
    struct fact_str uncovered;              /* the first GPU without: "sm_61" */
    struct fact_bool uncovered_newer;       /* it is newer than all that the build has */
    struct fact_bool thorough;      /* the files' bytes were compared with RECORD's hashes */
    struct fact_int hashed;         /* how many could be compared */
    struct fact_str changed;        /* first library whose bytes are not as installed */
    struct fact_str changed_reason; /* "changed", "missing", "cut short", "of another size" */
    struct fact_str patched;        /* first other file of which that is true: Python files are
                                       sometimes edited on purpose */
    struct fact_str patched_reason;
    struct fact_int patched_count;
    struct fact_str glibc_needed; /* of the wheel's platform tag: "2.28" */
    struct fact_str platform;     /* of the wheel: "linux_x86_64" */
    /* what torch itself will answer in this process's environment */
    struct fact_bool predicted_is_available; /* torch.cuda.is_available() */
    struct fact_int predicted_device_count;  /* torch.cuda.device_count() */
};

ROWS torch_fields[] = {
    FIELD(torch, python, "the interpreter that the user's command line finds"),
    FIELD(torch, python_version, "its version"),
    FIELD(torch, python_abi, "its ABI tag"),
    FIELD(torch, environment, "folder of the environment"),
    FIELD(torch, environment_kind, "system, venv, conda or pyenv"),
    FIELD(torch, pip, "whether the environment has pip"),
    FIELD(torch, externally_managed, "whether pip refuses to install into it (PEP 668)"),
    FIELD(torch, manager, "the project manager whose lock file rules it: uv, poetry, pixi"),
    FIELD(torch, project, "the folder of that lock file"),
    FIELD(torch, conda, "the conda or mamba that looks after it"),
    FIELD_ITEMS(torch, search_path, search_path, "where Python looks for packages"),
    FIELD(torch, search_path_exact, "whether no .pth line can change that list"),
    FIELD(torch, search_path_code, "the first .pth file that runs code unknown to gpuvet"),
    FIELD(torch, installed, "whether torch is installed there"),
    FIELD(torch, impostor, "file named torch that is no PyTorch, and that Python finds first"),
    FIELD(torch, path, "its package folder"),
    FIELD(torch, version, "its version"),
    FIELD(torch, release, "its version without the local part"),
    FIELD(torch, build, "what it is built for: cuda, cpu, rocm, xpu, other"),
    FIELD(torch, cuda, "the CUDA version that it was built with"),
    FIELD(torch, tag, "the tag of its build: cu121, cpu, rocm6.1"),
    FIELD(torch, installer, "what installed it"),
    FIELD(torch, source, "wheel, conda, distribution or source"),
    FIELD(torch, metadata_version, "version that its metadata states"),
    FIELD(torch, metadata_matches, "whether its metadata is of the same version"),
    FIELD(torch, copies, "how many torch packages are on the search path"),
    FIELD(torch, shadowed, "a second torch, later on the search path"),
    FIELD(torch, shadowed_build, "what that one is built for"),
    FIELD_ITEMS(torch, environments, environment, "other environments that hold a torch"),
    FIELD(torch, other_cuda, "interpreter of another environment whose torch is a CUDA build"),
    FIELD_ITEMS(torch, packages, package, "its companions and NVIDIA's packages"),
    FIELD(torch, mismatched, "first package whose version is not the one that torch pins"),
    FIELD(torch, mismatched_version, "its version"),
    FIELD(torch, mismatched_pinned, "the version that torch pins"),
    FIELD(torch, outdated, "a CUDA package that is older than torch pins it"),
    FIELD(torch, outdated_version, "its installed version"),
    FIELD(torch, outdated_pinned, "the version that torch asks for"),
    FIELD(torch, outdated_path, "the folder of its metadata"),
    FIELD(torch, missing_package, "first pinned package that is not installed"),
    FIELD(torch, missing_pinned, "the version of it that torch pins"),
    FIELD(torch, torchvision, "version of torchvision"),
    FIELD(torch, torchaudio, "version of torchaudio"),
    FIELD(torch, triton, "version of triton"),
    FIELD(torch, torchvision_needs, "the torch that this torchvision was made for"),
    FIELD(torch, torchaudio_needs, "the torch that this torchaudio was made for"),
    FIELD(torch, companion, "first package that was made for another torch"),
    FIELD(torch, companion_needs, "the torch that it asks for"),
    FIELD(torch, architectures, "what the build has code for"),
    FIELD(torch, architectures_basis, "how that is known: measured, read or derived"),
    FIELD(torch, architectures_sampled, "whether that was measured from a part of the code alone"),
    FIELD_ITEMS(torch, targets, target, "what there is code for, strays too: of all of the code"),
    FIELD(torch, covers_gpus, "whether the build has code for every GPU present"),
    FIELD(torch, covered_count, "how many of the GPUs present it has code for"),
    FIELD(torch, uncovered, "the first GPU that it has no code for"),
    FIELD(torch, uncovered_newer, "whether that GPU is newer than all of the build's code"),
    FIELD(torch, thorough, "whether files were compared with their hashes"),
    FIELD(torch, hashed, "how many files were compared with their hashes"),
    FIELD(torch, changed, "a library that has changed since it was installed"),
    FIELD(torch, changed_reason, "changed, missing, cut short, or of another size"),
    FIELD(torch, patched, "another file that has changed since it was installed"),
    FIELD(torch, patched_reason, "changed, missing, cut short, or of another size"),
    FIELD(torch, patched_count, "how many of those there are"),
    FIELD(torch, glibc_needed, "the glibc that the wheel's platform tag asks for"),
    FIELD(torch, platform, "platform of the wheel"),
    FIELD_IN(torch, predicted, is_available, "what torch.cuda.is_available() will answer"),
    FIELD_IN(torch, predicted, device_count, "what torch.cuda.device_count() will answer"),
};

#endif
