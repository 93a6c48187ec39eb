#include "format/ld_cache.h"

#include "base/bytes.h"

#include <errno.h>

enum {
    HEADER = 48, /* bytes of the new header */
    ENTRY = 24,
    OLD_HEADER = 16,
    OLD_ENTRY = 12,
    BIG_ENDIAN_FILE = 3,
    HWCAP_SECTION = 1,
    SECTIONS = 64, /* sections of the extension that are looked at */
};

static const struct str magic = STR_INIT("glibc-ld.so.cache1.1");
static const struct str old_magic = STR_INIT("ld.so-1.7.0");
static const uint32_t extension_magic = 0xeaa42174;

/* The extension holds the names of hwcap subfolders, among others. Its offsets count from the start
 * of the file, even where that is in the old format; those of texts from the new header. */
static int read_extension(struct ld_cache *cache, struct str file, uint64_t at)
{
    struct cursor cursor = cursor_of(file);
    uint64_t count;

    cursor_seek(&cursor, at);
    if (cursor_le(&cursor, 4) != extension_magic)
        return cursor.failed ? -ENODATA : -EBADMSG;
    count = cursor_le(&cursor, 4);
    if (count > SECTIONS)
        return -E2BIG;
    while (count-- > 0) {
        uint64_t tag = cursor_le(&cursor, 4), offset, size;

        cursor_skip(&cursor, 4); /* flags */
        offset = cursor_le(&cursor, 4);
        size = cursor_le(&cursor, 4);
        if (tag == HWCAP_SECTION) {
            struct cursor section = cursor_in(file, offset, size);

            cache->hwcaps = cursor_take(&section, size);
            cursor.failed = cursor.failed || section.failed;
        }
    }
    return cursor.failed ? -ENODATA : 0;
}

/* `bytes` is what follows the old format in `file`, or all of it. */
static int open_new(struct str bytes, struct str file, struct ld_cache *ret)
{
    struct ld_cache cache = { .bytes = bytes };
    struct cursor cursor = cursor_of(bytes);
    uint64_t extension, flags;

    cursor_skip(&cursor, magic.len);
    cache.count = (uint32_t) cursor_le(&cursor, 4);
    cursor_skip(&cursor, 4); /* size of the strings */
    flags = cursor_le(&cursor, 1);
    cursor_skip(&cursor, 3);
    extension = cursor_le(&cursor, 4);
    cursor_seek(&cursor, HEADER);
    if ((flags & 3) == BIG_ENDIAN_FILE)
        return -ENOTSUP;
    if (cache.count > LD_CACHE_ENTRIES)
        return -E2BIG;
    cache.entries = cursor_take(&cursor, (uint64_t) cache.count * ENTRY);
    if (cursor.failed)
        return -ENODATA;
    if (extension) {
        int err = read_extension(&cache, file, extension);

        if (err)
            return err;
    }
    *ret = cache;
    return 0;
}

int ld_cache_open(struct str bytes, struct ld_cache *ret)
{
    struct ld_cache cache = { .is_old = true };
    struct cursor cursor = cursor_of(bytes);

    if (str_starts(bytes, magic))
        return open_new(bytes, bytes, ret);
    if (!str_starts(bytes, old_magic))
        return bytes.len < magic.len ? -ENODATA : -EBADMSG;
    cursor_seek(&cursor, OLD_HEADER - 4);
    cache.count = (uint32_t) cursor_le(&cursor, 4);
    if (cache.count > LD_CACHE_ENTRIES)
        return -E2BIG;
    cache.entries = cursor_take(&cursor, (uint64_t) cache.count * OLD_ENTRY);
    if (cursor.failed)
        return -ENODATA;
    cache.bytes = str_from(bytes, cursor.at);
    cursor_align(&cursor, 8);
    if (!cursor.failed && str_starts(str_from(bytes, cursor.at), magic))
        return open_new(str_from(bytes, cursor.at), bytes, ret);
    *ret = cache;
    return 0;
}

/* Bit 62 says that the low half is an index of the extension's list; bits 32 to 41 are a level. */
static int find_subdir(const struct ld_cache *cache, uint64_t hwcap, struct str *ret)
{
    struct cursor cursor = cursor_of(cache->hwcaps);
    uint64_t offset;

    if ((hwcap >> 32 & ~UINT64_C(0x3ff)) != UINT64_C(1) << 30)
        return 0;
    cursor_seek(&cursor, (hwcap & UINT32_MAX) * 4);
    offset = cursor_le(&cursor, 4);
    return cursor.failed ? -EBADMSG : bytes_text(cache->bytes, offset, ret);
}

int ld_cache_entry(const struct ld_cache *cache, uint32_t index, struct ld_cache_entry *ret)
{
    struct ld_cache_entry entry = { 0 };
    unsigned size = cache->is_old ? OLD_ENTRY : ENTRY;
    struct cursor cursor = cursor_in(cache->entries, (uint64_t) index * size, size);
    uint64_t soname, path;
    int err;

    entry.flags = (uint32_t) cursor_le(&cursor, 4);
    soname = cursor_le(&cursor, 4);
    path = cursor_le(&cursor, 4);
    if (!cache->is_old) {
        cursor_skip(&cursor, 4); /* oldest kernel, no longer used */
        entry.hwcap = cursor_le(&cursor, 8);
    }
    if (cursor.failed)
        return -ENODATA;
    err = bytes_text(cache->bytes, soname, &entry.soname);
    if (err == 0)
        err = bytes_text(cache->bytes, path, &entry.path);
    if (err == 0)
        err = find_subdir(cache, entry.hwcap, &entry.subdir);
    if (err)
        return -EBADMSG;
    *ret = entry;
    return 0;
}

bool ld_conf_next(struct str *rest, struct ld_conf_line *ret)
{
    struct str line, word, behind;

    while (str_next_line(rest, &line)) {
        (void) str_cut(line, '#', &line, &behind);
        line = behind = str_trim(line);
        if (!str_next_word(&behind, &word))
            continue;
        *ret = (struct ld_conf_line){ LD_CONF_DIRECTORY, line };
        if (str_eqz(word, "include"))
            *ret = (struct ld_conf_line){ LD_CONF_INCLUDE, str_trim(behind) };
        else if (str_eqz(word, "hwcap"))
            *ret = (struct ld_conf_line){ LD_CONF_HWCAP, str_trim(behind) };
        return true;
    }
    return false;
}
