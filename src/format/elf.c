/* Identity, segments, sections and notes. */
#include "format/elf.h"

#include <elf.h>
#include <errno.h>

enum {
    HEADER = 64,  /* bytes of an ELF64 header */
    SEGMENT = 56, /* of a program header */
    SECTION = 64, /* of a section header */
};

static const struct str magic = STR_INIT("\177ELF");

static int read_identity(struct cursor *head, struct elf *elf)
{
    unsigned class, data;

    if (!str_eq(cursor_take(head, magic.len), magic))
        return -EBADMSG;
    class = (unsigned) cursor_le(head, 1);
    data = (unsigned) cursor_le(head, 1);
    if ((class != ELFCLASS32 && class != ELFCLASS64) ||
        (data != ELFDATA2LSB && data != ELFDATA2MSB))
        return -EBADMSG;
    elf->bits = class == ELFCLASS64 ? 64 : 32;
    elf->big_endian = head->big_endian = data == ELFDATA2MSB;
    cursor_seek(head, EI_NIDENT);
    elf->type = (uint16_t) cursor_uint(head, 2);
    elf->machine = (uint16_t) cursor_uint(head, 2);
    return head->failed ? -ENODATA : 0;
}

static int read_segments(struct elf *elf, uint64_t offset, unsigned size, unsigned count)
{
    struct str table;
    struct cursor cursor;
    int err;

    if (count == 0)
        return 0;
    if (size != SEGMENT)
        return -EBADMSG;
    if (count > ELF_SEGMENTS)
        return -E2BIG;
    err = window_read(elf->window, elf->arena, offset, (uint64_t) count * SEGMENT, &table);
    if (err)
        return err;
    elf->segments = arena_array(elf->arena, count, sizeof(*elf->segments));
    elf->segment_count = count;
    cursor = cursor_of(table);
    for (unsigned i = 0; i < count; i++) {
        struct elf_segment *segment = &elf->segments[i];

        segment->type = (uint32_t) cursor_le(&cursor, 4);
        segment->flags = (uint32_t) cursor_le(&cursor, 4);
        segment->offset = cursor_le(&cursor, 8);
        segment->address = cursor_le(&cursor, 8);
        cursor_skip(&cursor, 8); /* physical address */
        segment->file_size = cursor_le(&cursor, 8);
        cursor_skip(&cursor, 16); /* size in memory, alignment */
    }
    return 0;
}

static int read_interp(struct elf *elf)
{
    for (size_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];

        if (segment->type == PT_INTERP)
            return window_text(elf->window, elf->arena, segment->offset, segment->file_size,
                               &elf->interp);
    }
    return 0;
}

int elf_open(const struct window *window, struct arena *arena, struct elf *ret)
{
    struct elf elf = { .window = window, .arena = arena };
    char buf[HEADER];
    struct cursor head;
    uint64_t segments_at;
    unsigned size, count;
    /* The smallest header, of ELF32, has 52 bytes; its identity ends before that. */
    int err = window_cursor(window, 0, buf, window->size < HEADER ? 20 : HEADER, &head);

    if (err == 0)
        err = read_identity(&head, &elf);
    if (err)
        return err;
    if (elf.bits == 32 || elf.big_endian) {
        *ret = elf;
        return 0;
    }

    cursor_skip(&head, 12); /* format version, entry point */
    segments_at = cursor_le(&head, 8);
    elf.sections_at = cursor_le(&head, 8);
    cursor_skip(&head, 6); /* flags, size of this header */
    size = (unsigned) cursor_le(&head, 2);
    count = (unsigned) cursor_le(&head, 2);
    if (cursor_le(&head, 2) != SECTION)
        elf.sections_at = 0;
    elf.section_count = (uint16_t) cursor_le(&head, 2);
    elf.section_names = (uint16_t) cursor_le(&head, 2);
    if (head.failed)
        return -ENODATA;
    err = read_segments(&elf, segments_at, size, count);
    if (err == 0)
        err = read_interp(&elf);
    if (err == 0)
        *ret = elf;
    return err;
}

int elf_offset(const struct elf *elf, uint64_t address, uint64_t *ret_offset, uint64_t *ret_room)
{
    for (size_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        uint64_t into = address - segment->address;

        if (segment->type != PT_LOAD || address < segment->address || into >= segment->file_size)
            continue;
        if (segment->offset > UINT64_MAX - into)
            return -EBADMSG;
        *ret_offset = segment->offset + into;
        *ret_room = segment->file_size - into;
        return 0;
    }
    return -EBADMSG;
}

