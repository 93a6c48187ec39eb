#include "ask.h"
#include "each.h"
#include "library.h"
#include "nvml_api.h"
#include "say.h"

#include <string.h>

#define LIBRARY "libnvidia-ml.so.1"

#define PROCESSES_MAX 128
#define MIG_MAX 16

/* One call about one GPU that only gives numbers or a text: what it is called and what it gives. */
enum shape {
    TEXT,     /* f(device, char *, unsigned size) */
    ONE,      /* f(device, unsigned *) */
    TWO,      /* f(device, unsigned *, unsigned *) */
    FOUR,     /* f(device, unsigned *, …) */
    WIDE,     /* f(device, unsigned long long *) */
    SENSOR,   /* f(device, 0, unsigned *): the temperature of the GPU itself */
    ECC_LATE, /* f(device, 1, 0, unsigned long long *): uncorrected, since the driver was loaded */
    ECC_EVER, /* f(device, 1, 1, unsigned long long *): uncorrected, over the GPU's life */
};

struct question {
    const char *symbol;
    const char *older; /* the name before NVML renamed it, or NULL */
    enum shape shape;
    const char *members[4];
};

static const struct question questions[] = {
    { "nvmlDeviceGetName", NULL, TEXT, { "name" } },
    { "nvmlDeviceGetUUID", NULL, TEXT, { "uuid" } },
    { "nvmlDeviceGetVbiosVersion", NULL, TEXT, { "vbios" } },
    { "nvmlDeviceGetCudaComputeCapability", NULL, TWO, { "major", "minor" } },
    { "nvmlDeviceGetComputeMode", NULL, ONE, { "mode" } },
    { "nvmlDeviceGetPersistenceMode", NULL, ONE, { "mode" } },
    { "nvmlDeviceGetVirtualizationMode", NULL, ONE, { "mode" } },
    { "nvmlDeviceGetEccMode", NULL, TWO, { "current", "pending" } },
    { "nvmlDeviceGetTotalEccErrors", NULL, ECC_LATE, { "volatile" } },
    { "nvmlDeviceGetTotalEccErrors", NULL, ECC_EVER, { "aggregate" } },
    { "nvmlDeviceGetRemappedRows",
      NULL,
      FOUR,
      { "corrected", "uncorrected", "pending", "failed" } },
    { "nvmlDeviceGetCurrentClocksEventReasons",
      "nvmlDeviceGetCurrentClocksThrottleReasons",
      WIDE,
      { "reasons" } },
    { "nvmlDeviceGetPowerUsage", NULL, ONE, { "milliwatts" } },
    { "nvmlDeviceGetTemperature", NULL, SENSOR, { "celsius" } },
};

static int call(const struct question *question, void *address, nvml_device device, char text[96],
                unsigned long long numbers[4])
{
    unsigned narrow[4] = { 0 };
    int code = -1;
    union {
        int (*text)(nvml_device, char *, unsigned);
        int (*one)(nvml_device, unsigned *);
        int (*two)(nvml_device, unsigned *, unsigned *);
        int (*four)(nvml_device, unsigned *, unsigned *, unsigned *, unsigned *);
        int (*wide)(nvml_device, unsigned long long *);
        int (*sensor)(nvml_device, int, unsigned *);
        int (*ecc)(nvml_device, int, int, unsigned long long *);
    } f;

    FUNCTION_SET(f.text, address);
    switch (question->shape) {
    case TEXT:
        return f.text(device, text, 96);
    case WIDE:
        return f.wide(device, &numbers[0]);
    case ECC_LATE:
        return f.ecc(device, 1, 0, &numbers[0]);
    case ECC_EVER:
        return f.ecc(device, 1, 1, &numbers[0]);
    case ONE:
        code = f.one(device, &narrow[0]);
        break;
    case SENSOR:
        code = f.sensor(device, 0, &narrow[0]);
        break;
    case TWO:
        code = f.two(device, &narrow[0], &narrow[1]);
        break;
    case FOUR:
        code = f.four(device, &narrow[0], &narrow[1], &narrow[2], &narrow[3]);
        break;
    }
    for (int i = 0; i < 4; i++)
        numbers[i] = narrow[i];
    return code;
}

