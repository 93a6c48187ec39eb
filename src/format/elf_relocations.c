/* Which symbols the relocations of a library name. */
#include "format/elf.h"

#include <errno.h>

enum {
    ENTRY = 24,   /* bytes of a relocation: where, what kind and which symbol, an addend */
    PIECE = 1024, /* relocations read at once */
};

static void mark_piece(struct cursor *cursor, uint64_t entries, struct elf_relocated *relocated)
{
    for (; entries > 0; entries--) {
        uint64_t index;

        cursor_skip(cursor, 8 + 4);
        index = cursor_le(cursor, 4);
        cursor_skip(cursor, 8);
        if (index < relocated->count)
            relocated->bits[index / 8] |= (uint8_t) (1u << index % 8);
    }
}

static int mark(const struct elf *elf, uint64_t address, uint64_t size,
                struct elf_relocated *relocated)
{
    char buf[PIECE * ENTRY];
    uint64_t offset, room;
    int err = size ? elf_offset(elf, address, &offset, &room) : 0;

    if (size == 0 || err)
        return err;
    if (size > room)
        return -EBADMSG;
    if (size / ENTRY > ELF_RELOCATIONS)
        return -E2BIG;
    for (uint64_t left = size / ENTRY; left > 0;) {
        uint64_t entries = left < PIECE ? left : PIECE;
        struct cursor cursor;

        err = window_cursor(elf->window, offset, buf, (size_t) entries * ENTRY, &cursor);
        if (err)
            return err;
        mark_piece(&cursor, entries, relocated);
        offset += entries * ENTRY;
        left -= entries;
    }
    return 0;
}

int elf_relocated(const struct elf *elf, const struct elf_dynamic *dynamic,
                  struct elf_relocated *ret)
{
    struct elf_relocated relocated;
    int err = elf_symbol_count(elf, dynamic, &relocated.count);

    if (err)
        return err;
    relocated.bits = arena_array(elf->arena, relocated.count / 8 + 1, 1);
    err = mark(elf, dynamic->relocations, dynamic->relocations_size, &relocated);
    if (err == 0)
        err = mark(elf, dynamic->calls, dynamic->calls_size, &relocated);
    if (err == 0)
        *ret = relocated;
    return err;
}

bool elf_is_relocated(const struct elf_relocated *relocated, uint32_t index)
{
    return index < relocated->count && relocated->bits[index / 8] >> index % 8 & 1;
}
