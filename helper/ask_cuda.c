#include "ask.h"
#include "cuda_api.h"
#include "each.h"

#include <stdio.h>
#include <string.h>

struct asking {
    struct cuda cuda;
    bool context; /* take a primary context too */
};

static void ask_text(const char *name, int (*get)(char *, int, int), const char *member, int device,
                     int gpu)
{
    char text[256] = { 0 };
    struct line line;
    int code;

    say_enter(name, gpu);
    code = get(text, sizeof(text), device);
    line = line_about(name, gpu);
    line_int(&line, "code", code);
    if (code == 0)
        line_text(&line, member, text, sizeof(text));
    line_end(&line);
}

/* Written as nvidia-smi and CUDA_VISIBLE_DEVICES write it: a GPU's, or that of a MIG device, which
 * only the _v2 function gives. */
static void ask_uuid(const struct cuda *cuda, int device, int gpu)
{
    const char *name = cuda->cuDeviceGetUuid_v2 ? "cuDeviceGetUuid_v2" : "cuDeviceGetUuid";
    int (*get)(struct cu_uuid *, int) =
        cuda->cuDeviceGetUuid_v2 ? cuda->cuDeviceGetUuid_v2 : cuda->cuDeviceGetUuid;
    struct cu_uuid uuid = { { 0 } };
    char text[40];
    size_t len = 0;
    struct line line;
    int code;

    if (!get) {
        say_missing(name, gpu);
        return;
    }
    say_enter(name, gpu);
    code = get(&uuid, device);
    line = line_about(name, gpu);
    line_int(&line, "code", code);
    for (int i = 0; i < 16; i++)
        len += (size_t) snprintf(text + len, sizeof(text) - len, "%s%02x",
                                 i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid.bytes[i]);
    if (code == 0)
        line_text(&line, "uuid", text, sizeof(text));
    line_end(&line);
}

static void ask_attributes(const struct cuda *cuda, int device, int gpu)
{
    static const struct {
        int attribute;
        const char *member;
    } rows[] = {
        { CU_MAJOR, "major" },
        { CU_MINOR, "minor" },
        { CU_MULTIPROCESSORS, "multiprocessors" },
        { CU_COMPUTE_MODE, "compute_mode" },
        { CU_INTEGRATED, "integrated" },
        { CU_TIMEOUT, "kernel_timeout" },
        { CU_ECC, "ecc" },
        { CU_MANAGED_MEMORY, "managed_memory" },
    };
    struct line line;
    int first_code = 0;

    say_enter("cuDeviceGetAttribute", gpu);
    line = line_about("cuDeviceGetAttribute", gpu);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int value = 0, code = cuda->cuDeviceGetAttribute(&value, rows[i].attribute, device);

        if (code == 0)
            line_int(&line, rows[i].member, value);
        else if (first_code == 0)
            first_code = code;
    }
    line_int(&line, "code", first_code);
    line_end(&line);
}

static void ask_total(const struct cuda *cuda, int device, int gpu)
{
    size_t total = 0;
    int code = CU_CALL(cuda, gpu, cuDeviceTotalMem_v2, &total, device);
    struct line line = line_about("cuDeviceTotalMem_v2", gpu);

    line_int(&line, "code", code);
    if (code == 0)
        line_int(&line, "total", (int64_t) total);
    line_end(&line);
}

static void ask_context(const struct cuda *cuda, int gpu)
{
    cu_context context;
    size_t unused = 0, total = 0;
    struct line line;
    int device, code;

    if (cuda_enter(cuda, gpu, &device, &context) != 0)
        return;
    code = CU_CALL(cuda, gpu, cuMemGetInfo_v2, &unused, &total);
    line = line_about("cuMemGetInfo_v2", gpu);
    line_int(&line, "code", code);
    if (code == 0) {
        line_int(&line, "free", (int64_t) unused);
        line_int(&line, "total", (int64_t) total);
    }
    line_end(&line);
    if (cuda->cuDevicePrimaryCtxRelease)
        say_code("cuDevicePrimaryCtxRelease", gpu,
                 CU_CALL(cuda, gpu, cuDevicePrimaryCtxRelease, device));
}

static void ask_gpu(void *context, int gpu)
{
    const struct asking *asking = context;
    const struct cuda *cuda = &asking->cuda;
    int device = -1, code = CU_CALL(cuda, gpu, cuDeviceGet, &device, gpu);

    say_code("cuDeviceGet", gpu, code);
    if (code != 0)
        return;
    ask_text("cuDeviceGetName", cuda->cuDeviceGetName, "name", device, gpu);
    ask_text("cuDeviceGetPCIBusId", cuda->cuDeviceGetPCIBusId, "address", device, gpu);
    ask_uuid(cuda, device, gpu);
    ask_attributes(cuda, device, gpu);
    ask_total(cuda, device, gpu);
    if (asking->context)
        ask_context(cuda, gpu);
}

int ask_cuda(int argc, char **argv)
{
    struct asking asking = { .context = argc > 0 && strcmp(argv[0], "--context") == 0 };

    each_gpu(cuda_open(&asking.cuda), ask_gpu, &asking);
    return 0;
}
