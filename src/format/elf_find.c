/* One dynamic symbol by its name, without reading the others. */
#include "format/elf.h"

#include <elf.h>
#include <errno.h>

enum {
    CHAIN = 512, /* symbols of one bucket that are looked at */
};

/* Where the parts of a GNU hash table lie in the file. */
struct table {
    uint64_t buckets, chains; /* offsets */
    uint32_t bucket_count, first;
};

/* The hash function of glibc's dl_new_hash(). */
static uint32_t hash_of(struct str name)
{
    uint32_t hash = 5381;

    for (size_t i = 0; i < name.len; i++)
        hash = hash * 33 + (unsigned char) name.data[i];
    return hash;
}

static int read_table(const struct elf *elf, uint64_t address, struct table *ret)
{
    char buf[16];
    struct cursor cursor;
    uint64_t offset, room, filter;
    int r = elf_offset(elf, address, &offset, &room);

    if (r == 0)
        r = window_cursor(elf->window, offset, buf, sizeof(buf), &cursor);
    if (r < 0)
        return r;
    ret->bucket_count = (uint32_t) cursor_le(&cursor, 4);
    ret->first = (uint32_t) cursor_le(&cursor, 4);
    filter = cursor_le(&cursor, 4) * 8;
    if (ret->bucket_count == 0 || ret->bucket_count > ELF_SYMBOLS)
        return -EBADMSG;
    ret->buckets = offset + sizeof(buf) + filter;
    ret->chains = ret->buckets + (uint64_t) ret->bucket_count * 4;
    return 0;
}

static int read_number(const struct elf *elf, uint64_t offset, uint32_t *ret)
{
    char buf[4];
    struct cursor cursor;
    int r = window_cursor(elf->window, offset, buf, sizeof(buf), &cursor);

    if (r == 0)
        *ret = (uint32_t) cursor_le(&cursor, 4);
    return r;
}

static int read_symbol(const struct elf *elf, const struct elf_dynamic *dynamic, uint32_t index,
                       struct elf_symbol *ret)
{
    struct elf_symbol symbol;
    char buf[ELF_SYMBOL_SIZE];
    struct cursor cursor;
    uint64_t offset, room, name;
    int r = elf_offset(elf, dynamic->symbols, &offset, &room);

    if (r == 0 && room / ELF_SYMBOL_SIZE <= index)
        r = -EBADMSG;
    if (r == 0)
        r = window_cursor(elf->window, offset + (uint64_t) index * ELF_SYMBOL_SIZE, buf,
                          ELF_SYMBOL_SIZE, &cursor);
    if (r < 0)
        return r;
    symbol = elf_symbol_decode(&cursor, &name);
    r = elf_offset(elf, dynamic->strings, &offset, &room);
    if (r == 0 && name >= room)
        r = -EBADMSG;
    if (r == 0)
        r = window_text(elf->window, elf->arena, offset + name, room - name, &symbol.name);
    if (r == 0)
        *ret = symbol;
    return r;
}

int elf_symbol_find(const struct elf *elf, const struct elf_dynamic *dynamic, struct str name,
                    struct elf_symbol *ret)
{
    uint32_t hash = hash_of(name), index = 0, entry = 0;
    struct table table;
    int r = dynamic->gnu_hash ? read_table(elf, dynamic->gnu_hash, &table) : -ENOENT;

    if (r == 0)
        r = read_number(elf, table.buckets + (uint64_t) (hash % table.bucket_count) * 4, &index);
    if (r < 0)
        return r;
    if (index < table.first) /* an empty bucket */
        return -ENOENT;
    for (unsigned i = 0; i < CHAIN && !(entry & 1); i++, index++) {
        struct elf_symbol symbol = { 0 };

        r = read_number(elf, table.chains + (uint64_t) (index - table.first) * 4, &entry);
        if (r == 0 && (entry | 1) != (hash | 1))
            continue;
        if (r == 0)
            r = read_symbol(elf, dynamic, index, &symbol);
        if (r < 0)
            return r;
        if (symbol.defined && str_eq(symbol.name, name)) {
            *ret = symbol;
            return 0;
        }
    }
    return entry & 1 ? -ENOENT : -E2BIG;
}
