/* folders: where search.c looks: how a path variable becomes folders, and what is in them. */
#ifndef GPUVET_LOADER_FOLDERS_H
#define GPUVET_LOADER_FOLDERS_H

#include "loader/search.h"

#define CACHE_PATH "etc/ld.so.cache"

/* What is known of a folder. A look is made once. */
struct search_place {
    bool absent;
    int level; /* the highest glibc-hwcaps level to try in it; 0: it has no such subfolder */
};
struct search_place search_place(const struct search *search, struct str folder);

/* The same of a folder that is small and asked for much: it is listed at once. */
struct search_place search_package(const struct search *search, struct str folder);

/* Whether the folder certainly has no such file, as far as is known without asking for it. */
bool search_lacks(const struct search *search, struct str folder, struct str name);

/* What is known of a file. A look is made once. */
const struct object_known *search_object(const struct search *search, struct str path);

/* The path without leading slash; a relative one is taken from the working directory, and is empty
 * where that is not known. */
struct str search_relative(const struct search *search, struct str path);

/* The file that lists musl's folders. */
struct str musl_path_file(const struct search *search);

#endif
