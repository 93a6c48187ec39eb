/*
 * library: a vendor's shared library, loaded as the user's own program would load it.
 */
#ifndef GPUVET_HELPER_LIBRARY_H
#define GPUVET_HELPER_LIBRARY_H

#include <stdbool.h>

/*
 * Loads `name` (a soname, or a path) and says so: {"stage": "dlopen", "library": …, "ok": …} with
 * "error", the loader's own words, where it failed. NULL then.
 */
void *library_open(const char *name);

/* Without a word: NULL, and the loader's own, where it failed. `global`: its symbols serve what is
 * loaded after it. */
void *library_load(const char *name, bool global, const char **ret_error);

/* A function's address. Where the library lacks it, NULL, and {"stage": NAME, "missing": true}. */
void *library_function(void *library, const char *name, int gpu);

/* The same without a word. */
void *library_look(void *library, const char *name);

/* {"stage": "path", "library": NAME, "path": …}: the file that `function` was loaded from. */
void library_say_path(const char *name, const void *function);

/* Assigns a function's address to a pointer of any function type. */
#define FUNCTION_SET(pointer, address) (*(void **) (void *) &(pointer) = (address))

#endif
