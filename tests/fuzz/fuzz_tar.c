#include "fuzz.h"

#include "format/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str rest = fuzz_bytes(data, size);
    struct tar *tar = ARENA_NEW(arena, struct tar);
    enum tar_step step = TAR_SKIP;
    uint64_t length;

    while (rest.len >= TAR_BLOCK && step != TAR_END) {
        struct str block = str_slice(rest, 0, TAR_BLOCK);

        rest = str_from(rest, TAR_BLOCK);
        if (tar_block(tar, block, &step, &length) < 0)
            break;
        if (step == TAR_ENTRY)
            length = tar->entry.size;
        if (step == TAR_END || tar_padded(length) > rest.len)
            break;
        if (step == TAR_NOTE && tar_notes(tar, str_slice(rest, 0, length)) < 0)
            break;
        rest = str_from(rest, tar_padded(length));
    }
    return 0;
}
