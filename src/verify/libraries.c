#include "verify/verify.h"

/* As torch needs them: each stands behind what it is built on. */
static const struct {
    const char *name, *file; /* the start of the file's name, up to the major version */
} wanted[] = {
    { "cudart", "libcudart.so." }, { "nvrtc", "libnvrtc.so." }, { "cublasLt", "libcublasLt.so." },
    { "cublas", "libcublas.so." }, { "cudnn", "libcudnn.so." }, { "nccl", "libnccl.so." },
};

#define FOLDERS 256
#define FILES 4096

static bool find_in(struct arena *arena, struct root *root, struct str folder, const char *file,
                    struct str *ret)
{
    struct names names;

    if (root_list(root, folder, FILES, &names) < 0)
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (str_starts(names.items[i], str_of(file))) {
            *ret = arena_join(arena, folder, names.items[i]);
            return true;
        }
    return false;
}

/* nvidia/cublas/lib, nvidia/cu13/lib, then torch/lib; wheels of the older kind have hashes in the
 * names of their own copies ("libcudart-9335f6a2.so.12"), which only torch itself can load. */
static bool find_library(struct arena *arena, struct root *root, struct str torch, const char *file,
                         struct str *ret)
{
    struct str packages = arena_join(arena, path_dir(torch), STR("nvidia"));
    struct names names = { 0 };

    (void) root_list(root, packages, FOLDERS, &names);
    for (size_t i = 0; i < names.count; i++) {
        struct str folder =
            arena_join(arena, arena_join(arena, packages, names.items[i]), STR("lib"));

        if (find_in(arena, root, folder, file, ret))
            return true;
    }
    return find_in(arena, root, arena_join(arena, torch, STR("lib")), file, ret);
}

/* The copy that the loader would take, where that was worked out. */
static bool find_loaded(const struct loader_facts *loader, const char *file, struct str *ret)
{
    for (size_t i = 0; i < loader->libraries.count; i++) {
        const struct library_facts *library = &LIST_OF(library, &loader->libraries)[i];

        if (library->path.state == FACT_KNOWN && str_starts(library->name.value, str_of(file))) {
            *ret = library->path.value;
            return true;
        }
    }
    return false;
}

size_t verify_libraries(struct arena *arena, struct root *root, const struct facts *facts,
                        const char **arguments, size_t count, size_t room)
{
    const struct fact_str *torch = &facts->torch.path;
    struct str path;

    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]) && count + 1 < room; i++)
        if (find_loaded(&facts->loader, wanted[i].file, &path) ||
            (torch->state == FACT_KNOWN &&
             find_library(arena, root, torch->value, wanted[i].file, &path)))
            arguments[count++] = arena_printf(arena, "%s=%s%.*s", wanted[i].name,
                                              str_starts(path, STR("/")) ? "" : "/", STR_ARG(path))
                                     .data;
    arguments[count] = NULL;
    return count;
}
