#include "lib/make_elf.h"

#include "lib/put.h"

#include <elf.h>

#define FILE_LIMIT ((size_t) 1 << 20)
#define EHDR_SIZE 64
#define PHDR_SIZE 56
#define SHDR_SIZE 64

/* A part of the file, and its place in it. */
struct part {
    struct buf bytes;
    uint64_t offset;
    const char *name; /* of its section */
    uint32_t section_type;
    uint32_t segment_type; /* 0: none */
    uint32_t link, info;   /* as the section header has them */
};

static struct part part_new(struct arena *arena, const char *name, uint32_t section,
                            uint32_t segment)
{
    return (struct part){ .bytes = buf_new(arena, FILE_LIMIT),
                          .name = name,
                          .section_type = section,
                          .segment_type = segment };
}

static uint64_t add_text(struct buf *table, struct str text)
{
    uint64_t at = table->len;

    buf_add(table, text);
    buf_add_char(table, '\0');
    return at;
}

static void put_header(struct buf *file, unsigned type, unsigned machine, size_t segments,
                       uint64_t section_headers, size_t sections)
{
    buf_add(file, STR("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0")); /* 64 bits, little-endian, System V */
    put(file, type, 2);
    put(file, machine, 2);
    put(file, EV_CURRENT, 4);
    put(file, 0, 8); /* entry */
    put(file, segments ? EHDR_SIZE : 0, 8);
    put(file, section_headers, 8);
    put(file, 0, 4); /* flags */
    put(file, EHDR_SIZE, 2);
    put(file, segments ? PHDR_SIZE : 0, 2);
    put(file, segments, 2);
    put(file, SHDR_SIZE, 2);
    put(file, sections, 2);
    put(file, sections - 1, 2); /* names come last */
}

static void put_segment(struct buf *file, uint32_t type, uint64_t offset, uint64_t size)
{
    put(file, type, 4);
    put(file, PF_R, 4);
    put(file, offset, 8);
    put(file, offset, 8);
    put(file, offset, 8);
    put(file, size, 8);
    put(file, size, 8);
    put(file, type == PT_LOAD ? 0x1000 : 8, 8);
}

static void put_section(struct buf *file, uint64_t name, const struct part *part, bool loaded)
{
    put(file, name, 4);
    put(file, part->section_type, 4);
    put(file, loaded ? SHF_ALLOC : 0, 8);
    put(file, loaded ? part->offset : 0, 8);
    put(file, part->offset, 8);
    put(file, part->bytes.len, 8);
    put(file, part->link, 4);
    put(file, part->info, 4);
    put(file, 8, 8);
    put(file, part->section_type == SHT_DYNAMIC ? 16 : 0, 8);
}

static uint64_t align8(uint64_t value)
{
    return (value + 7) & ~(uint64_t) 7;
}

/* Places the parts one after the other; returns where the next would stand. */
static uint64_t place(struct part *parts, size_t count, uint64_t at)
{
    for (size_t i = 0; i < count; i++) {
        parts[i].offset = align8(at);
        at = parts[i].offset + parts[i].bytes.len;
    }
    return align8(at);
}

static size_t count_segments(const struct part *parts, size_t count)
{
    size_t segments = 0;

    for (size_t i = 0; i < count; i++)
        segments += parts[i].segment_type != 0;
    return segments ? segments + 1 : 0; /* and the PT_LOAD over all of it */
}

/* The file out of its parts, the last of which takes the names of the sections. */
static struct str assemble(struct arena *arena, unsigned type, unsigned machine, struct part *parts,
                           size_t count)
{
    struct buf file = buf_new(arena, FILE_LIMIT), *names = &parts[count - 1].bytes;
    size_t segments = count_segments(parts, count);
    uint64_t name_at[16] = { 0 }, end;

    buf_add_char(names, '\0');
    for (size_t i = 0; i < count; i++)
        name_at[i] = add_text(names, str_of(parts[i].name));
    end = place(parts, count, EHDR_SIZE + segments * PHDR_SIZE);
    put_header(&file, type, machine, segments, end, count + 1);
    if (segments)
        put_segment(&file, PT_LOAD, 0, end);
    for (size_t i = 0; i < count; i++)
        if (parts[i].segment_type)
            put_segment(&file, parts[i].segment_type, parts[i].offset, parts[i].bytes.len);
    for (size_t i = 0; i < count; i++) {
        buf_repeat(&file, '\0', parts[i].offset - file.len);
        buf_add(&file, buf_str(&parts[i].bytes));
    }
    buf_repeat(&file, '\0', end - file.len);
    buf_repeat(&file, '\0', SHDR_SIZE); /* section 0 */
    for (size_t i = 0; i < count; i++)
        put_section(&file, name_at[i], &parts[i], segments > 0 && i + 1 < count);
    return buf_str(&file);
}

