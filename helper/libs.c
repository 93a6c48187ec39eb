#include "libs.h"

#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARIES_MAX 48

/* --- versions, as the libraries report them --- */

/* cublasGetProperty and its like: 0 is the major version, 1 the minor, 2 the patch level. */
static bool property_version(void *handle, const char *function, int ret[3])
{
    int (*get)(int, int *);

    FUNCTION_SET(get, library_look(handle, function));
    for (int i = 0; get && i < 3; i++)
        if (get(i, &ret[i]) != 0)
            return false;
    return get != NULL;
}

static bool cublas_version(void *handle, int ret[3])
{
    return property_version(handle, "cublasGetProperty", ret);
}

static bool cublaslt_version(void *handle, int ret[3])
{
    return property_version(handle, "cublasLtGetProperty", ret);
}

/* 12040 is 12.4. */
static bool cudart_version(void *handle, int ret[3])
{
    int (*get)(int *);
    int number = 0;

    FUNCTION_SET(get, library_look(handle, "cudaRuntimeGetVersion"));
    if (!get || get(&number) != 0)
        return false;
    ret[0] = number / 1000;
    ret[1] = number % 1000 / 10;
    ret[2] = number % 10;
    return true;
}

/* 8902 is 8.9.2; from cuDNN 9 on 90100 is 9.1.0. */
static bool cudnn_version(void *handle, int ret[3])
{
    size_t (*get)(void);
    int number, major;

    FUNCTION_SET(get, library_look(handle, "cudnnGetVersion"));
    if (!get)
        return false;
    number = (int) get();
    major = number >= 90000 ? 10000 : 1000;
    ret[0] = number / major;
    ret[1] = number % major / 100;
    ret[2] = number % 100;
    return true;
}

/* 2804 is 2.8.4; from NCCL 2.9 on 21903 is 2.19.3. */
static bool nccl_version(void *handle, int ret[3])
{
    int (*get)(int *);
    int number = 0, major;

    FUNCTION_SET(get, library_look(handle, "ncclGetVersion"));
    if (!get || get(&number) != 0)
        return false;
    major = number >= 10000 ? 10000 : 1000;
    ret[0] = number / major;
    ret[1] = number % major / 100;
    ret[2] = number % 100;
    return true;
}

static bool nvrtc_version(void *handle, int ret[3])
{
    int (*get)(int *, int *);

    FUNCTION_SET(get, library_look(handle, "nvrtcVersion"));
    ret[2] = 0;
    return get && get(&ret[0], &ret[1]) == 0;
}

static const struct known {
    const char *name;
    bool (*version)(void *handle, int ret[3]);
    void (*steps)(const struct gpu *gpu, const struct library *library);
} known[] = {
    { "cudart", cudart_version, libs_runtime }, { "nvrtc", nvrtc_version, libs_nvrtc },
    { "cublasLt", cublaslt_version, NULL },     { "cublas", cublas_version, libs_blas },
    { "cudnn", cudnn_version, libs_dnn },       { "nccl", nccl_version, NULL },
};

static const struct known *known_named(const char *name)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
    return NULL;
}

/* --- loading --- */

static struct line line_of(const struct library *library)
{
    struct line line = line_begin("library");

    line_text(&line, "library", library->name, 40);
    line_text(&line, "path", library->path, 900);
    return line;
}

static void load(struct library *library)
{
    struct line line = line_of(library);
    const char *error = NULL;

    line_bool(&line, "enter", true);
    line_end(&line);
    library->handle = library_load(library->path, true, &error);
    line = line_of(library);
    line_bool(&line, "ok", library->handle != NULL);
    if (!library->handle)
        line_text(&line, "error", error, 900);
    line_end(&line);
}

static void say_version(const struct library *library)
{
    const struct known *entry = known_named(library->name);
    char text[48];
    int version[3] = { 0 };
    struct line line;

    if (!entry || !library->handle || !entry->version(library->handle, version))
        return;
    (void) snprintf(text, sizeof(text), "%d.%d.%d", version[0], version[1], version[2]);
    line = line_of(library);
    line_text(&line, "version", text, sizeof(text));
    line_end(&line);
}

void libs_runtime(const struct gpu *gpu, const struct library *library)
{
    struct step step = step_begin_in(gpu, library->name, "runtime");
    int (*get)(int *);
    int count = 0;

    FUNCTION_SET(get, step_function(&step, library->handle, "cudaGetDeviceCount"));
    if (get && step_code(&step, "cudaGetDeviceCount",
                         (say_enter("cudaGetDeviceCount", gpu->number), get(&count)))) {
        step.figure = count;
        step.unit = "GPUs";
    }
    step_end(&step);
}

/* "NAME=PATH" is taken apart where it stands. False where it is nothing of the kind. */
static bool parse(char *argument, struct library *ret)
{
    size_t at = 0;

    while (argument[at] && argument[at] != '=')
        at++;
    if (at == 0 || argument[at] != '=' || argument[at + 1] != '/')
        return false;
    argument[at] = '\0';
    *ret = (struct library){ .name = argument, .path = argument + at + 1 };
    return true;
}

static void compute(int number, const struct library *libraries, size_t count)
{
    struct cuda cuda;
    struct gpu gpu = { .cuda = &cuda, .number = number };

    if (number >= cuda_open(&cuda) || cuda_enter(&cuda, number, &gpu.device, &gpu.context) != 0)
        return;
    gpu_introduce(&gpu);
    for (size_t i = 0; i < count; i++) {
        const struct known *entry = known_named(libraries[i].name);

        if (entry && entry->steps && libraries[i].handle)
            entry->steps(&gpu, &libraries[i]);
    }
}

int ask_libs(int argc, char **argv)
{
    struct library libraries[LIBRARIES_MAX];
    size_t count = 0;
    int number = 0;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--device") == 0 && i + 1 < argc)
            number = (int) strtol(argv[++i], NULL, 10);
        else if (count == LIBRARIES_MAX || !parse(argv[i], &libraries[count++]))
            return 64;
    }
    for (size_t i = 0; i < count; i++)
        load(&libraries[i]);
    for (size_t i = 0; i < count; i++)
        say_version(&libraries[i]);
    compute(number, libraries, count);
    return 0;
}
