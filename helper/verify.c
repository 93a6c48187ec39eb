#include "verify.h"

#include "ask.h"
#include "each.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The quick steps: enough for every multiprocessor to take part, little enough to cost nothing. */
#define WORDS 65536u
#define BYTES (WORDS * sizeof(uint32_t))

/* How far off an infinity or a NaN is said to be. */
#define NO_NUMBER 1e300

struct verifying {
    struct cuda cuda;
    bool quick, thorough;
    int only; /* this GPU alone, or NO_GPU */
    struct gpu gpus[GPUS_MAX];
};

/* --- a step --- */

struct step step_begin(const struct gpu *gpu, const char *name)
{
    return step_begin_in(gpu, NULL, name);
}

struct step step_begin_in(const struct gpu *gpu, const char *library, const char *name)
{
    struct line line = line_about("step", gpu->number);

    if (library)
        line_text(&line, "library", library, 40);
    line_text(&line, "step", name, 40);
    line_bool(&line, "enter", true);
    line_end(&line);
    return (struct step){
        .gpu = gpu,
        .name = name,
        .library = library,
        .peer = NO_GPU,
        .began = now_us(),
    };
}

bool step_failed(const struct step *step)
{
    return step->call || step->wrong;
}

bool step_code(struct step *step, const char *call, int code)
{
    if (code != 0 && !step->call) {
        step->call = call;
        step->code = code;
    }
    return code == 0;
}

void step_wrong(struct step *step, uint64_t at, double error)
{
    if (step->wrong++ == 0)
        step->first = at;
    if (error < 0)
        error = -error;
    if (!(error < NO_NUMBER))
        error = NO_NUMBER;
    if (error > step->max_error)
        step->max_error = error;
}

void step_end(struct step *step)
{
    struct line line = line_about("step", step->gpu->number);
    bool failed = step_failed(step);

    if (step->library)
        line_text(&line, "library", step->library, 40);
    line_text(&line, "step", step->name, 40);
    line_text(&line, "state", failed ? "failed" : step->reason ? "skipped" : "ok", 10);
    line_real(&line, "ms", (double) (now_us() - step->began) / 1000.0);
    if (step->peer != NO_GPU) {
        line_int(&line, "peer", step->peer);
        line_bool(&line, "direct", step->direct);
    }
    if (step->unit && !failed) {
        line_real(&line, "figure", step->figure);
        line_text(&line, "unit", step->unit, 20);
    }
    if (step->call) {
        line_text(&line, "call", step->call, 60);
        line_int(&line, "code", step->code);
    }
    if (step->wrong) {
        line_int(&line, "wrong", (int64_t) step->wrong);
        line_int(&line, "first", (int64_t) step->first);
        line_real(&line, "max_error", step->max_error);
        line_real(&line, "bound", 0);
    }
    if (step->reason)
        line_text(&line, "reason", step->reason, 60);
    line_end(&line);
}

void *step_function(struct step *step, void *library, const char *name)
{
    void *function = library_look(library, name);

    (void) step_code(step, name, function ? 0 : NO_FUNCTION);
    return function;
}

bool step_kernel(struct step *step, const char *text, const char *entry, cu_module *ret_module,
                 cu_function *ret)
{
    return STEP_CALL(step, cuModuleLoadData, ret_module, text) &&
           STEP_CALL(step, cuModuleGetFunction, ret, *ret_module, entry);
}

void *step_room(struct step *step, size_t size)
{
    void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (room == MAP_FAILED) {
        step->reason = "no-host-memory";
        return NULL;
    }
    return room;
}

void room_free(void *room, size_t size)
{
    if (room)
        (void) munmap(room, size);
}

size_t step_size(struct step *step, size_t most, unsigned share)
{
    size_t unused = 0, total = 0;

    if (!STEP_CALL(step, cuMemGetInfo_v2, &unused, &total))
        return 0;
    unused /= share;
    return (unused < most ? unused : most) & ~(size_t) 4095;
}

uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* --- the quick steps --- */

static void compare(struct step *step, const uint32_t *got, const uint32_t *wanted)
{
    if (memcmp(got, wanted, BYTES) == 0)
        return;
    for (uint32_t i = 0; i < WORDS; i++)
        if (got[i] != wanted[i])
            step_wrong(step, i, (double) got[i] - (double) wanted[i]);
}

/* The host's room too: three pieces of BYTES. */
static uint32_t *allocate(struct gpu *gpu)
{
    struct step step = step_begin(gpu, "allocate");
    uint32_t *room = step_room(&step, 3 * BYTES);

    gpu->lost = !(room && STEP_CALL(&step, cuMemAlloc_v2, &gpu->in, BYTES) &&
                  STEP_CALL(&step, cuMemAlloc_v2, &gpu->out, BYTES));
    step_end(&step);
    return room;
}

