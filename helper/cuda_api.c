#include "cuda_api.h"

#define LIBRARY "libcuda.so.1"

/* False, and said, where a function is missing that every libcuda has. */
static bool find_functions(struct cuda *cuda)
{
    bool complete = true;

#define CU_FIND(name, parameters) \
    FUNCTION_SET(cuda->name, library_function(cuda->library, #name, NO_GPU)); \
    complete = complete && cuda->name;
    CU_FUNCTIONS(CU_FIND)
#define CU_LOOK(name, parameters) FUNCTION_SET(cuda->name, library_look(cuda->library, #name));
    CU_OPTIONAL_FUNCTIONS(CU_LOOK)
    return complete;
}

static int ask_number(const char *name, int (*get)(int *))
{
    int value = -1, code;
    struct line line;

    say_enter(name, NO_GPU);
    code = get(&value);
    line = line_begin(name);
    line_int(&line, "code", code);
    if (code == 0)
        line_int(&line, "value", value);
    line_end(&line);
    return code == 0 ? value : -1;
}

int cuda_open(struct cuda *cuda)
{
    int64_t began;
    struct line line;
    int code;

    cuda->library = library_open(LIBRARY);
    if (!cuda->library)
        return -1;
    library_say_path(LIBRARY, library_look(cuda->library, "cuInit"));
    if (!find_functions(cuda))
        return -1;
    /* Answers before cuInit, and when cuInit fails. */
    (void) ask_number("cuDriverGetVersion", cuda->cuDriverGetVersion);
    began = now_us();
    code = CU_CALL(cuda, NO_GPU, cuInit, 0);
    line = line_begin("cuInit");
    line_int(&line, "code", code);
    line_int(&line, "us", now_us() - began);
    line_end(&line);
    return code == 0 ? ask_number("cuDeviceGetCount", cuda->cuDeviceGetCount) : -1;
}

int cuda_enter(const struct cuda *cuda, int gpu, int *ret_device, cu_context *ret)
{
    cu_context context = NULL;
    int64_t began = now_us();
    struct line line;
    int device = -1, code = CU_CALL(cuda, gpu, cuDeviceGet, &device, gpu);

    if (code != 0) {
        say_code("cuDeviceGet", gpu, code);
        return code;
    }
    code = CU_CALL(cuda, gpu, cuDevicePrimaryCtxRetain, &context, device);
    line = line_about("cuDevicePrimaryCtxRetain", gpu);
    line_int(&line, "code", code);
    line_int(&line, "us", now_us() - began);
    line_end(&line);
    if (code != 0)
        return code;
    code = CU_CALL(cuda, gpu, cuCtxSetCurrent, context);
    if (code != 0) {
        say_code("cuCtxSetCurrent", gpu, code);
        return code;
    }
    *ret_device = device;
    *ret = context;
    return 0;
}
