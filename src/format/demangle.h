/*
 * demangle: the C++ name behind a symbol, as `c++filt` prints it.
 *
 * The work is done by GCC's own demangler in libiberty
 * (https://gcc.gnu.org/git/?p=gcc.git;a=blob;f=libiberty/cp-demangle.c), with its limit on
 * recursion. A short symbol can stand for an endless name, because parts refer to earlier parts: so
 * what comes out is limited, too.
 */
#ifndef GPUVET_FORMAT_DEMANGLE_H
#define GPUVET_FORMAT_DEMANGLE_H

#include "base/arena.h"

#define DEMANGLE_SYMBOL 1024 /* the longest symbol that is tried, in bytes */
#define DEMANGLE_NAME 4096   /* the longest name that is given, in bytes */

enum demangle_detail {
    DEMANGLE_FUNCTION,   /* "c10::Error::Error" */
    DEMANGLE_PARAMETERS, /* "c10::Error::Error(c10::SourceLocation, std::string)" */
};

/* The name, in the arena; the symbol as it is where it is no C++ symbol, or over a limit. */
struct str demangle(struct arena *arena, struct str symbol, enum demangle_detail detail);

#endif
