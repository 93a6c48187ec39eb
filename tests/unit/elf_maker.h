/*
 * elf_maker: small shared libraries for the tests of the loader: a header, one segment that holds
 * everything, and a dynamic section.
 */
#ifndef GPUVET_TESTS_ELF_MAKER_H
#define GPUVET_TESTS_ELF_MAKER_H

#include "base/buf.h"

struct elf_recipe {
    const char *needs; /* names, divided by blanks; NULL: none */
    const char *soname, *rpath, *runpath, *interp;
    unsigned machine; /* 0: x86-64 */
};

static void put(struct buf *buf, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        buf_add_char(buf, (char) (i < 8 ? value >> 8 * i & 255 : 0));
}

/* Adds a text; gives its offset. */
static uint64_t put_text(struct buf *strings, struct str text)
{
    uint64_t at = strings->len;

    buf_add(strings, text);
    buf_add_char(strings, '\0');
    return at;
}

static void put_dynamic(struct buf *dynamic, uint64_t tag, uint64_t value)
{
    put(dynamic, tag, 8);
    put(dynamic, value, 8);
}

static void put_named(struct buf *dynamic, struct buf *strings, uint64_t tag, const char *text)
{
    if (text)
        put_dynamic(dynamic, tag, put_text(strings, str_of(text)));
}

static void put_segment(struct buf *file, unsigned type, uint64_t offset, uint64_t size)
{
    put(file, type, 4);
    put(file, 5, 4);
    put(file, offset, 8);
    put(file, offset, 8);
    put(file, offset, 8);
    put(file, size, 8);
    put(file, size, 8);
    put(file, 8, 8);
}

static struct str make_elf(struct arena *arena, const struct elf_recipe *recipe)
{
    enum { HEAD = 64, SEGMENT = 56, SEGMENTS = 3 };
    struct buf strings = buf_new(arena, 4096), dynamic = buf_new(arena, 4096);
    struct buf file = buf_new(arena, 16384);
    struct str rest = str_of(recipe->needs), word;
    uint64_t start = HEAD + SEGMENT * SEGMENTS, interp, dynamic_size, strings_at;

    buf_add_char(&strings, '\0');
    while (str_next_word(&rest, &word))
        put_dynamic(&dynamic, 1, put_text(&strings, word));
    put_named(&dynamic, &strings, 14, recipe->soname);
    put_named(&dynamic, &strings, 15, recipe->rpath);
    put_named(&dynamic, &strings, 29, recipe->runpath);
    interp = recipe->interp ? put_text(&strings, str_of(recipe->interp)) : 0;
    dynamic_size = dynamic.len + 3 * 16; /* with the three that follow */
    strings_at = start + dynamic_size;
    put_dynamic(&dynamic, 5, strings_at);
    put_dynamic(&dynamic, 10, strings.len);
    put_dynamic(&dynamic, 0, 0);

    buf_add(&file, (struct str){ "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16 });
    put(&file, 3, 2);
    put(&file, recipe->machine ? recipe->machine : 62, 2);
    put(&file, 1, 4);
    put(&file, 0, 8);
    put(&file, HEAD, 8);
    put(&file, 0, 8 + 4);
    put(&file, HEAD, 2);
    put(&file, SEGMENT, 2);
    put(&file, SEGMENTS, 2);
    put(&file, 64, 2);
    put(&file, 0, 4);
    put_segment(&file, 1, 0, strings_at + strings.len);
    put_segment(&file, 2, start, dynamic_size);
    if (recipe->interp)
        put_segment(&file, 3, strings_at + interp, strlen(recipe->interp) + 1);
    else
        put_segment(&file, 0, 0, 0);
    buf_add(&file, buf_str(&dynamic));
    buf_add(&file, buf_str(&strings));
    return arena_copy(arena, buf_str(&file));
}

#endif