/* The hash of the System V ABI: what version records carry beside the name. */
static uint32_t elf_hash(struct str name)
{
    uint32_t value = 0;

    for (size_t i = 0; i < name.len; i++) {
        uint32_t high;

        value = (value << 4) + (unsigned char) name.data[i];
        high = value & 0xf0000000u;
        value = (value ^ high >> 24) & ~high;
    }
    return value;
}

static void put_version(struct buf *buf, struct buf *names, struct str name, size_t index,
                        bool last)
{
    put(buf, VER_DEF_CURRENT, 2);
    put(buf, index == 1 ? VER_FLG_BASE : 0, 2);
    put(buf, index, 2);
    put(buf, 1, 2); /* names */
    put(buf, elf_hash(name), 4);
    put(buf, 20, 4); /* to its name */
    put(buf, last ? 0 : 28, 4);
    put(buf, add_text(names, name), 4);
    put(buf, 0, 4);
}

/* The object's own name first, then the versions it defines; returns how many. */
static size_t put_versions(struct buf *buf, struct buf *names, const struct elf_shape *shape)
{
    struct str rest = shape->versions, name;
    size_t count = 1;

    if (!shape->versions.len)
        return 0;
    put_version(buf, names, shape->soname, count, false);
    while (str_next_part(&rest, ',', &name))
        put_version(buf, names, name, ++count, rest.len == 0);
    return count;
}

/* One record a version; returns how many. */
static size_t put_needs(struct buf *buf, struct buf *names, struct str needs)
{
    struct str need, library, version;
    size_t count = 0;

    while (needs.len && str_next_part(&needs, ',', &need)) {
        (void) str_cut(need, ':', &library, &version);
        put(buf, VER_NEED_CURRENT, 2);
        put(buf, 1, 2); /* versions */
        put(buf, add_text(names, library), 4);
        put(buf, 16, 4); /* to its version */
        put(buf, needs.len ? 32 : 0, 4);
        put(buf, elf_hash(version), 4);
        put(buf, 0, 2);
        put(buf, ++count + 64, 2);
        put(buf, add_text(names, version), 4);
        put(buf, 0, 4);
    }
    return count;
}

static size_t put_symbols(struct buf *buf, struct buf *names, struct str list, bool defined)
{
    struct str name;
    size_t count = 0;

    while (list.len && str_next_part(&list, ',', &name)) {
        put(buf, add_text(names, name), 4);
        put(buf, STB_GLOBAL << 4 | STT_FUNC, 1);
        put(buf, 0, 1);
        put(buf, defined ? 1 : SHN_UNDEF, 2);
        put(buf, 0, 16); /* value, size */
        count++;
    }
    return count;
}

/* The GNU hash: one bucket, and a Bloom filter that lets everything pass. */
static void put_hashes(struct buf *buf, size_t first, struct str exports)
{
    struct str name;

    put(buf, 1, 4);
    put(buf, first, 4);
    put(buf, 1, 4);
    put(buf, 0, 4);
    put(buf, UINT64_MAX, 8);
    put(buf, exports.len ? first : 0, 4);
    while (exports.len && str_next_part(&exports, ',', &name)) {
        uint32_t hash = 5381;

        for (size_t i = 0; i < name.len; i++)
            hash = hash * 33 + (unsigned char) name.data[i];
        put(buf, exports.len ? hash & ~1u : hash | 1, 4);
    }
}

/* The first `count` symbols are what the file refers to. */
static void put_relocations(struct buf *buf, size_t count)
{
    for (size_t i = 1; i <= count; i++) {
        put(buf, 0, 8); /* where */
        put(buf, R_X86_64_GLOB_DAT, 4);
        put(buf, i, 4);
        put(buf, 0, 8);
    }
}