static void ask(void *library, const struct question *question, nvml_device device, int gpu)
{
    char text[96] = { 0 };
    unsigned long long numbers[4] = { 0 };
    void *function = library_look(library, question->symbol);
    struct line line;
    int code;

    if (!function && question->older)
        function = library_look(library, question->older);
    if (!function) {
        say_missing(question->symbol, gpu);
        return;
    }
    say_enter(question->symbol, gpu);
    code = call(question, function, device, text, numbers);
    line = line_about(question->symbol, gpu);
    line_int(&line, "code", code);
    for (int i = 0; code == 0 && i < 4 && question->members[i]; i++) {
        if (question->shape == TEXT)
            line_text(&line, question->members[i], text, sizeof(text));
        else
            line_int(&line, question->members[i], (int64_t) numbers[i]);
    }
    line_end(&line);
}

static void ask_address(void *library, nvml_device device, int gpu)
{
    static const char name[] = "nvmlDeviceGetPciInfo_v3";
    int (*get)(nvml_device, struct nvml_pci *);
    struct nvml_pci pci = { 0 };
    struct line line;
    int code;

    FUNCTION_SET(get, library_function(library, name, gpu));
    if (!get)
        return;
    say_enter(name, gpu);
    code = get(device, &pci);
    line = line_about(name, gpu);
    line_int(&line, "code", code);
    if (code == 0) {
        line_text(&line, "address", pci.address, sizeof(pci.address));
        line_int(&line, "vendor", pci.device_id & 0xffff);
        line_int(&line, "device", pci.device_id >> 16);
        line_int(&line, "subsystem_vendor", pci.subsystem_id & 0xffff);
        line_int(&line, "subsystem_device", pci.subsystem_id >> 16);
    }
    line_end(&line);
}

static void ask_memory(void *library, nvml_device device, int gpu)
{
    static const char name[] = "nvmlDeviceGetMemoryInfo";
    int (*get)(nvml_device, struct nvml_memory *);
    struct nvml_memory memory = { 0 };
    struct line line;
    int code;

    FUNCTION_SET(get, library_function(library, name, gpu));
    if (!get)
        return;
    say_enter(name, gpu);
    code = get(device, &memory);
    line = line_about(name, gpu);
    line_int(&line, "code", code);
    if (code == 0) {
        line_int(&line, "total", (int64_t) memory.total);
        line_int(&line, "free", (int64_t) memory.free);
        line_int(&line, "used", (int64_t) memory.used);
    }
    line_end(&line);
}

static void say_process(const struct nvml_process *process, int gpu)
{
    struct line line = line_about("process", gpu);

    line_int(&line, "pid", process->pid);
    if (process->memory != NVML_VALUE_NONE)
        line_int(&line, "memory", (int64_t) process->memory);
    line_end(&line);
}

static void ask_processes(void *library, nvml_device device, int gpu)
{
    static const char name[] = "nvmlDeviceGetComputeRunningProcesses_v3";
    int (*get)(nvml_device, unsigned *, struct nvml_process *);
    struct nvml_process list[PROCESSES_MAX];
    unsigned count = PROCESSES_MAX;
    struct line line;
    void *function = library_look(library, name);
    int code;

    if (!function)
        function = library_function(library, "nvmlDeviceGetComputeRunningProcesses_v2", gpu);
    if (!function)
        return;
    FUNCTION_SET(get, function);
    memset(list, 0, sizeof(list));
    say_enter(name, gpu);
    code = get(device, &count, list);
    line = line_about(name, gpu);
    line_int(&line, "code", code);
    if (code == 0 || code == NVML_INSUFFICIENT_SIZE)
        line_int(&line, "count", count);
    line_end(&line);
    for (unsigned i = 0; code == 0 && i < count && i < PROCESSES_MAX; i++)
        say_process(&list[i], gpu);
}

