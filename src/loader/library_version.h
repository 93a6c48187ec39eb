/*
 * library_version: which version a CUDA library says it is, in its own bytes.
 *
 * Nothing is run. cuDNN's parts export their version as a number. The others answer a function,
 * whose few bytes store constants; on x86-64 those are read where they stand. Found in the wheels
 * of torch 2.1.2, 2.6.0 and 2.15.0 (CUDA 12.1, 12.4, 13.2; cuDNN 8.9, 9.1, 9.26), and compared
 * there with what the library answers when it is called: tests/real/versions.py. libcudnn.so.9
 * itself, libcudart, libcublas and cuDNN's engines hold no such number.
 */
#ifndef GPUVET_LOADER_LIBRARY_VERSION_H
#define GPUVET_LOADER_LIBRARY_VERSION_H

#include "root/root.h"

/*
 * The version of the file, whose SONAME is `soname`: "9.1.0", or "12.4" where it tells no more. One
 * open and some five small reads. -ENOENT: no number is known of this library, or this copy has
 * none; -ENOTSUP: it is for another processor than the table; else errors of object_open().
 */
int library_version_read(struct root *root, struct arena *arena, struct str path, struct str soname,
                         struct str *ret);

/* Whether a number is known of this library at all. */
bool library_version_known(struct str soname);

#endif