/* The hash table of the System V ABI, with no bucket filled: it tells how many symbols there are.
 */
static void put_old_hashes(struct buf *buf, size_t symbols)
{
    put(buf, 1, 4);
    put(buf, symbols, 4);
    put(buf, 0, 4);
    for (size_t i = 0; i < symbols; i++)
        put(buf, 0, 4);
}

static void put_all_symbols(struct buf *symbols, struct buf *hashes, struct buf *names,
                            struct buf *relocations, const struct elf_shape *shape)
{
    struct str exports = shape->exports;
    size_t imports;

    if (shape->symbol.len)
        exports = arena_printf(names->arena, "%.*s%s%.*s", STR_ARG(exports), exports.len ? "," : "",
                               STR_ARG(shape->symbol));
    if (!shape->imports.len && !shape->leftovers.len && !exports.len)
        return;
    buf_repeat(symbols, '\0', sizeof(Elf64_Sym));
    imports = put_symbols(symbols, names, shape->imports, false);
    put_relocations(relocations, imports);
    imports += put_symbols(symbols, names, shape->leftovers, false);
    (void) put_symbols(symbols, names, exports, true);
    if (shape->old_hashes)
        put_old_hashes(hashes, symbols->len / sizeof(Elf64_Sym));
    else
        put_hashes(hashes, 1 + imports, exports);
}

/* Makes the last symbol an object that covers all of .rodata, whose place is known by now. */
static void place_symbol(struct buf *symbols, const struct part *rodata)
{
    symbols->len -= sizeof(Elf64_Sym) - 4;
    put(symbols, STB_GLOBAL << 4 | STT_OBJECT, 1);
    put(symbols, 0, 1);
    put(symbols, 1, 2); /* any section: it is defined */
    put(symbols, rodata->offset, 8);
    put(symbols, rodata->bytes.len, 8);
}

/* A container with an entry for each GPU (format/fatbin.h). */
static void put_gpu_code(struct buf *buf, struct str gpus)
{
    struct str gpu;
    struct buf entries = buf_new(buf->arena, FILE_LIMIT);

    while (gpus.len && str_next_part(&gpus, ',', &gpu)) {
        uint64_t capability = 0;

        (void) str_u64(gpu, 10, &capability);
        put(&entries, 2, 2); /* a cubin */
        put(&entries, 0x101, 2);
        put(&entries, 64, 4); /* size of this header */
        put(&entries, 8, 8);  /* of the payload */
        put(&entries, 0, 12);
        put(&entries, capability, 4);
        put(&entries, 0, 32 + 8); /* the rest, and the payload */
    }
    if (!entries.len)
        return;
    put(buf, 0xba55ed50, 4);
    put(buf, 1, 2);
    put(buf, 16, 2);
    put(buf, entries.len, 8);
    buf_add(buf, buf_str(&entries));
}

static void put_dynamic(struct buf *buf, int64_t tag, uint64_t value)
{
    put(buf, (uint64_t) tag, 8);
    put(buf, value, 8);
}

static void put_name(struct buf *buf, struct buf *names, int64_t tag, struct str name)
{
    if (name.len)
        put_dynamic(buf, tag, add_text(names, name));
}

enum {
    INTERP,
    DYNSTR,
    DYNSYM,
    HASHES,
    VERDEF,
    VERNEED,
    RELOCS,
    RODATA,
    FATBIN,
    DYNAMIC,
    SHSTRTAB,
    PARTS
};

/* The dynamic section names places that are known only once all parts have their size: filled
 * first with zeros, then with the places. Names are added the first time only. */
static void put_places(struct buf *dynamic, const struct part *parts, size_t versions, size_t needs,
                       int64_t hashes)
{
    put_dynamic(dynamic, DT_STRTAB, parts[DYNSTR].offset);
    put_dynamic(dynamic, DT_STRSZ, parts[DYNSTR].bytes.len);
    if (versions) {
        put_dynamic(dynamic, DT_VERDEF, parts[VERDEF].offset);
        put_dynamic(dynamic, DT_VERDEFNUM, versions);
    }
    if (needs) {
        put_dynamic(dynamic, DT_VERNEED, parts[VERNEED].offset);
        put_dynamic(dynamic, DT_VERNEEDNUM, needs);
    }
    if (parts[DYNSYM].bytes.len) {
        put_dynamic(dynamic, DT_SYMTAB, parts[DYNSYM].offset);
        put_dynamic(dynamic, hashes, parts[HASHES].offset);
    }
    if (parts[RELOCS].bytes.len) {
        put_dynamic(dynamic, DT_RELA, parts[RELOCS].offset);
        put_dynamic(dynamic, DT_RELASZ, parts[RELOCS].bytes.len);
    }
    put_dynamic(dynamic, DT_NULL, 0);
}

