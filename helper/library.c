#include "library.h"

#include "say.h"

#include <dlfcn.h>

void *library_load(const char *name, bool global, const char **ret_error)
{
    void *library = dlopen(name, RTLD_NOW | (global ? RTLD_GLOBAL : RTLD_LOCAL));

    if (!library) {
        *ret_error = dlerror();
        if (!*ret_error)
            *ret_error = "no reason given";
    }
    return library;
}

void *library_open(const char *name)
{
    const char *error = NULL;
    struct line line;
    void *library;

    say_enter("dlopen", NO_GPU);
    library = library_load(name, false, &error);
    line = line_begin("dlopen");
    line_text(&line, "library", name, 500);
    line_bool(&line, "ok", library != NULL);
    if (!library)
        line_text(&line, "error", error, 900);
    line_end(&line);
    return library;
}

void *library_look(void *library, const char *name)
{
    return dlsym(library, name);
}

void *library_function(void *library, const char *name, int gpu)
{
    void *function = dlsym(library, name);

    if (!function)
        say_missing(name, gpu);
    return function;
}

void library_say_path(const char *name, const void *function)
{
    struct line line = line_begin("path");
    Dl_info info = { 0 };

    if (!dladdr(function, &info) || !info.dli_fname)
        return;
    line_text(&line, "library", name, 500);
    line_text(&line, "path", info.dli_fname, 900);
    line_end(&line);
}
