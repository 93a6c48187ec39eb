/* Who listens, and how sshd is told to. */
#include "fuzz.h"

#include "format/sockets.h"
#include "format/sshd_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str bytes = fuzz_bytes(data, size), rest = bytes;
    struct listener listener;
    struct sshd_line line;
    uint64_t inode;

    while (listeners_next(&rest, arena, &listener))
        ;
    (void) socket_inode(bytes, &inode);
    rest = bytes;
    while (sshd_next(&rest, arena, &line))
        for (size_t i = 0; i < line.count; i++)
            (void) sshd_list_matches(line.keyword, line.words[i]);
    return 0;
}
