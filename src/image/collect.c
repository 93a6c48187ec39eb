#include "image/collect.h"

#include "base/bytes.h"
#include "format/window.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#define PIECE 65536u
#define WHOLE_LIMIT (8u << 20)   /* torch's RECORD is 2 MB, ld.so.cache under 1 MB */
#define SMALL 4096u              /* worth keeping whatever it is: a link may lead to it */
#define HEAD (4u << 20)          /* of a library, at least: functions that tell its version, too */
#define HEAD_UNKNOWN (16u << 20) /* of one that does not tell where its code begins */
#define SEGMENT (48u << 20)      /* read by the loader: libtorch_cpu.so's symbols take 30 MB */
#define TABLES_BEFORE 65536u     /* section names stand before the section headers */
#define PAGE 4096u               /* readers begin at a multiple of it (loader/object.h) */
#define PARTS 32
#define SEGMENTS 64
#define FATBIN_MAGIC 0xba55ed50u
#define FATBIN_HEADER 16u
#define FATBIN_ENTRY 64u
#define ENTRY_LIMIT (1u << 20)

/* --- by name ------------------------------------------------------------------------------- */

/* Files that are read whole: by the end of their path, or by a part of it. */
static const char *const whole_ends[] = {
    "/METADATA",
    "/RECORD",
    "/INSTALLER",
    "/WHEEL",
    "/direct_url.json",
    "/top_level.txt",
    "/pyvenv.cfg",
    "/os-release",
    "/ld.so.cache",
    "/ld.so.conf",
    "/passwd",
    "/group",
    "/torch/version.py",
    "/torch/__init__.py",
    "/EXTERNALLY-MANAGED",
    "/.python-version",
    "/version.json",
    "/version.txt",
    "/host_config.h",
    "/.containerenv",
    "/lib/apk/db/installed",
    "/dpkg/status",
    "/sshd_config",
    "/PKG-INFO",
    "_finder.py", /* of an editable installation */
};
static const char *const whole_parts[] = {
    "/ld.so.conf.d/",
    "/conda-meta/",
    "/etc/apt/sources.list.d/",
};

/* Its version stands among its texts: glibc's file is libc.so.6, before 2.34 a link to
 * libc-2.31.so.
 */
static bool is_libc(struct str path)
{
    struct str name = path_base(path);

    return str_eqz(name, "libc.so.6") || str_starts(name, STR("libc-2."));
}

static bool is_whole(struct str path)
{
    char with_slash[4097] = "/";
    struct str whole = { with_slash, path.len + 1 };

    if (path.len + 1 > sizeof(with_slash))
        return false;
    memcpy(with_slash + 1, path.data, path.len);
    for (size_t i = 0; i < sizeof(whole_ends) / sizeof(whole_ends[0]); i++)
        if (str_ends(whole, str_of(whole_ends[i])))
            return true;
    for (size_t i = 0; i < sizeof(whole_parts) / sizeof(whole_parts[0]); i++)
        if (str_has(whole, str_of(whole_parts[i])))
            return true;
    return str_ends(path, STR(".pth")) || str_ends(path, STR(".egg-link")) || is_libc(path);
}

static bool is_library(struct str name)
{
    return str_ends(name, STR(".so")) || str_has(name, STR(".so.")) ||
           str_starts(name, STR("ld-linux")) || str_starts(name, STR("python3"));
}

enum collected collect_what(struct str path, uint64_t size)
{
    struct str name = path_base(path);

    if (size <= SMALL)
        return COLLECT_WHOLE;
    if (is_whole(path) && size <= WHOLE_LIMIT)
        return COLLECT_WHOLE;
    return is_library(name) ? COLLECT_OBJECT : COLLECT_NOTHING;
}

/* --- parts of a file ----------------------------------------------------------------------- */

struct part {
    uint64_t from, to;
};

/* A file that passes by: which parts to keep, and where in a fat binary it is. */
struct passing {
    struct keep *keep;
    uint64_t size;
    struct part parts[PARTS]; /* sorted */
    size_t part_count;
    uint64_t container_end; /* of the container that passes; 0: outside of one */
    uint64_t entry_at;      /* its next entry's header */
};

