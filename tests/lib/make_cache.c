#include "lib/make_cache.h"

#include "lib/make_elf.h"
#include "lib/put.h"

#include <errno.h>

#define CACHE_LIMIT ((size_t) 1 << 20)
#define HEADER_SIZE 48
#define ENTRY_SIZE 24
#define FLAG_LITTLE_ENDIAN 2
/* FLAG_ELF_LIBC6 (3) with FLAG_X8664_LIB64 or FLAG_AARCH64_LIB64. */
#define KIND_X86_64 0x0303
#define KIND_AARCH64 0x0a03

struct library {
    struct str name, path;
};

static bool is_digit(struct str s, size_t at)
{
    return at < s.len && s.data[at] >= '0' && s.data[at] <= '9';
}

static uint64_t number(struct str s, size_t *at)
{
    uint64_t value = 0;

    for (; is_digit(s, *at); (*at)++)
        value = value * 10 + (uint64_t) (s.data[*at] - '0');
    return value;
}

/* glibc's _dl_cache_libcmp(): numbers count as numbers, and are greater than any other byte. */
static int compare(struct str a, struct str b)
{
    size_t i = 0, j = 0;

    while (i < a.len && j < b.len) {
        if (is_digit(a, i) != is_digit(b, j))
            return is_digit(a, i) ? 1 : -1;
        if (is_digit(a, i)) {
            uint64_t left = number(a, &i), right = number(b, &j);

            if (left != right)
                return left < right ? -1 : 1;
        } else if (a.data[i] != b.data[j]) {
            return (unsigned char) a.data[i] < (unsigned char) b.data[j] ? -1 : 1;
        } else {
            i++;
            j++;
        }
    }
    return (i < a.len) - (j < b.len);
}

/* Greatest first, as the loader's binary search expects. */
static int by_name(const void *a, const void *b)
{
    return compare(((const struct library *) b)->name, ((const struct library *) a)->name);
}

static bool read_line(struct str line, struct library *ret)
{
    size_t arrow = str_find(line, STR(" => "));

    if (arrow == STR_NONE)
        return false;
    ret->name = str_trim(str_slice(line, 0, arrow));
    ret->path = str_trim(str_from(line, arrow + 4));
    return ret->name.len && ret->path.len;
}

static struct str finish(struct arena *arena, const struct buf *entries, const struct buf *strings,
                         size_t count)
{
    struct buf file = buf_new(arena, CACHE_LIMIT);

    buf_addz(&file, "glibc-ld.so.cache1.1");
    put(&file, count, 4);
    put(&file, strings->len, 4);
    put(&file, FLAG_LITTLE_ENDIAN, 4);
    put(&file, 0, 4); /* no extensions */
    buf_repeat(&file, '\0', 12);
    buf_add(&file, buf_str(entries));
    buf_add(&file, buf_str(strings));
    return buf_str(&file);
}

int make_cache(struct arena *arena, unsigned machine, struct str lines, struct str *ret)
{
    struct buf entries = buf_new(arena, CACHE_LIMIT), strings = buf_new(arena, CACHE_LIMIT);
    LIST(struct library) list = { 0 };
    struct str line;
    size_t base;

    while (str_next_line(&lines, &line)) {
        struct library library;

        *ret = line;
        if (!read_line(line, &library))
            return -EBADMSG;
        *LIST_ADD(arena, &list) = library;
    }
    if (list.count)
        qsort(list.items, list.count, sizeof(*list.items), by_name);
    base = HEADER_SIZE + list.count * ENTRY_SIZE;
    for (size_t i = 0; i < list.count; i++) {
        put(&entries, machine == ELF_AARCH64 ? KIND_AARCH64 : KIND_X86_64, 4);
        put(&entries, base + strings.len, 4);
        buf_add(&strings, list.items[i].name);
        buf_add_char(&strings, '\0');
        put(&entries, base + strings.len, 4);
        buf_add(&strings, list.items[i].path);
        buf_add_char(&strings, '\0');
        put(&entries, 0, 4); /* oldest kernel */
        put(&entries, 0, 8); /* hwcap */
    }
    *ret = finish(arena, &entries, &strings, list.count);
    return 0;
}
