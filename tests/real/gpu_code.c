/*
 * For which GPUs libraries hold code, read in full and by sample:
 *     gpu_code /…/site-packages/torch/lib/libtorch_cuda.so …
 * prints both lists of each, and ends with 1 where they differ.
 */
#include "loader/gpu_code.h"

#include <stdio.h>

static void no_memory(void)
{
    abort();
}

static void print(const char *how, const struct gpu_code *code)
{
    printf("  %s:", how);
    for (size_t i = 0; i < code->count; i++) {
        const struct gpu_target *target = &code->targets[i];

        printf(" %s_%u%.1s=%u%s", target->ptx ? "compute" : "sm", target->capability,
               &target->suffix, target->entries, gpu_target_counts(code, target) ? "" : "(stray)");
    }
    printf("\n");
}

/* Whether both readings name the same targets. */
static bool compare(struct root *root, struct arena *arena, struct str path)
{
    struct gpu_code exact, sample;
    int r = gpu_code_read(root, arena, path, GPU_CODE_EXACT, &exact);

    if (r == 0)
        r = gpu_code_read(root, arena, path, GPU_CODE_SAMPLE, &sample);
    if (r < 0) {
        printf("  %s\n", strerror(-r));
        return false;
    }
    print("exact ", &exact);
    print("sample", &sample);
    printf("  %.*s\n", STR_ARG(gpu_code_text(arena, &sample)));
    return str_eq(gpu_code_text(arena, &exact), gpu_code_text(arena, &sample));
}

int main(int argc, char **argv)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct root *root = root_live(arena);
    int differences = 0;

    for (int i = 1; i < argc; i++) {
        bool same;

        printf("%s\n", argv[i]);
        same = compare(root, arena, str_of(argv[i]));
        printf("  %s\n", same ? "same" : "DIFFERENT");
        differences += !same;
    }
    return differences ? 1 : 0;
}
