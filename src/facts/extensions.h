/*
 * extensions: packages that hold code compiled against torch, and whether it fits the torch at
 * hand.
 *
 * A file is judged as if it were loaded alone, right after `import torch`. Files whose names differ
 * in digits alone (libtorchcodec_core4.so, libtorchcodec_core7.so) are variants, of which the
 * package takes the one that fits: the groups below name the first package of which none does.
 * Where nothing is amiss they are ABSENT.
 */
#ifndef GPUVET_FACTS_EXTENSIONS_H
#define GPUVET_FACTS_EXTENSIONS_H

#include "facts/field.h"

struct extension_facts {
    struct fact_str path;
    struct fact_str package; /* normalised: "flash-attn"; ABSENT: no metadata names the file */
    struct fact_bool loads;  /* nothing is lacking that the loader would need at once */
    struct fact_bool needs_torch;
    struct fact_bool stable_abi; /* uses torch's stable C interface, and no C++ of torch */
    struct fact_str strings;     /* std::string in torch's symbols: "new", "old"; ABSENT: in none */
    struct fact_int cuda_major;  /* whose libraries it needs by name; ABSENT: none */
    struct fact_str python_tag;  /* "cpython-311", "abi3"; ABSENT: loads into any Python */
    struct fact_bool python_fits;
    struct fact_str missing;       /* the first library that is not found */
    struct fact_str undefined;     /* the first symbol that nothing defines, demangled */
    struct fact_str version;       /* the first version that is not defined: "GLIBCXX_3.4.32" */
    struct fact_str architectures; /* "sm_80 sm_90 compute_90"; ABSENT: it holds no GPU code */
};

ROWS extension_fields[] = {
    FIELD(extension, path, "the file"),
    FIELD(extension, package, "the package that it belongs to"),
    FIELD(extension, loads, "whether it can be loaded after torch, as far as files show"),
    FIELD(extension, needs_torch, "whether it needs torch's libraries"),
    FIELD(extension, stable_abi, "whether it keeps to torch's stable interface"),
    FIELD(extension, strings, "std::string that it expects in torch: new (C++11 ABI) or old"),
    FIELD(extension, cuda_major, "CUDA major version whose libraries it needs"),
    FIELD(extension, python_tag, "Python ABI in its name"),
    FIELD(extension, python_fits, "whether this Python loads files of that ABI"),
    FIELD(extension, missing, "the first library that is not found"),
    FIELD(extension, undefined, "the first symbol that nothing defines"),
    FIELD(extension, version, "the first symbol version that is not defined"),
    FIELD(extension, architectures, "what it has GPU code for"),
};
ITEM_TYPE(extension);

struct extensions_facts {
    struct fact_list all;
    struct fact_str torch_strings; /* std::string in torch's own symbols: "new" or "old" */
    /* a symbol of torch that torch does not have */
    struct fact_str symbol_subject, symbol_package, symbol_file;
    struct fact_str symbol_function; /* "c10::Error::Error" */
    struct fact_str symbol_name;     /* with its parameters */
    struct fact_str symbol_mangled;  /* as Python's message has it */
    struct fact_str symbol_strings;  /* "old", "new": the std::string among them; ABSENT: none */
    /* a version of a symbol that the system's library does not have */
    struct fact_str version_subject, version_file, version_name, version_where;
    /* a library of another CUDA, or of torch's own CUDA part where torch has none */
    struct fact_str cuda_subject, cuda_package, cuda_file, cuda_library;
    /* a file that is no library, or a library that it needs and that is none */
    struct fact_str damaged_subject, damaged_package, damaged_file, damaged_reason;
    /* built for another Python */
    struct fact_str python_subject, python_package, python_file, python_tag;
    /* no code for a GPU */
    struct fact_str arch_subject, arch_package, arch_has, arch_gpu;
    struct fact_str arch_folder; /* that torch.utils.cpp_extension made for it; ABSENT: a package */
};

ROWS extensions_fields[] = {
    FIELD_ITEMS(extensions, all, extension, "files that are compiled against torch"),
    FIELD(extensions, torch_strings, "std::string in torch's symbols: new (C++11 ABI) or old"),
    FIELD_IN(extensions, symbol, subject, "what asks for a symbol that torch lacks"),
    FIELD_IN(extensions, symbol, package, "its package"),
    FIELD_IN(extensions, symbol, file, "its file"),
    FIELD_IN(extensions, symbol, function, "that symbol, without parameters"),
    FIELD_IN(extensions, symbol, name, "that symbol"),
    FIELD_IN(extensions, symbol, mangled, "that symbol, as the loader's message has it"),
    FIELD_IN(extensions, symbol, strings, "std::string in that symbol: new or old"),
    FIELD_IN(extensions, version, subject, "what asks for a version that is not there"),
    FIELD_IN(extensions, version, file, "its file"),
    FIELD_IN(extensions, version, name, "that version"),
    FIELD_IN(extensions, version, where, "the library that does not have it"),
    FIELD_IN(extensions, cuda, subject, "what needs libraries of another CUDA"),
    FIELD_IN(extensions, cuda, package, "its package"),
    FIELD_IN(extensions, cuda, file, "its file"),
    FIELD_IN(extensions, cuda, library, "the library that is not found"),
    FIELD_IN(extensions, damaged, subject, "what cannot be loaded because a file is damaged"),
    FIELD_IN(extensions, damaged, package, "its package"),
    FIELD_IN(extensions, damaged, file, "that file"),
    FIELD_IN(extensions, damaged, reason, "what is wrong with it"),
    FIELD_IN(extensions, python, subject, "what was built for another Python"),
    FIELD_IN(extensions, python, package, "its package"),
    FIELD_IN(extensions, python, file, "its file"),
    FIELD_IN(extensions, python, tag, "the Python that it was built for"),
    FIELD_IN(extensions, arch, subject, "what has no code for a GPU that torch has code for"),
    FIELD_IN(extensions, arch, package, "its package"),
    FIELD_IN(extensions, arch, has, "what it has code for"),
    FIELD_IN(extensions, arch, gpu, "that GPU"),
    FIELD_IN(extensions, arch, folder, "the folder in which it was compiled on this machine"),
};

#endif
