/* The dynamic section and symbol versions. */
#include "format/elf.h"

#include <elf.h>
#include <errno.h>

enum { ENTRY = 16 }; /* bytes of a dynamic entry */

/* A text of the dynamic string table. */
static int dynamic_text(const struct elf *elf, const struct elf_dynamic *dynamic, uint64_t at,
                        struct str *ret)
{
    uint64_t offset, room;
    int err;

    if (at >= dynamic->strings_size || dynamic->strings > UINT64_MAX - at)
        return -EBADMSG;
    err = elf_offset(elf, dynamic->strings + at, &offset, &room);
    if (err)
        return err;
    if (room > dynamic->strings_size - at)
        room = dynamic->strings_size - at;
    return window_text(elf->window, elf->arena, offset, room, ret);
}

static int read_table(const struct elf *elf, struct str *ret)
{
    if (elf->bits == 32 || elf->big_endian)
        return -ENOTSUP;
    for (size_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];

        if (segment->type != PT_DYNAMIC)
            continue;
        if (segment->file_size > ELF_DYNAMIC * ENTRY)
            return -E2BIG;
        return window_read(elf->window, elf->arena, segment->offset, segment->file_size, ret);
    }
    return -ENOENT;
}

/* Takes the next entry; false at the end of the table. */
static bool next_entry(struct cursor *cursor, uint64_t *ret_tag, uint64_t *ret_value)
{
    *ret_tag = cursor_le(cursor, 8);
    *ret_value = cursor_le(cursor, 8);
    return !cursor->failed && *ret_tag != DT_NULL;
}

/* First pass: numbers and addresses, which the texts of the second pass need. */
static void read_numbers(struct str table, struct elf_dynamic *dynamic)
{
    struct cursor cursor = cursor_of(table);
    uint64_t tag, value;

    while (next_entry(&cursor, &tag, &value)) {
        uint64_t *const to = tag == DT_STRTAB       ? &dynamic->strings
                             : tag == DT_STRSZ      ? &dynamic->strings_size
                             : tag == DT_SYMTAB     ? &dynamic->symbols
                             : tag == DT_VERSYM     ? &dynamic->versions
                             : tag == DT_VERNEED    ? &dynamic->needs
                             : tag == DT_VERNEEDNUM ? &dynamic->need_count
                             : tag == DT_VERDEF     ? &dynamic->definitions
                             : tag == DT_VERDEFNUM  ? &dynamic->definition_count
                             : tag == DT_HASH       ? &dynamic->hash
                             : tag == DT_GNU_HASH   ? &dynamic->gnu_hash
                             : tag == DT_RELA       ? &dynamic->relocations
                             : tag == DT_RELASZ     ? &dynamic->relocations_size
                             : tag == DT_JMPREL     ? &dynamic->calls
                             : tag == DT_PLTRELSZ   ? &dynamic->calls_size
                             : tag == DT_FLAGS      ? &dynamic->flags
                             : tag == DT_FLAGS_1    ? &dynamic->flags_1
                                                    : NULL;

        if (to)
            *to = value;
        dynamic->needed_count += tag == DT_NEEDED;
    }
}

static int read_texts(const struct elf *elf, struct str table, struct elf_dynamic *dynamic)
{
    struct cursor cursor = cursor_of(table);
    struct str *needed;
    uint64_t tag, value;
    int err = 0;

    needed = dynamic->needed = arena_array(elf->arena, dynamic->needed_count, sizeof(*needed));
    while (err == 0 && next_entry(&cursor, &tag, &value)) {
        struct str *const to = tag == DT_NEEDED    ? needed++
                               : tag == DT_SONAME  ? &dynamic->soname
                               : tag == DT_RPATH   ? &dynamic->rpath
                               : tag == DT_RUNPATH ? &dynamic->runpath
                                                   : NULL;

        if (to)
            err = dynamic_text(elf, dynamic, value, to);
    }
    return err;
}

int elf_dynamic(const struct elf *elf, struct elf_dynamic *ret)
{
    struct elf_dynamic dynamic = { 0 };
    struct str table;
    int err = read_table(elf, &table);

    if (err)
        return err;
    read_numbers(table, &dynamic);
    err = read_texts(elf, table, &dynamic);
    if (err == 0)
        *ret = dynamic;
    return err;
}

/* A record of a linked list in the image, which begins at address `start`. */
static int read_record(const struct elf *elf, uint64_t start, uint64_t at, char *buf, size_t size,
                       struct cursor *ret)
{
    uint64_t offset, room;
    int err;

