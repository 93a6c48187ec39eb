/*
 * Parts of gpuvet, timed inside one process, which is what remains when it has started.
 *     inside gpu-code|gpu-code-sample LIBRARY [ROUNDS]
 *     inside loader ENVIRONMENT [ROUNDS]
 * prints the middle time in microseconds, and the entries read and their architectures, or the
 * libraries predicted; the bytes asked for; and the middle of the processor's time. Each round
 * begins with a new root: nothing is remembered from the one before but by the kernel.
 */
#include "bench/rounds.h"
#include "loader/gpu_code.h"
#include "probe/libraries.h"
#include "probe/python.h"

struct result {
    double took, cpu; /* microseconds */
    unsigned count, kinds;
    uint64_t bytes; /* asked for */
};

static void no_memory(void)
{
    abort();
}

static uint64_t bytes_of(const struct root *root)
{
    struct observations log = root_log(root);
    uint64_t bytes = 0;

    for (size_t i = 0; i < log.count; i++)
        bytes += log.items[i].bytes;
    return bytes;
}

/* --- GPU code ------------------------------------------------------------------------------ */

static void time_gpu_code(struct str path, enum gpu_code_reading reading, struct result *ret)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    double began = microseconds(), cpu = cpu_microseconds();
    struct root *root = root_live(arena);
    struct gpu_code code;

    if (gpu_code_read(root, arena, path, reading, &code) < 0)
        exit(1);
    *ret = (struct result){ .took = microseconds() - began,
                            .cpu = cpu_microseconds() - cpu,
                            .kinds = (unsigned) code.count,
                            .bytes = bytes_of(root) };
    for (size_t i = 0; i < code.count; i++)
        ret->count += code.targets[i].entries;
    root_let_go(root);
}

/* --- the loader ---------------------------------------------------------------------------- */

/* The prediction alone: what must be known of Python is found before the clock runs. */
static void time_loader(struct str environment, struct result *ret)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct eyes eyes = { .known = true, .working_directory = STR("/") };
    struct wishes wishes = { .environment = environment };
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct probe_ctx ctx = {
        .arena = arena, .root = root_live(arena), .eyes = &eyes, .wishes = &wishes, .facts = facts
    };
    struct torch_import_wish wish;
    struct torch_import import;
    double began, cpu;

    probe_all(&ctx, COST_FILES);
    root_let_go(ctx.root);
    ctx.root = root_live(arena);
    began = microseconds();
    cpu = cpu_microseconds();
    if (libraries_predict(&ctx, &wish, &import) < 0)
        exit(1);
    *ret = (struct result){ .took = microseconds() - began,
                            .cpu = cpu_microseconds() - cpu,
                            .count = (unsigned) import.map.all.count,
                            .bytes = bytes_of(ctx.root) };
    root_let_go(ctx.root);
}

int main(int argc, char **argv)
{
    struct str what = str_of(argc > 1 ? argv[1] : ""), path = str_of(argc > 2 ? argv[2] : "");
    unsigned rounds = rounds_of(argc, argv, 3);
    double times[ROUNDS_LIMIT], cpu[ROUNDS_LIMIT];
    struct result result = { 0 };

    for (unsigned i = 0; i < rounds; i++) {
        if (str_eqz(what, "loader"))
            time_loader(path, &result);
        else
            time_gpu_code(path, str_eqz(what, "gpu-code") ? GPU_CODE_EXACT : GPU_CODE_SAMPLE,
                          &result);
        times[i] = result.took;
        cpu[i] = result.cpu;
    }
    printf("%.1f %u %u %ju %.1f\n", middle(times, rounds), result.count, result.kinds,
           (uintmax_t) result.bytes, middle(cpu, rounds));
    return 0;
}