struct str make_elf(struct arena *arena, const struct elf_shape *shape)
{
    struct part parts[PARTS] = {
        [INTERP] = part_new(arena, ".interp", SHT_PROGBITS, shape->interpreter.len ? PT_INTERP : 0),
        [DYNSTR] = part_new(arena, ".dynstr", SHT_STRTAB, 0),
        [DYNSYM] = part_new(arena, ".dynsym", SHT_DYNSYM, 0),
        [HASHES] = part_new(arena, ".gnu.hash", SHT_GNU_HASH, 0),
        [VERNEED] = part_new(arena, ".gnu.version_r", SHT_GNU_verneed, 0),
        [RELOCS] = part_new(arena, ".rela.dyn", SHT_RELA, 0),
        [FATBIN] = part_new(arena, ".nv_fatbin", SHT_PROGBITS, 0),
        [VERDEF] = part_new(arena, ".gnu.version_d", SHT_GNU_verdef, 0),
        [RODATA] = part_new(arena, ".rodata", SHT_PROGBITS, 0),
        [DYNAMIC] = part_new(arena, ".dynamic", SHT_DYNAMIC, PT_DYNAMIC),
        [SHSTRTAB] = part_new(arena, ".shstrtab", SHT_STRTAB, 0),
    };
    struct buf *names = &parts[DYNSTR].bytes, *dynamic = &parts[DYNAMIC].bytes;
    struct str rest = shape->needed, name;
    int64_t hashes = shape->old_hashes ? DT_HASH : DT_GNU_HASH;
    size_t versions, needs, named;

    if (shape->interpreter.len)
        (void) add_text(&parts[INTERP].bytes, shape->interpreter);
    buf_add(&parts[RODATA].bytes, shape->text);
    buf_add_char(names, '\0');
    while (shape->needed.len && str_next_part(&rest, ',', &name))
        put_name(dynamic, names, DT_NEEDED, name);
    put_name(dynamic, names, DT_SONAME, shape->soname);
    put_name(dynamic, names, DT_RPATH, shape->rpath);
    put_name(dynamic, names, DT_RUNPATH, shape->runpath);
    versions = put_versions(&parts[VERDEF].bytes, names, shape);
    needs = put_needs(&parts[VERNEED].bytes, names, shape->needs);
    put_all_symbols(&parts[DYNSYM].bytes, &parts[HASHES].bytes, names, &parts[RELOCS].bytes, shape);
    put_gpu_code(&parts[FATBIN].bytes, shape->gpu);
    named = dynamic->len;
    put_places(dynamic, parts, versions, needs, hashes);
    (void) place(parts, PARTS, EHDR_SIZE + count_segments(parts, PARTS) * PHDR_SIZE);
    dynamic->len = named;
    put_places(dynamic, parts, versions, needs, hashes);
    if (shape->symbol.len)
        place_symbol(&parts[DYNSYM].bytes, &parts[RODATA]);
    parts[DYNAMIC].link = parts[VERDEF].link = DYNSTR + 1;
    parts[DYNSYM].link = parts[VERNEED].link = DYNSTR + 1;
    parts[HASHES].link = parts[RELOCS].link = DYNSYM + 1;
    parts[VERNEED].info = (uint32_t) needs;
    parts[VERDEF].info = (uint32_t) versions;
    return assemble(arena, ET_DYN, shape->machine, parts, PARTS);
}

struct str make_kernel_module(struct arena *arena, unsigned machine, struct str lines)
{
    struct part parts[] = {
        part_new(arena, ".modinfo", SHT_PROGBITS, 0),
        part_new(arena, ".shstrtab", SHT_STRTAB, 0),
    };
    struct str line;

    while (str_next_line(&lines, &line))
        (void) add_text(&parts[0].bytes, line);
    return assemble(arena, ET_REL, machine, parts, 2);
}