    if (start > UINT64_MAX - at)
        return -EBADMSG;
    err = elf_offset(elf, start + at, &offset, &room);
    if (err)
        return err;
    return window_cursor(elf->window, offset, buf, size, ret);
}

/* Both lists grow by one version at a time, up to the limit. */
struct versions {
    LIST(struct elf_version) list;
};

/* Needs of one library, whose record lies at `at`; its first version lies `*ret_next` on. */
static int add_needs(const struct elf *elf, const struct elf_dynamic *dynamic, uint64_t at,
                     struct versions *versions, uint64_t *ret_next)
{
    char buf[16];
    struct cursor cursor;
    struct str library;
    uint64_t count, name, aux;
    int err = read_record(elf, dynamic->needs, at, buf, sizeof(buf), &cursor);

    if (err)
        return err;
    cursor_skip(&cursor, 2); /* format version */
    count = cursor_le(&cursor, 2);
    name = cursor_le(&cursor, 4);
    aux = at + cursor_le(&cursor, 4);
    *ret_next = cursor_le(&cursor, 4);
    err = dynamic_text(elf, dynamic, name, &library);
    while (err == 0 && count-- > 0) {
        struct elf_version version = { .library = library };
        uint64_t next;

        if (versions->list.count == ELF_VERSIONS)
            return -E2BIG;
        err = read_record(elf, dynamic->needs, aux, buf, sizeof(buf), &cursor);
        if (err)
            return err;
        cursor_skip(&cursor, 4); /* hash */
        version.weak = cursor_le(&cursor, 2) & VER_FLG_WEAK;
        version.index = (uint16_t) cursor_le(&cursor, 2);
        name = cursor_le(&cursor, 4);
        next = cursor_le(&cursor, 4);
        err = dynamic_text(elf, dynamic, name, &version.name);
        if (err == 0)
            *LIST_ADD(elf->arena, &versions->list) = version;
        if (next == 0)
            break;
        aux += next;
    }
    return err;
}

static int add_definition(const struct elf *elf, const struct elf_dynamic *dynamic, uint64_t at,
                          struct versions *versions, uint64_t *ret_next)
{
    struct elf_version version = { 0 };
    char buf[20];
    struct cursor cursor;
    uint64_t aux;
    int err = read_record(elf, dynamic->definitions, at, buf, sizeof(buf), &cursor);

    if (err)
        return err;
    cursor_skip(&cursor, 2); /* format version */
    version.base = cursor_le(&cursor, 2) & VER_FLG_BASE;
    version.index = (uint16_t) cursor_le(&cursor, 2);
    cursor_skip(&cursor, 6); /* count of names, of which the first is its own; hash */
    aux = at + cursor_le(&cursor, 4);
    *ret_next = cursor_le(&cursor, 4);
    err = read_record(elf, dynamic->definitions, aux, buf, 8, &cursor);
    if (err == 0)
        err = dynamic_text(elf, dynamic, cursor_le(&cursor, 4), &version.name);
    if (err == 0)
        *LIST_ADD(elf->arena, &versions->list) = version;
    return err;
}

typedef int add_versions(const struct elf *elf, const struct elf_dynamic *dynamic, uint64_t at,
                         struct versions *versions, uint64_t *ret_next);

static int walk(const struct elf *elf, const struct elf_dynamic *dynamic, uint64_t count,
                add_versions *add, struct elf_version **ret, size_t *ret_count)
{
    struct versions versions = { 0 };
    uint64_t at = 0, next;

    if (count > ELF_VERSIONS)
        return -E2BIG;
    while (count-- > 0) {
        int err = add(elf, dynamic, at, &versions, &next);

        if (err)
            return err;
        if (next == 0)
            break;
        at += next;
    }
    *ret = versions.list.items;
    *ret_count = versions.list.count;
    return 0;
}

int elf_version_needs(const struct elf *elf, const struct elf_dynamic *dynamic,
                      struct elf_version **ret, size_t *ret_count)
{
    return walk(elf, dynamic, dynamic->needs ? dynamic->need_count : 0, add_needs, ret, ret_count);
}

int elf_version_definitions(const struct elf *elf, const struct elf_dynamic *dynamic,
                            struct elf_version **ret, size_t *ret_count)
{
    return walk(elf, dynamic, dynamic->definitions ? dynamic->definition_count : 0, add_definition,
                ret, ret_count);
}
