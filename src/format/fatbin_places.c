#include "format/fatbin_places.h"

#include <elf.h>
#include <errno.h>

enum {
    RECORD = 24,     /* bytes of a record */
    ADDRESS = 8,     /* where in it the address stands */
    RELOCATION = 24, /* bytes of a relocation with addend */
};

struct relocation {
    uint64_t place, addend;
    bool relative;
};

static struct relocation take_relocation(const struct elf *elf, struct cursor *cursor)
{
    struct relocation relocation = { .place = cursor_le(cursor, 8) };
    uint64_t type = cursor_le(cursor, 8);

    relocation.relative =
        type == (elf->machine == EM_AARCH64 ? R_AARCH64_RELATIVE : R_X86_64_RELATIVE);
    relocation.addend = cursor_le(cursor, 8);
    return relocation;
}

/* The first relative relocation of this place or a later one; `*ret` may be the count of all. */
static int find_first(const struct elf *elf, const struct elf_section *table, uint64_t place,
                      uint64_t *ret)
{
    uint64_t low = 0, high = table->size / RELOCATION;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct relocation relocation;
        struct cursor cursor;
        char buf[RELOCATION];
        int err = window_cursor(elf->window, table->offset + middle * RELOCATION, buf, RELOCATION,
                                &cursor);

        if (err)
            return err;
        relocation = take_relocation(elf, &cursor);
        if (relocation.relative && relocation.place < place)
            low = middle + 1;
        else
            high = middle;
    }
    *ret = low;
    return 0;
}

static int read_places(const struct elf *elf, const struct elf_section *segment, struct str row,
                       struct fatbin_places *ret)
{
    struct fatbin_places places = { .count = (size_t) (segment->size / RECORD) };
    struct cursor cursor = cursor_of(row);

    places.items = arena_array(elf->arena, places.count, sizeof(*places.items));
    for (size_t i = 0; i < places.count; i++) {
        struct relocation relocation = take_relocation(elf, &cursor);
        uint64_t room;
        int err;

        if (!relocation.relative || relocation.place != segment->address + i * RECORD + ADDRESS)
            return -EBADMSG;
        err = elf_offset(elf, relocation.addend, &places.items[i], &room);
        if (err)
            return err;
    }
    *ret = places;
    return 0;
}

int fatbin_places(const struct elf *elf, const struct elf_section *sections, size_t section_count,
                  struct fatbin_places *ret)
{
    const struct elf_section *segment = elf_section(sections, section_count, ".nvFatBinSegment");
    const struct elf_section *table = elf_section(sections, section_count, ".rela.dyn");
    uint64_t first, count;
    struct str row;
    int err;

    if (!segment || !table || segment->size < RECORD)
        return -ENOENT;
    count = segment->size / RECORD;
    if (count > FATBIN_PLACES)
        return -E2BIG;
    if (table->offset > UINT64_MAX - table->size)
        return -EBADMSG;
    err = find_first(elf, table, segment->address, &first);
    if (err)
        return err;
    if (table->size / RELOCATION - first < count)
        return -ENOENT;
    err = window_read(elf->window, elf->arena, table->offset + first * RELOCATION,
                      count * RELOCATION, &row);
    return err ? err : read_places(elf, segment, row, ret);
}