/* Only GPUs that form a fabric (NVSwitch systems) know this; the others answer "not supported". */
static void ask_fabric(void *library, nvml_device device, int gpu)
{
    static const char name[] = "nvmlDeviceGetGpuFabricInfoV",
                      older[] = "nvmlDeviceGetGpuFabricInfo";
    int (*get_2)(nvml_device, struct nvml_fabric_2 *);
    int (*get_1)(nvml_device, struct nvml_fabric_1 *);
    struct nvml_fabric_2 fabric = { .version = NVML_FABRIC_2 };
    struct nvml_fabric_1 first = { 0 };
    struct line line;
    int code;

    FUNCTION_SET(get_2, library_look(library, name));
    FUNCTION_SET(get_1, get_2 ? NULL : library_function(library, older, gpu));
    if (!get_2 && !get_1)
        return;
    say_enter(name, gpu);
    code = get_2 ? get_2(device, &fabric) : get_1(device, &first);
    line = line_about(name, gpu);
    line_int(&line, "code", code);
    if (code == 0) {
        line_int(&line, "state", get_2 ? fabric.state : first.state);
        line_int(&line, "status", get_2 ? fabric.status : first.status);
        line_int(&line, "clique", get_2 ? fabric.clique : first.clique);
        if (get_2)
            line_int(&line, "health", fabric.health);
    }
    line_end(&line);
}

/* Counts links that answer; a GPU without NVLink refuses the first one. */
static void ask_nvlinks(void *library, nvml_device device, int gpu)
{
    static const char name[] = "nvmlDeviceGetNvLinkState";
    int (*get)(nvml_device, unsigned, unsigned *);
    unsigned links = 0, active = 0, state;
    struct line line;
    int code = 0;

    FUNCTION_SET(get, library_function(library, name, gpu));
    if (!get)
        return;
    say_enter(name, gpu);
    for (unsigned link = 0; code == 0 && link < NVML_NVLINKS_MAX; link++) {
        state = 0;
        code = get(device, link, &state);
        links += code == 0;
        active += code == 0 && state;
    }
    line = line_about(name, gpu);
    line_int(&line, "code", links ? 0 : code);
    if (links) {
        line_int(&line, "links", links);
        line_int(&line, "active", active);
    }
    line_end(&line);
}

static void ask_recovery(void *library, nvml_device device, int gpu)
{
    static const char name[] = "nvmlDeviceGetFieldValues";
    int (*get)(nvml_device, int, struct nvml_field *);
    struct nvml_field field = { .id = NVML_FIELD_RECOVERY_ACTION };
    struct line line;
    int code;

    FUNCTION_SET(get, library_function(library, name, gpu));
    if (!get)
        return;
    say_enter(name, gpu);
    code = get(device, 1, &field);
    line = line_about(name, gpu);
    line_int(&line, "code", code ? code : field.code);
    if (code == 0 && field.code == 0)
        line_int(&line, "recovery_action", field.value.narrow);
    line_end(&line);
}

static void ask_mig_device(void *library, nvml_device mig, int gpu, unsigned index)
{
    int (*get)(nvml_device, char *, unsigned);
    char uuid[96] = { 0 };
    struct line line;
    int code;

    FUNCTION_SET(get, library_function(library, "nvmlDeviceGetUUID", gpu));
    if (!get)
        return;
    code = get(mig, uuid, sizeof(uuid));
    line = line_about("mig-device", gpu);
    line_int(&line, "index", index);
    line_int(&line, "code", code);
    if (code == 0)
        line_text(&line, "uuid", uuid, sizeof(uuid));
    line_end(&line);
}

