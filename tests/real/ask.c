/*
 * ask SECONDS SUBJECT [OPTION …]: starts the embedded helper as gpuvet does, from memory and by a
 * static program, in our own environment; prints its answers, and how it ended. For runs on real
 * GPUs, where the fakes are compared with the truth. GPUVET_NO_MEMFD=1 takes the temporary file.
 */
#include "base/child.h"
#include "base/clock.h"
#include "driver/helper.h"

#include <stdio.h>
#include <stdlib.h>

static void no_memory(void)
{
    _exit(70);
}

int main(int argc, char **argv)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child_spec spec = {
        .image = { (const char *) helper_blob, (size_t) helper_blob_size },
        .argv = (const char *const *) argv + 1,
        .environ = (const char *const *) environ,
        .answer_limit = 1 << 20,
        .no_memfd = getenv("GPUVET_NO_MEMFD") != NULL,
    };
    const struct child_result *result;

    if (argc < 3)
        return 64;
    result = child_run(arena, &spec, clock_us() + strtol(argv[1], NULL, 10) * 1000000);
    (void) fwrite(result->answers.data, 1, result->answers.len, stdout);
    (void) printf("# %s in %.1f ms, error %d at %s, signal %d, code %d%s%s\n",
                  child_end_name(result->end), (double) result->us / 1000.0, result->error,
                  result->step ? result->step : "-", result->signal, result->code,
                  result->unreaped ? ", unreaped" : "", result->from_file ? ", from a file" : "");
    (void) fwrite(result->complaints.data, 1, result->complaints.len, stderr);
    return result->end == CHILD_OK ? 0 : 1;
}
