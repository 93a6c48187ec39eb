/* The dynamic symbols and how many there are. */
#include "format/elf.h"

#include <elf.h>
#include <errno.h>

enum {
    PIECE = 4096,  /* symbols read at once */
    CHAINS = 1024, /* hash chain entries read at once */
};

struct elf_symbol elf_symbol_decode(struct cursor *cursor, uint64_t *ret_name)
{
    struct elf_symbol symbol = { 0 };
    unsigned info;

    *ret_name = cursor_le(cursor, 4);
    info = (unsigned) cursor_le(cursor, 1);
    cursor_skip(cursor, 1); /* visibility */
    symbol.binding = info >> 4;
    symbol.type = info & 15;
    symbol.defined = cursor_le(cursor, 2) != SHN_UNDEF;
    symbol.value = cursor_le(cursor, 8);
    symbol.size = cursor_le(cursor, 8);
    return symbol;
}

/* One past the last symbol of the chain that begins with symbol `at`. */
static int chain_end(const struct window *window, uint64_t chains, uint64_t room, uint64_t first,
                     uint32_t at, uint32_t *ret)
{
    char buf[CHAINS * 4];

    for (uint64_t n = at - first; n < ELF_SYMBOLS;) {
        uint64_t left = room / 4 > n ? room / 4 - n : 0;
        struct cursor cursor;
        int err;

        if (left == 0)
            return -EBADMSG;
        if (left > CHAINS)
            left = CHAINS;
        err = window_cursor(window, chains + n * 4, buf, (size_t) left * 4, &cursor);
        if (err)
            return err;
        for (; left > 0; left--, n++) {
            if (cursor_le(&cursor, 4) & 1) {
                *ret = (uint32_t) (first + n + 1);
                return 0;
            }
        }
    }
    return -E2BIG;
}

/*
 * The GNU hash table does not say how many symbols there are: the last symbol is the end of the
 * chain that begins furthest back. Layout:
 * https://sourceware.org/legacy-ml/binutils/2006-10/msg00377.html
 */
static int count_gnu_hash(const struct elf *elf, uint64_t address, uint32_t *ret)
{
    char buf[16];
    struct cursor cursor;
    struct str table;
    uint64_t offset, room, buckets, first, before;
    uint32_t last = 0;
    int err = elf_offset(elf, address, &offset, &room);

    if (err == 0)
        err = window_cursor(elf->window, offset, buf, sizeof(buf), &cursor);
    if (err)
        return err;
    buckets = cursor_le(&cursor, 4);
    first = cursor_le(&cursor, 4);
    before = 16 + cursor_le(&cursor, 4) * 8; /* the Bloom filter stands between */
    if (buckets > ELF_SYMBOLS || first > ELF_SYMBOLS)
        return -E2BIG;
    if (before > room || buckets * 4 > room - before)
        return -EBADMSG;
    err = window_read(elf->window, elf->arena, offset + before, buckets * 4, &table);
    if (err)
        return err;
    cursor = cursor_of(table);
    for (uint64_t i = 0; i < buckets; i++) {
        uint32_t bucket = (uint32_t) cursor_le(&cursor, 4);

        last = bucket > last ? bucket : last;
    }
    if (last < first) { /* nothing is exported: only what stands before the hashed ones */
        *ret = (uint32_t) first;
        return 0;
    }
    before += buckets * 4;
    return chain_end(elf->window, offset + before, room - before, first, last, ret);
}

static int count_hash(const struct elf *elf, uint64_t address, uint32_t *ret)
{
    char buf[8];
    struct cursor cursor;
    uint64_t offset, room;
    int err = elf_offset(elf, address, &offset, &room);

    if (err == 0)
        err = window_cursor(elf->window, offset, buf, sizeof(buf), &cursor);
    if (err)
        return err;
    cursor_skip(&cursor, 4); /* buckets */
    *ret = (uint32_t) cursor_le(&cursor, 4);
    return *ret > ELF_SYMBOLS ? -E2BIG : 0;
}

int elf_symbol_count(const struct elf *elf, const struct elf_dynamic *dynamic, uint32_t *ret)
{
    uint32_t count;
    int err;

    if (dynamic->hash)
        err = count_hash(elf, dynamic->hash, &count);
    else if (dynamic->gnu_hash)
        err = count_gnu_hash(elf, dynamic->gnu_hash, &count);
    else
        return -ENOENT;
    if (err == 0)
        *ret = count;
    return err;
}