/* Parts never touch: what two of them share would be kept twice, and found in neither. */
static void want(struct passing *passing, uint64_t from, uint64_t size)
{
    uint64_t room = size + WINDOW_TEXT; /* of the last text, whose end is not known */
    struct part part = { from - from % PAGE,
                         room < passing->size - from ? from + room : passing->size };
    size_t kept = 0, at;

    if (from >= passing->size || size == 0)
        return;
    for (size_t i = 0; i < passing->part_count; i++) {
        struct part other = passing->parts[i];

        if (other.to < part.from || other.from > part.to) {
            passing->parts[kept++] = other;
            continue;
        }
        part.from = other.from < part.from ? other.from : part.from;
        part.to = other.to > part.to ? other.to : part.to;
    }
    if (kept < PARTS) {
        for (at = kept; at > 0 && passing->parts[at - 1].from > part.from; at--)
            passing->parts[at] = passing->parts[at - 1];
        passing->parts[at] = part;
        kept++;
    }
    passing->part_count = kept;
}

struct segment {
    uint64_t type, offset, size;
    bool runs;
};

static bool read_segment(struct cursor *cursor, uint64_t at, struct segment *ret)
{
    cursor_seek(cursor, at);
    ret->type = cursor_le(cursor, 4);
    ret->runs = cursor_le(cursor, 4) & PF_X;
    ret->offset = cursor_le(cursor, 8);
    cursor_skip(cursor, 16);
    ret->size = cursor_le(cursor, 8);
    return !cursor->failed && ret->offset < UINT64_MAX - ret->size;
}

/* Where the code begins, symbols and strings have ended: linkers name that place as the entry point
 * even of a library, where one segment holds both. */
static uint64_t head_of(const struct segment *first, uint64_t entry)
{
    if (!first->runs)
        return first->size < SEGMENT ? first->size : SEGMENT;
    if (entry == 0)
        return HEAD_UNKNOWN;
    return entry < SEGMENT ? entry : SEGMENT;
}

static bool holds(const struct segment *segment, const struct segment *other)
{
    return other->offset >= segment->offset && other->offset - segment->offset < segment->size;
}

/*
 * Symbols and strings lie at the beginning of a library. Tools that write longer ones (patchelf)
 * put them into new segments at its end, together with the dynamic section or the notes.
 */
static void want_segment(struct passing *passing, const struct segment *segment,
                         const struct segment *dynamic, uint64_t entry)
{
    bool loaded = segment->type == PT_LOAD;

    if (loaded && segment->offset == 0)
        want(passing, 0, head_of(segment, entry));
    else if (loaded && !segment->runs && segment->size <= SEGMENT &&
             (holds(segment, dynamic) || segment->offset > dynamic->offset))
        want(passing, segment->offset, segment->size);
    if (segment->size <= HEAD &&
        (segment->type == PT_DYNAMIC || segment->type == PT_INTERP || segment->type == PT_NOTE))
        want(passing, segment->offset, segment->size);
}

static void want_segments(struct passing *passing, struct cursor *cursor)
{
    struct segment segments[SEGMENTS], dynamic = { .offset = UINT64_MAX };
    unsigned size, count, known = 0;
    uint64_t entry, programs;

    cursor_seek(cursor, 24);
    entry = cursor_le(cursor, 8);
    programs = cursor_le(cursor, 8);
    cursor_seek(cursor, 54);
    size = (unsigned) cursor_le(cursor, 2);
    count = (unsigned) cursor_le(cursor, 2);
    while (known < count && known < SEGMENTS &&
           read_segment(cursor, programs + (uint64_t) known * size, &segments[known])) {
        if (segments[known].type == PT_DYNAMIC)
            dynamic = segments[known];
        known++;
    }
    for (unsigned i = 0; i < known; i++)
        want_segment(passing, &segments[i], &dynamic, entry);
}

/* By the program headers; the section headers stand at the end. */
static void want_by_headers(struct passing *passing, struct str head)
{
    struct cursor cursor = cursor_of(head);
    uint64_t sections;

    if (!str_starts(head, STR("\x7f"
                              "ELF\x02\x01")))
        return;
    cursor_seek(&cursor, 40);
    sections = cursor_le(&cursor, 8);
    if (sections > TABLES_BEFORE && sections < passing->size)
        want(passing, sections - TABLES_BEFORE, HEAD);
    want_segments(passing, &cursor);
}

/* Keeps what of this piece, which begins at `offset`, lies in `part`. */
static void keep_part(struct passing *passing, struct part part, uint64_t offset, struct str piece)
{
    uint64_t from = part.from > offset ? part.from : offset;
    uint64_t to = part.to < offset + piece.len ? part.to : offset + piece.len;

    if (from < to)
        (void) keep_piece(passing->keep, from,
                          str_slice(piece, (size_t) (from - offset), (size_t) (to - offset)));
}

static bool is_kept_anyway(const struct passing *passing, uint64_t at, size_t size)
{
    for (size_t i = 0; i < passing->part_count; i++)
        if (at >= passing->parts[i].from && at + size <= passing->parts[i].to)
            return true;
    return false;
}

