#include "loader/gpu_code.h"

#include "base/buf.h"
#include "format/fatbin_places.h"
#include "format/fatbin.h"
#include "loader/object.h"

#include <errno.h>

#define TEXT_LIMIT 4096
#define SAMPLE 16       /* containers that a sample reads, where their places are known */
#define SAMPLE_FIRST 16 /* elsewhere: those of a section that it reads in full, and then */
#define SAMPLE_EVERY 16 /* each of this many */
#define SHARE 4         /* a target counts from this part of the largest count on */

static char suffix_of(const struct fatbin_entry *entry)
{
    switch (entry->target) {
    case FATBIN_EXACT:
        return 'a';
    case FATBIN_FAMILY:
        return 'f';
    case FATBIN_PLAIN:
        break;
    }
    return '\0';
}

static bool is_before(const struct gpu_target *a, const struct gpu_target *b)
{
    if (a->ptx != b->ptx)
        return b->ptx;
    if (a->capability != b->capability)
        return a->capability < b->capability;
    return a->suffix < b->suffix;
}

/* The target's row, in its place. NULL: no room. */
static struct gpu_target *find_target(struct gpu_code *code, const struct gpu_target *target)
{
    size_t at = 0;

    while (at < code->count && is_before(&code->targets[at], target))
        at++;
    if (at < code->count && !is_before(target, &code->targets[at]))
        return &code->targets[at];
    if (code->count == GPU_TARGETS)
        return NULL;
    memmove(&code->targets[at + 1], &code->targets[at],
            (code->count - at) * sizeof(code->targets[0]));
    code->count++;
    code->targets[at] = *target;
    return &code->targets[at];
}

static int add_entry(struct gpu_code *code, const struct fatbin_entry *entry)
{
    struct gpu_target target = { .capability = entry->capability,
                                 .suffix = suffix_of(entry),
                                 .ptx = entry->kind == FATBIN_PTX };
    unsigned version = entry->ptx_major * 10 + entry->ptx_minor;
    struct gpu_target *row;

    if (entry->kind != FATBIN_PTX && entry->kind != FATBIN_ELF)
        return 0;
    row = find_target(code, &target);
    if (!row)
        return -E2BIG;
    row->entries++;
    if (version > row->ptx_version)
        row->ptx_version = version;
    if (row->entries > code->most)
        code->most = row->entries;
    return 0;
}

/* `nth` counts from 1. */
static bool is_in_sample(unsigned nth)
{
    return nth <= SAMPLE_FIRST || nth % SAMPLE_EVERY == 0;
}

static int add_section(struct gpu_code *code, const struct window *window,
                       const struct elf_section *section, enum gpu_code_reading reading)
{
    struct fatbin fatbin = fatbin_in(window, section->offset, section->size);
    struct fatbin_entry entry;
    int r;

    while ((r = fatbin_next(&fatbin, &entry)) == 1) {
        int err;

        if (reading == GPU_CODE_SAMPLE && !is_in_sample(fatbin.containers)) {
            code->sampled = true;
            fatbin_skip_container(&fatbin);
            continue;
        }
        err = add_entry(code, &entry);
        if (err)
            return err;
    }
    return r;
}

static int add_container(struct gpu_code *code, const struct window *window, uint64_t at)
{
    struct fatbin fatbin = fatbin_in(window, at, window->size - at);
    struct fatbin_entry entry;
    int r;

    while ((r = fatbin_next(&fatbin, &entry)) == 1) {
        r = add_entry(code, &entry);
        if (r < 0 || fatbin.at >= fatbin.container_end)
            break;
    }
    return r < 0 ? r : 0;
}

/* As many as there are, or SAMPLE of them, from all over the library. */
static int add_sample(struct gpu_code *code, const struct window *window,
                      const struct fatbin_places *places)
{
    size_t count = places->count < SAMPLE ? places->count : SAMPLE;

    code->sampled = count < places->count;
    for (size_t i = 0; i < count; i++) {
        int r = add_container(code, window, places->items[i * places->count / count]);

        if (r < 0)
            return r;
    }
    return 0;
}

static bool is_gpu_code(const struct elf_section *section)
{
    return str_eqz(section->name, ".nv_fatbin") || str_eqz(section->name, "__nv_relfatbin");
}

bool gpu_code_is_in(const struct elf *elf)
{
    struct elf_section *sections;
    size_t count;
    int r = elf_sections(elf, &sections, &count);

    for (size_t i = 0; r == 0 && i < count; i++)
        if (is_gpu_code(&sections[i]))
            return true;
    return r < 0 && r != -ENOENT;
}

static int add_sections(struct gpu_code *code, const struct window *window,
                        const struct elf_section *sections, size_t count,
                        enum gpu_code_reading reading)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        if (is_gpu_code(&sections[i]))
            r = add_section(code, window, &sections[i], reading);
    return r;
}

int gpu_code_read(struct root *root, struct arena *arena, struct str path,
                  enum gpu_code_reading reading, struct gpu_code *ret)
{
    struct gpu_code code = { .count = 0 };
    struct fatbin_places places;
    struct elf_section *sections;
    struct object object;
    size_t count;
    bool placed;
    int r = object_open(root, path, arena, &object);

    if (r < 0)
        return r;
    r = elf_sections(&object.elf, &sections, &count);
    placed = r == 0 && reading == GPU_CODE_SAMPLE &&
             fatbin_places(&object.elf, sections, count, &places) == 0;
    /* A sample has few headers: then a call costs more than the bytes between two. */
    object.jumps = reading == GPU_CODE_EXACT ? OBJECT_CLOSE : OBJECT_AHEAD;
    if (placed)
        r = add_sample(&code, &object.window, &places);
    else if (r == 0)
        r = add_sections(&code, &object.window, sections, count, reading);
    object_close(&object);
    if (r == 0 && code.count == 0)
        r = -ENOENT;
    if (r == 0)
        *ret = code;
    return r;
}

bool gpu_target_counts(const struct gpu_code *code, const struct gpu_target *target)
{
    return target->entries >= code->most / SHARE;
}

struct str gpu_target_name(struct arena *arena, const struct gpu_target *target)
{
    struct str suffix = { &target->suffix, target->suffix ? 1 : 0 };

    return arena_printf(arena, "%s_%u%.*s", target->ptx ? "compute" : "sm", target->capability,
                        STR_ARG(suffix));
}

struct str gpu_code_text(struct arena *arena, const struct gpu_code *code)
{
    struct buf buf = buf_new(arena, TEXT_LIMIT);

    for (size_t i = 0; i < code->count; i++) {
        const struct gpu_target *target = &code->targets[i];

        if (!gpu_target_counts(code, target))
            continue;
        buf_addz(&buf, buf.len ? " " : "");
        buf_add(&buf, gpu_target_name(arena, target));
    }
    return buf_str(&buf);
}
