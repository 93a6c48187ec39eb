/*
 * What gpuvet's reading of GPU code is measured against: a program that only walks the headers of
 * the fat binaries in a library, one pread() a header, checking no more than it must, and counts
 * entries by kind and architecture.
 *     headers LIBRARY [ROUNDS]
 * prints the middle time of a walk in microseconds, how many entries there are, of how many
 * architectures, and the middle of the processor's time.
 */
#include "bench/rounds.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ARCHITECTURES 256

struct counts {
    unsigned entries, kinds[2][ARCHITECTURES];
};

static int get(int fd, void *to, size_t size, uint64_t at)
{
    return pread(fd, to, size, (off_t) at) == (ssize_t) size ? 0 : -1;
}

static void walk(int fd, uint64_t at, uint64_t end, struct counts *counts)
{
    struct {
        uint32_t magic;
        uint16_t version, size;
        uint64_t behind;
    } head;
    unsigned char entry[64];

    while (at + sizeof(head) <= end && get(fd, &head, sizeof(head), at) == 0) {
        uint64_t stop = at + head.size + head.behind;

        if (head.magic == 0) {
            at += 8;
            continue;
        }
        for (at += head.size; at < stop && get(fd, entry, sizeof(entry), at) == 0;) {
            uint32_t size, architecture;
            uint64_t payload;

            memcpy(&size, entry + 4, sizeof(size));
            memcpy(&payload, entry + 8, sizeof(payload));
            memcpy(&architecture, entry + 0x1c, sizeof(architecture));
            counts->kinds[entry[0] & 1][architecture % ARCHITECTURES]++;
            counts->entries++;
            at += size + payload;
        }
        at = stop;
    }
}

static int read_library(const char *path, struct counts *counts)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf64_Ehdr elf;
    Elf64_Shdr names;

    memset(counts, 0, sizeof(*counts));
    if (fd < 0 || get(fd, &elf, sizeof(elf), 0) < 0 ||
        get(fd, &names, sizeof(names), elf.e_shoff + elf.e_shstrndx * sizeof(names)) < 0)
        return -1;
    for (unsigned i = 0; i < elf.e_shnum; i++) {
        char name[11] = "";
        Elf64_Shdr section;

        if (get(fd, &section, sizeof(section), elf.e_shoff + i * sizeof(section)) < 0)
            return -1;
        (void) get(fd, name, sizeof(name), names.sh_offset + section.sh_name);
        if (memcmp(name, ".nv_fatbin", sizeof(name)) == 0)
            walk(fd, section.sh_offset, section.sh_offset + section.sh_size, counts);
    }
    return close(fd);
}

int main(int argc, char **argv)
{
    unsigned rounds = rounds_of(argc, argv, 2), architectures = 0;
    double times[ROUNDS_LIMIT], cpu[ROUNDS_LIMIT];
    struct counts counts;

    for (unsigned i = 0; i < rounds; i++) {
        double began = microseconds(), used = cpu_microseconds();

        if (argc < 2 || read_library(argv[1], &counts) < 0)
            return 1;
        times[i] = microseconds() - began;
        cpu[i] = cpu_microseconds() - used;
    }
    for (unsigned i = 0; i < 2 * ARCHITECTURES; i++)
        architectures += counts.kinds[i / ARCHITECTURES][i % ARCHITECTURES] > 0;
    printf("%.1f %u %u %.1f\n", middle(times, rounds), counts.entries, architectures,
           middle(cpu, rounds));
    return 0;
}
