/* A lock that is read, compared with itself and with nothing, and written again. */
#include "fuzz.h"

#include "lock/compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct lock *lock = ARENA_NEW(arena, struct lock);
    struct facts *same = ARENA_NEW(arena, struct facts), *nothing = ARENA_NEW(arena, struct facts);
    struct lock_comparison comparison;
    struct buf buf = buf_new(arena, LOCK_FILE_MAX);
    struct str why;

    if (lock_read(arena, fuzz_bytes(data, size), STR("lock"), lock, &why) < 0)
        return 0;
    *same = lock->facts;
    lock_compare(arena, lock, NULL, same, &comparison);
    lock_compare(arena, lock, &lock->hashes, nothing, &comparison);
    lock_write(&buf, lock);
    return 0;
}
