/* loader: which shared libraries `import torch` maps, from where, and what is amiss with them. */
#ifndef GPUVET_FACTS_LOADER_H
#define GPUVET_FACTS_LOADER_H

#include "facts/field.h"

struct library_facts {
    struct fact_str name;  /* "libcudnn.so.9": its SONAME, else the name it was asked for by */
    struct fact_str path;  /* the file behind the links, as /proc/PID/maps shows it */
    struct fact_str when;  /* "import"; "use": at the first work on a GPU */
    struct fact_str rule;  /* "rpath", "cache" …: how it was found; "mapped": the process has it
                               where it was not predicted */
    struct fact_str asker; /* the file that needs or opens it; ABSENT: the program */
    /* of CUDA libraries alone */
    struct fact_str version;      /* "9.1.0.70"; as exact as where it was read */
    struct fact_str version_from; /* "bytes", "file name", "package": the first that tells */
    struct fact_str package;      /* the package that brought it; ABSENT: none */
    struct fact_str package_version;
    struct fact_str manager; /* whose package that is: "pip", "conda", "dpkg" */
};

ROWS library_fields[] = {
    FIELD(library, name, "SONAME"),
    FIELD(library, path, "the file behind the links"),
    FIELD(library, when, "import, or use: at the first work on a GPU"),
    FIELD(library, rule, "how the loader finds it"),
    FIELD(library, asker, "the file that needs or opens it"),
    FIELD(library, version, "version of a CUDA library"),
    FIELD(library, version_from, "where that was read: bytes, file name or package"),
    FIELD(library, package, "the package that brought it"),
    FIELD(library, package_version, "version of that package"),
    FIELD(library, manager, "whose package that is: pip, conda or dpkg"),
};
ITEM_TYPE(library);

/* What a running process has mapped. */
struct mapped_facts {
    struct fact_str name;      /* as a library's */
    struct fact_str path;      /* as /proc/PID/maps has it; ABSENT: not mapped yet */
    struct fact_str state;     /* "as-predicted", "other-copy", "not-predicted", "not-mapped-yet" */
    struct fact_str predicted; /* the file that was predicted; ABSENT: none was */
    struct fact_str disk;      /* "same", "replaced", "deleted": what is at the path now */
};

ROWS mapped_fields[] = {
    FIELD(mapped, name, "SONAME"),
    FIELD(mapped, path, "the file that is mapped"),
    FIELD(mapped, state, "as-predicted, other-copy, not-predicted or not-mapped-yet"),
    FIELD(mapped, predicted, "the file that was predicted"),
    FIELD(mapped, disk, "whether the path still has that file: same, replaced or deleted"),
};
ITEM_TYPE(mapped);

struct loader_facts {
    struct fact_list libraries; /* what a process has mapped comes before what was predicted */
    struct fact_list mapped;
    struct fact_bool imports;      /* torch and all that it needs can be mapped */
    struct fact_str missing;       /* the library that is not found: "libcudart.so.12" */
    struct fact_str missing_asker; /* the file that needs it */
    struct fact_str broken;        /* the library that is no usable ELF file */
    struct fact_str broken_reason;
    struct fact_bool preloads; /* torch has to load its CUDA libraries by path */
    struct fact_str shadowed;  /* first CUDA library of which a foreign copy is loaded */
    struct fact_str shadowed_path, shadowed_rule;
    struct fact_str meant;           /* the copy that came with torch; ABSENT: it is gone */
    struct fact_str shadowed_symbol; /* what a library needs of the foreign copy, which lacks it:
                                        the import fails. C++ names are demangled */
    struct fact_str shadowed_user;   /* that library */
    struct fact_str unfit; /* a CUDA library of torch's own that likewise lacks a symbol */
    struct fact_str unfit_symbol, unfit_user;
    struct fact_str damaged;        /* a library that is not as its package's RECORD says */
    struct fact_str damaged_reason; /* "missing", "cut short", "of another size" */
    struct fact_str cudnn_missing;  /* a part of cuDNN that the first convolution will not find */
    struct fact_str other_major;    /* a mapped CUDA library of another CUDA major than torch's */
    struct fact_str disagreeing;    /* a library that is not of its package's version */
    struct fact_str disagreeing_version, disagreeing_package;
    struct fact_str mixed; /* a CUDA library of which one manager's older copy is loaded, where
                              another manager's came with torch */
    struct fact_str mixed_path, mixed_version, mixed_manager;
    struct fact_str mixed_meant, mixed_meant_version, mixed_meant_manager;
};

ROWS loader_fields[] = {
    FIELD_ITEMS(loader, libraries, library, "shared libraries that torch maps"),
    FIELD_ITEMS(loader, mapped, mapped, "shared libraries of the process, and how they compare"),
    FIELD(loader, imports, "whether torch and all that it needs can be mapped"),
    FIELD(loader, missing, "the library that is not found"),
    FIELD(loader, missing_asker, "the file that needs it"),
    FIELD(loader, broken, "the library that is damaged, or for another machine"),
    FIELD(loader, broken_reason, "what is wrong with it"),
    FIELD(loader, preloads, "whether torch has to load its CUDA libraries by path"),
    FIELD(loader, shadowed, "a CUDA library of which a foreign copy is loaded"),
    FIELD(loader, shadowed_path, "that copy"),
    FIELD(loader, shadowed_rule, "how the loader came to it"),
    FIELD(loader, meant, "the copy that came with torch"),
    FIELD(loader, shadowed_symbol, "a symbol that the foreign copy lacks"),
    FIELD(loader, shadowed_user, "the library that needs that symbol"),
    FIELD(loader, unfit, "a CUDA library of torch's own that lacks a symbol"),
    FIELD(loader, unfit_symbol, "that symbol"),
    FIELD(loader, unfit_user, "the library that needs it"),
    FIELD(loader, damaged, "a library that is not as its package was installed"),
    FIELD(loader, damaged_reason, "missing, cut short, or of another size"),
    FIELD(loader, cudnn_missing, "a part of cuDNN that the first convolution will not find"),
    FIELD(loader, other_major, "a CUDA library of another CUDA major version than torch's"),
    FIELD(loader, disagreeing, "a library that is not of the version that its package states"),
    FIELD(loader, disagreeing_version, "the version in its bytes or its name"),
    FIELD(loader, disagreeing_package, "the version that its package states"),
    FIELD(loader, mixed, "a CUDA library of which another manager's older copy is loaded"),
    FIELD(loader, mixed_path, "that copy"),
    FIELD(loader, mixed_version, "its version"),
    FIELD(loader, mixed_manager, "whose package it is of: pip, conda or dpkg"),
    FIELD(loader, mixed_meant, "the copy that came with torch"),
    FIELD(loader, mixed_meant_version, "the version of that one"),
    FIELD(loader, mixed_meant_manager, "and whose package it is of"),
};

#endif
