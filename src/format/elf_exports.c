#include "format/elf_exports.h"

#include <errno.h>

enum { HEAD = 16 }; /* bytes: buckets, first symbol, words of the Bloom filter, its shift */

uint32_t elf_symbol_hash(struct str name)
{
    uint32_t hash = 5381;

    for (size_t i = 0; i < name.len; i++)
        hash = hash * 33 + (unsigned char) name.data[i];
    return hash;
}

static uint32_t number_at(struct str table, uint64_t at)
{
    struct cursor cursor = cursor_in(table, at * 4, 4);

    return (uint32_t) cursor_le(&cursor, 4);
}

static void put_number(char *table, uint64_t at, uint32_t number)
{
    for (unsigned i = 0; i < 4; i++)
        table[at * 4 + i] = (char) (number >> (8 * i) & 0xff);
}

/* One bucket with all of them, as if the library had such a table. */
static int read_names(const struct elf *elf, const struct elf_dynamic *dynamic,
                      struct elf_exports *ret)
{
    struct elf_symbols symbols;
    struct elf_symbol symbol;
    uint32_t count = 0, hash = 0;
    char *chains;
    int r = elf_symbols(elf, dynamic, &symbols);

    if (r == 0 && symbols.count > ELF_NAMED)
        r = -ENOTSUP;
    if (r < 0)
        return r;
    chains = arena_array(elf->arena, symbols.count, 4);
    while ((r = elf_symbol_next(&symbols, &symbol)) == 1)
        if (symbol.defined && symbol.binding != ELF_LOCAL) {
            hash = elf_symbol_hash(symbol.name);
            put_number(chains, count++, hash & ~1u);
        }
    if (r < 0)
        return r;
    *ret = (struct elf_exports){ .first = 0 };
    if (count == 0)
        return 0;
    put_number(chains, count - 1, hash | 1);
    ret->buckets = (struct str){ arena_array(elf->arena, 1, 4), 4 };
    ret->chains = (struct str){ chains, (size_t) count * 4 };
    return 0;
}

int elf_exports(const struct elf *elf, const struct elf_dynamic *dynamic, struct elf_exports *ret)
{
    struct elf_exports exports = { 0 };
    uint64_t offset, room, before, buckets;
    struct cursor cursor;
    char head[HEAD];
    uint32_t count;
    int err;

    if (!dynamic->gnu_hash && dynamic->hash)
        return read_names(elf, dynamic, ret);
    if (!dynamic->gnu_hash) {
        *ret = exports;
        return 0;
    }
    err = elf_symbol_count(elf, dynamic, &count);
    if (err == 0)
        err = elf_offset(elf, dynamic->gnu_hash, &offset, &room);
    if (err == 0)
        err = window_cursor(elf->window, offset, head, HEAD, &cursor);
    if (err)
        return err;
    buckets = cursor_le(&cursor, 4);
    exports.first = (uint32_t) cursor_le(&cursor, 4);
    before = HEAD + cursor_le(&cursor, 4) * 8;
    if (buckets > ELF_SYMBOLS || exports.first > count)
        return -EBADMSG;
    err = window_read(elf->window, elf->arena, offset + before, buckets * 4, &exports.buckets);
    if (err == 0)
        err = window_read(elf->window, elf->arena, offset + before + buckets * 4,
                          (uint64_t) (count - exports.first) * 4, &exports.chains);
    if (err == 0)
        *ret = exports;
    return err;
}

bool elf_exports_has(const struct elf_exports *exports, uint32_t hash)
{
    uint32_t buckets = (uint32_t) (exports->buckets.len / 4), at;
    uint64_t links = exports->chains.len / 4;

    if (buckets == 0)
        return false;
    at = number_at(exports->buckets, hash % buckets);
    if (at < exports->first)
        return false;
    for (uint64_t i = at - exports->first; i < links; i++) {
        uint32_t link = number_at(exports->chains, i);

        if ((link | 1) == (hash | 1))
            return true;
        if (link & 1)
            break;
    }
    return false;
}
