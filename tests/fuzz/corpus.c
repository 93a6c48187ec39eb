/*
 * Runs a fuzz target without a fuzzer: over every seed (files, or folders of files, named on the
 * command line), over its truncations, and over copies with one byte changed. The same every time.
 * Each copy has exactly its size, so that a sanitizer sees a read behind it.
 */
#include "fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

enum {
    SEED = 1 << 20, /* the largest seed, in bytes */
    EVERY = 1024,   /* so many first bytes are each cut at and changed */
    SAMPLES = 1024, /* and about so many of the rest */
};

static void run_copy(const char *seed, size_t size, size_t at, unsigned char flip)
{
    char *copy = malloc(size ? size : 1);

    if (!copy)
        fuzz_no_memory();
    memcpy(copy, seed, size);
    if (flip)
        copy[at] = (char) (copy[at] ^ flip);
    (void) LLVMFuzzerTestOneInput((const uint8_t *) copy, size);
    free(copy);
}

static void run_seed(const char *seed, size_t size)
{
    static const unsigned char flips[] = { 0x01, 0x80, 0xff };
    size_t step = size > EVERY ? (size - EVERY) / SAMPLES + 1 : 1;

    run_copy(seed, size, 0, 0);
    for (size_t at = 0; at < size; at += at < EVERY ? 1 : step) {
        run_copy(seed, at, 0, 0);
        for (size_t i = 0; i < sizeof(flips); i++)
            run_copy(seed, size, at, flips[i]);
    }
}

/* How many seeds were run. */
static unsigned run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *seed = malloc(SEED);
    size_t size;

    if (!file || !seed) {
        perror(path);
        exit(1);
    }
    size = fread(seed, 1, SEED, file);
    (void) fclose(file);
    run_seed(seed, size);
    free(seed);
    return 1;
}

static unsigned run_path(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    unsigned count = 0;

    if (!folder)
        return run_file(path);
    while ((entry = readdir(folder))) {
        char name[4096];

        if (entry->d_name[0] == '.')
            continue;
        (void) snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        count += run_file(name);
    }
    (void) closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    unsigned count = 0;

    for (int i = 1; i < argc; i++)
        count += run_path(argv[i]);
    printf("%u seeds\n", count);
    return count ? 0 : 1;
}