static void ask_mig(void *library, nvml_device device, int gpu)
{
    static const char name[] = "nvmlDeviceGetMigMode";
    int (*get_mode)(nvml_device, unsigned *, unsigned *);
    int (*get_device)(nvml_device, unsigned, nvml_device *);
    unsigned current = 0, pending = 0;
    struct line line;
    int code;

    FUNCTION_SET(get_mode, library_function(library, name, gpu));
    if (!get_mode)
        return;
    say_enter(name, gpu);
    code = get_mode(device, &current, &pending);
    line = line_about(name, gpu);
    line_int(&line, "code", code);
    if (code == 0) {
        line_int(&line, "current", current);
        line_int(&line, "pending", pending);
    }
    line_end(&line);
    if (code != 0 || !current)
        return;

    FUNCTION_SET(get_device, library_function(library, "nvmlDeviceGetMigDeviceHandleByIndex", gpu));
    for (unsigned i = 0; get_device && i < MIG_MAX; i++) {
        nvml_device mig = NULL;

        if (get_device(device, i, &mig) == 0)
            ask_mig_device(library, mig, gpu, i);
    }
}

static void ask_gpu(void *context, int gpu)
{
    static const char name[] = "nvmlDeviceGetHandleByIndex_v2";
    void *library = context;
    int (*get)(unsigned, nvml_device *);
    nvml_device device = NULL;
    int code;

    FUNCTION_SET(get, library_function(library, name, gpu));
    if (!get)
        return;
    say_enter(name, gpu);
    code = get((unsigned) gpu, &device);
    say_code(name, gpu, code);
    if (code != 0)
        return;
    ask_address(library, device, gpu);
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
        ask(library, &questions[i], device, gpu);
    ask_memory(library, device, gpu);
    ask_mig(library, device, gpu);
    ask_processes(library, device, gpu);
    ask_fabric(library, device, gpu);
    ask_nvlinks(library, device, gpu);
    ask_recovery(library, device, gpu);
}

static void ask_version(void *library, const char *name)
{
    int (*get)(char *, unsigned);
    char version[96] = { 0 };
    struct line line;
    int code;

    FUNCTION_SET(get, library_function(library, name, NO_GPU));
    if (!get)
        return;
    say_enter(name, NO_GPU);
    code = get(version, sizeof(version));
    line = line_begin(name);
    line_int(&line, "code", code);
    if (code == 0)
        line_text(&line, "version", version, sizeof(version));
    line_end(&line);
}

/* A number about the whole system; -1 where it cannot be had. */
static int ask_number(void *library, const char *name, const char *older)
{
    int (*get)(int *);
    int value = -1, code;
    struct line line;
    void *function = library_look(library, name);

    if (!function)
        function = library_function(library, older, NO_GPU);
    if (!function)
        return -1;
    FUNCTION_SET(get, function);
    say_enter(name, NO_GPU);
    code = get(&value);
    line = line_begin(name);
    line_int(&line, "code", code);
    if (code == 0)
        line_int(&line, "value", value);
    line_end(&line);
    return code == 0 ? value : -1;
}

int ask_nvml(int argc, char **argv)
{
    void *library = library_open(LIBRARY);
    int (*init)(void);
    int code, count;

    (void) argc;
    (void) argv;
    if (!library)
        return 0;
    FUNCTION_SET(init, library_function(library, "nvmlInit_v2", NO_GPU));
    if (!init)
        return 0;
    library_say_path(LIBRARY, library_look(library, "nvmlInit_v2"));
    say_enter("nvmlInit_v2", NO_GPU);
    code = init();
    say_code("nvmlInit_v2", NO_GPU, code);
    /* Answers even when the kernel module is of another version, which is what it is needed for. */
    ask_version(library, "nvmlSystemGetNVMLVersion");
    if (code != 0)
        return 0;
    ask_version(library, "nvmlSystemGetDriverVersion");
    (void) ask_number(library, "nvmlSystemGetCudaDriverVersion_v2",
                      "nvmlSystemGetCudaDriverVersion");
    count = ask_number(library, "nvmlDeviceGetCount_v2", "nvmlDeviceGetCount");
    each_gpu(count, ask_gpu, library);
    return 0;
}
