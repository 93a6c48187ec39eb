/*
 * gpuvet-helper: the one dynamic program. The static gpuvet carries it, starts it as a child, and
 * reads its answers; it loads the vendor's libraries as the user's own program would.
 *
 * No constructors (glibc before 2.34 would not run ours: its crt files start them, newer ones leave
 * that to libc) and no data symbols of libc (their sizes would be copied from the stubs).
 */
#include "ask.h"
#include "say.h"

#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} subjects[] = {
    { "nvml", ask_nvml },
    { "cuda", ask_cuda },
    { "verify", ask_verify },
    { "libs", ask_libs },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        if (strcmp(argv[1], subjects[i].name) == 0) {
            struct line line = line_begin("start");
            int code;

            line_text(&line, "subject", subjects[i].name, 16);
            line_end(&line);
            code = subjects[i].run(argc - 2, argv + 2);
            line = line_begin("done");
            line_end(&line);
            /* At once: exit handlers of vendor libraries could hang after the last answer. */
            _exit(code);
        }
    }
    _exit(64);
}