/* --- fat binaries -------------------------------------------------------------------------- */

/* Headers are 8-aligned; the fields are those of format/fatbin.h. */
static bool read_container(struct passing *passing, uint64_t at, struct str header)
{
    struct cursor cursor = cursor_of(header);
    uint64_t magic = cursor_le(&cursor, 4), version = cursor_le(&cursor, 2);
    uint64_t size = cursor_le(&cursor, 2), body = cursor_le(&cursor, 8);

    if (cursor.failed || magic != FATBIN_MAGIC || version != 1 || size < FATBIN_HEADER ||
        body > passing->size - at - size)
        return false;
    passing->entry_at = at + size;
    passing->container_end = at + size + body;
    return true;
}

static bool read_fat_entry(struct passing *passing, struct str header)
{
    struct cursor cursor = cursor_of(header);
    uint64_t size, payload;

    cursor_skip(&cursor, 4);
    size = cursor_le(&cursor, 4);
    payload = cursor_le(&cursor, 8);
    if (cursor.failed || size < FATBIN_ENTRY || size > ENTRY_LIMIT ||
        payload > passing->container_end - passing->entry_at)
        return false;
    passing->entry_at += size + payload;
    return true;
}

/* The next place in these bytes (from `offset` on) where a container may begin; the end, if none.
 */
static uint64_t find_container(struct str bytes, uint64_t offset, uint64_t from)
{
    static const char magic[] = { '\x50', '\xed', '\x55', '\xba' };
    uint64_t at = (from + 7) / 8 * 8;

    for (; at + FATBIN_HEADER <= offset + bytes.len; at += 8)
        if (memcmp(bytes.data + (at - offset), magic, sizeof(magic)) == 0)
            return at;
    return at;
}

static struct str header_at(struct str bytes, uint64_t offset, uint64_t at, size_t size)
{
    return str_slice(bytes, (size_t) (at - offset), (size_t) (at - offset) + size);
}

static void keep_header(struct passing *passing, uint64_t at, struct str header)
{
    if (!is_kept_anyway(passing, at, header.len))
        (void) keep_piece(passing->keep, at, header);
}

/*
 * Keeps the headers of fat binaries in these bytes, which begin at `offset` of the file. Returns
 * from where on the bytes are wanted again, with what follows: a header may be cut in two.
 */
static uint64_t scan(struct passing *passing, uint64_t offset, struct str bytes)
{
    uint64_t end = offset + bytes.len, at = offset;

    for (;;) {
        struct str header;

        if (passing->container_end) {
            at = passing->entry_at > at ? passing->entry_at : at;
            if (at >= passing->container_end) {
                passing->container_end = 0;
                continue;
            }
            if (at + FATBIN_ENTRY > end)
                return at;
            header = header_at(bytes, offset, at, FATBIN_ENTRY);
            keep_header(passing, at, header);
            if (!read_fat_entry(passing, header))
                passing->container_end = 0;
            continue;
        }
        at = find_container(bytes, offset, at);
        if (at + FATBIN_HEADER > end)
            return at;
        header = header_at(bytes, offset, at, FATBIN_HEADER);
        if (read_container(passing, at, header))
            keep_header(passing, at, header);
        else
            at += 8;
    }
}

/* --- a file -------------------------------------------------------------------------------- */

int collect_file(struct stream *stream, struct keep *keep, enum collected what, uint64_t size,
                 uint32_t *ret_number)
{
    struct passing passing = { .keep = keep, .size = size };
    char buffer[PIECE + FATBIN_ENTRY];
    size_t carried = 0; /* bytes at the buffer's start that are looked at again */

    *ret_number = keep_begin(keep, size);
    want(&passing, 0, what == COLLECT_WHOLE ? size : HEAD);
    for (uint64_t at = 0; at < size;) {
        size_t wanted = size - at < PIECE ? (size_t) (size - at) : PIECE;
        ssize_t got = stream_read(stream, buffer + carried, wanted);
        struct str fresh = { buffer + carried, wanted };
        uint64_t again, end = at + wanted;

        if (got < 0)
            return (int) got;
        if ((size_t) got < wanted)
            return -EBADMSG;
        if (at == 0 && what != COLLECT_WHOLE)
            want_by_headers(&passing, fresh);
        for (size_t i = 0; i < passing.part_count; i++)
            keep_part(&passing, passing.parts[i], at, fresh);
        if (what != COLLECT_WHOLE) {
            again = scan(&passing, at - carried, (struct str){ buffer, carried + wanted });
            carried = again < end ? (size_t) (end - again) : 0;
            memmove(buffer, fresh.data + wanted - carried, carried);
        }
        at = end;
    }
    return 0;
}