static void copy(struct gpu *gpu, const uint32_t *sent, uint32_t *got)
{
    struct step step = step_begin(gpu, "copy");

    memset(got, 0xff, BYTES);
    if (STEP_CALL(&step, cuMemcpyHtoD_v2, gpu->in, sent, BYTES) &&
        STEP_CALL(&step, cuMemcpyDtoH_v2, got, gpu->in, BYTES))
        compare(&step, got, sent);
    gpu->lost = step.call != NULL;
    step_end(&step);
}

static void launch(struct gpu *gpu, const uint32_t *sent, uint32_t *wanted, uint32_t *got)
{
    struct step step = step_begin(gpu, "kernel");
    uint32_t count = WORDS;
    void *parameters[] = { &gpu->in, &gpu->out, &count };
    cu_module module = NULL;
    cu_function function = NULL;

    for (uint32_t i = 0; i < WORDS; i++)
        wanted[i] = sent[i] * 2654435761u + i;
    memset(got, 0xff, BYTES);
    if (STEP_CALL(&step, cuMemsetD8_v2, gpu->out, 0xff, BYTES) &&
        step_kernel(&step, ptx_mix, "gpuvet_mix", &module, &function) &&
        STEP_CALL(&step, cuLaunchKernel, function, WORDS / 256, 1, 1, 256, 1, 1, 0, NULL,
                  parameters, NULL) &&
        STEP_SYNC(&step) && STEP_CALL(&step, cuMemcpyDtoH_v2, got, gpu->out, BYTES))
        compare(&step, got, wanted);
    gpu->lost = step.call != NULL;
    step_end(&step);
}

static void quick_steps(struct gpu *gpu)
{
    uint32_t *room = allocate(gpu);
    uint64_t seed = 1;

    for (uint32_t i = 0; room && i < WORDS; i++)
        room[i] = (uint32_t) random_next(&seed);
    if (!gpu->lost)
        copy(gpu, room, room + WORDS);
    if (!gpu->lost)
        launch(gpu, room, room + WORDS, room + 2 * (size_t) WORDS);
    room_free(room, 3 * BYTES);
}

/* --- a GPU --- */

static int attribute_of(const struct gpu *gpu, int attribute)
{
    int value = 0;

    return gpu->cuda->cuDeviceGetAttribute(&value, attribute, gpu->device) == 0 ? value : 0;
}

void gpu_introduce(struct gpu *gpu)
{
    char name[256] = { 0 };
    struct line line = line_about("gpu", gpu->number);

    gpu->major = attribute_of(gpu, CU_MAJOR);
    gpu->minor = attribute_of(gpu, CU_MINOR);
    gpu->multiprocessors = attribute_of(gpu, CU_MULTIPROCESSORS);
    (void) gpu->cuda->cuDeviceGetName(name, sizeof(name), gpu->device);
    line_text(&line, "name", name, sizeof(name));
    line_int(&line, "major", gpu->major);
    line_int(&line, "minor", gpu->minor);
    line_end(&line);
}

static void verify_gpu(void *context, int number)
{
    struct verifying *all = context;
    struct gpu *gpu = &all->gpus[number];

    *gpu = (struct gpu){ .cuda = &all->cuda, .number = number, .lost = true };
    if (all->only != NO_GPU && all->only != number)
        return;
    if (cuda_enter(&all->cuda, number, &gpu->device, &gpu->context) != 0)
        return;
    gpu_introduce(gpu);
    quick_steps(gpu);
    if (gpu->lost || all->quick)
        return;
    verify_matmuls(gpu);
    verify_bandwidth(gpu);
    if (all->thorough)
        verify_memory(gpu);
}

int ask_verify(int argc, char **argv)
{
    struct verifying all = { .only = NO_GPU };
    int count;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0)
            all.quick = true;
        else if (strcmp(argv[i], "--thorough") == 0)
            all.thorough = true;
        else if (strcmp(argv[i], "--device") == 0 && i + 1 < argc)
            all.only = (int) strtol(argv[++i], NULL, 10);
        else
            return 64;
    }
    count = cuda_open(&all.cuda);
    if (count > GPUS_MAX)
        count = GPUS_MAX;
    each_gpu(count, verify_gpu, &all);
    if (count > 1 && !all.quick && all.only == NO_GPU)
        verify_peers(all.gpus, count);
    return 0;
}