int elf_symbols(const struct elf *elf, const struct elf_dynamic *dynamic, struct elf_symbols *ret)
{
    struct elf_symbols symbols = { .elf = elf, .next = 1 };
    uint64_t strings_at, room;
    int err = elf_symbol_count(elf, dynamic, &symbols.count);

    if (err == 0)
        err = elf_offset(elf, dynamic->symbols, &symbols.symbols_at, &room);
    if (err == 0 && room / ELF_SYMBOL_SIZE < symbols.count)
        err = -EBADMSG;
    if (err == 0 && dynamic->versions)
        err = elf_offset(elf, dynamic->versions, &symbols.versions_at, &room);
    if (err == 0 && dynamic->versions && room / 2 < symbols.count)
        err = -EBADMSG;
    if (err == 0)
        err = elf_offset(elf, dynamic->strings, &strings_at, &room);
    if (err == 0)
        err = window_read(elf->window, elf->arena, strings_at, dynamic->strings_size,
                          &symbols.strings);
    if (err == 0)
        err = elf_version_needs(elf, dynamic, &symbols.needs, &symbols.need_count);
    if (err == 0)
        err =
            elf_version_definitions(elf, dynamic, &symbols.definitions, &symbols.definition_count);
    if (err)
        return err;
    symbols.piece_room = symbols.count < PIECE ? symbols.count : PIECE;
    symbols.piece = arena_array(elf->arena, symbols.piece_room, ELF_SYMBOL_SIZE + 2);
    *ret = symbols;
    return 0;
}

static int load_piece(struct elf_symbols *symbols)
{
    const struct window *window = symbols->elf->window;
    uint32_t from = symbols->next, left = symbols->count - from;
    uint32_t len = left < symbols->piece_room ? left : symbols->piece_room;
    char *versions = &symbols->piece[(size_t) symbols->piece_room * ELF_SYMBOL_SIZE];
    struct cursor cursor;
    int err = window_cursor(window, symbols->symbols_at + (uint64_t) from * ELF_SYMBOL_SIZE,
                            symbols->piece, (size_t) len * ELF_SYMBOL_SIZE, &cursor);

    if (err == 0 && symbols->versions_at)
        err = window_cursor(window, symbols->versions_at + (uint64_t) from * 2, versions,
                            (size_t) len * 2, &cursor);
    if (err)
        return err;
    symbols->piece_from = from;
    symbols->piece_len = len;
    return 0;
}

/* Needs and definitions share one numbering; 0 and 1 mean "local" and "without version". */
static const struct elf_version *find_version(const struct elf_symbols *symbols, unsigned index)
{
    if (index < 2)
        return NULL;
    for (size_t i = 0; i < symbols->definition_count; i++)
        if (symbols->definitions[i].index == index)
            return &symbols->definitions[i];
    for (size_t i = 0; i < symbols->need_count; i++)
        if (symbols->needs[i].index == index)
            return &symbols->needs[i];
    return NULL;
}

int elf_symbol_next(struct elf_symbols *symbols, struct elf_symbol *ret)
{
    struct elf_symbol symbol;
    struct str piece = { symbols->piece, (size_t) symbols->piece_room * (ELF_SYMBOL_SIZE + 2) };
    struct cursor cursor;
    uint64_t name, at;
    int err;

    if (symbols->next >= symbols->count)
        return 0;
    if (symbols->next - symbols->piece_from >= symbols->piece_len) {
        err = load_piece(symbols);
        if (err)
            return err;
    }
    at = symbols->next - symbols->piece_from;
    cursor = cursor_in(piece, at * ELF_SYMBOL_SIZE, ELF_SYMBOL_SIZE);
    symbol = elf_symbol_decode(&cursor, &name);
    err = bytes_text(symbols->strings, name, &symbol.name);
    if (err)
        return -EBADMSG;
    if (symbols->versions_at) {
        unsigned version;

        cursor = cursor_in(piece, (uint64_t) symbols->piece_room * ELF_SYMBOL_SIZE + at * 2, 2);
        version = (unsigned) cursor_le(&cursor, 2);
        symbol.hidden = symbol.defined && (version & 0x8000);
        symbol.version = find_version(symbols, version & 0x7fff);
    }
    symbol.index = symbols->next++;
    *ret = symbol;
    return 1;
}