static void read_section(struct cursor *cursor, struct elf_section *section, uint32_t *ret_name)
{
    *ret_name = (uint32_t) cursor_le(cursor, 4);
    section->type = (uint32_t) cursor_le(cursor, 4);
    cursor_skip(cursor, 8); /* flags */
    section->address = cursor_le(cursor, 8);
    section->offset = cursor_le(cursor, 8);
    section->size = cursor_le(cursor, 8);
    section->link = (uint32_t) cursor_le(cursor, 4);
    cursor_skip(cursor, 20); /* info, alignment, size of an entry */
}

/* Numbers that do not fit the header stand in the first, otherwise empty, section. */
static int count_sections(const struct elf *elf, uint64_t *ret_count, uint32_t *ret_names)
{
    char buf[SECTION];
    struct cursor cursor;
    struct elf_section first;
    uint32_t name;
    int err;

    if (elf->bits == 32 || elf->big_endian)
        return -ENOTSUP;
    if (elf->sections_at == 0)
        return -ENOENT;
    err = window_cursor(elf->window, elf->sections_at, buf, SECTION, &cursor);
    if (err)
        return err;
    read_section(&cursor, &first, &name);
    *ret_count = elf->section_count ? elf->section_count : first.size;
    *ret_names = elf->section_names == SHN_XINDEX ? first.link : elf->section_names;
    if (*ret_count > ELF_SECTIONS)
        return -E2BIG;
    return *ret_names < *ret_count ? 0 : -EBADMSG;
}

int elf_sections(const struct elf *elf, struct elf_section **ret, size_t *ret_count)
{
    struct elf_section *sections;
    struct str table, names;
    struct cursor cursor;
    uint64_t count;
    uint32_t names_index, *name;
    int err = count_sections(elf, &count, &names_index);

    if (err == 0)
        err = window_read(elf->window, elf->arena, elf->sections_at, count * SECTION, &table);
    if (err)
        return err;
    sections = arena_array(elf->arena, (size_t) count, sizeof(*sections));
    name = arena_array(elf->arena, (size_t) count, sizeof(*name));
    cursor = cursor_of(table);
    for (size_t i = 0; i < count; i++)
        read_section(&cursor, &sections[i], &name[i]);
    err = window_read(elf->window, elf->arena, sections[names_index].offset,
                      sections[names_index].size, &names);
    for (size_t i = 0; i < count && err == 0; i++)
        err = bytes_text(names, name[i], &sections[i].name);
    if (err)
        return err;
    *ret = sections;
    *ret_count = (size_t) count;
    return 0;
}

const struct elf_section *elf_section(const struct elf_section *sections, size_t count,
                                      const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eqz(sections[i].name, name))
            return &sections[i];
    return NULL;
}

/* The payload of the first GNU note of that kind in one segment. */
static int find_note(struct str notes, uint32_t kind, struct str *ret)
{
    struct cursor cursor = cursor_of(notes);

    while (cursor_left(&cursor) >= 12) {
        uint64_t name_size = cursor_le(&cursor, 4);
        uint64_t size = cursor_le(&cursor, 4);
        uint64_t type = cursor_le(&cursor, 4);
        struct str name = cursor_take(&cursor, name_size), payload;

        cursor_align(&cursor, 4);
        payload = cursor_take(&cursor, size);
        if (cursor.failed)
            break;
        if (type == kind && str_eq(name, STR("GNU\0"))) {
            *ret = payload;
            return 0;
        }
        cursor_align(&cursor, 4);
    }
    return -ENOENT;
}

static int gnu_note(const struct elf *elf, uint32_t kind, struct str *ret)
{
    int err = -ENOENT;

    if (elf->bits == 32 || elf->big_endian)
        return -ENOTSUP;
    for (size_t i = 0; i < elf->segment_count && err == -ENOENT; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        uint64_t size = segment->file_size < ELF_NOTES ? segment->file_size : ELF_NOTES;
        struct str notes;

        if (segment->type != PT_NOTE)
            continue;
        err = window_read(elf->window, elf->arena, segment->offset, size, &notes);
        if (err == 0)
            err = find_note(notes, kind, ret);
    }
    return err;
}

int elf_build_id(const struct elf *elf, struct str *ret)
{
    return gnu_note(elf, NT_GNU_BUILD_ID, ret);
}

int elf_abi_tag(const struct elf *elf, struct elf_abi_tag *ret)
{
    struct elf_abi_tag tag;
    struct cursor cursor;
    struct str note;
    int err = gnu_note(elf, NT_GNU_ABI_TAG, &note);

    if (err)
        return err;
    cursor = cursor_of(note);
    tag.os = (uint32_t) cursor_le(&cursor, 4);
    tag.major = (uint32_t) cursor_le(&cursor, 4);
    tag.minor = (uint32_t) cursor_le(&cursor, 4);
    tag.patch = (uint32_t) cursor_le(&cursor, 4);
    if (cursor.failed)
        return -ENODATA;
    *ret = tag;
    return 0;
}
