#include "knowledge/torch_builds.h"

#include "knowledge/dotted.h"

struct build_row {
    uint16_t version, tag, platform, local, pythons, wheel_tags, cuda, cudnn, nccl, archs;
    uint16_t min_glibc, status, note, source;
    uint8_t arch_basis, pypi_default, pypi_default_basis, cxx11_abi;
};

struct pin_row {
    uint16_t version, tag, index, platforms, requirement, version_spec, how, note, source;
    uint8_t basis;
};

#include "knowledge/torch_builds_table.h"

#define BUILDS (sizeof(build_rows) / sizeof(build_rows[0]))
#define PINS (sizeof(pin_rows) / sizeof(pin_rows[0]))

struct key {
    struct str version, tag;
};

bool torch_build_at(size_t at, struct torch_build *ret)
{
    const struct build_row *row;

    if (at >= BUILDS)
        return false;
    row = &build_rows[at];
    *ret = (struct torch_build){
        .version = table_text(row->version),
        .tag = table_text(row->tag),
        .platform = table_text(row->platform),
        .local = table_text(row->local),
        .pythons = table_text(row->pythons),
        .wheel_tags = table_text(row->wheel_tags),
        .cuda = table_text(row->cuda),
        .cudnn = table_text(row->cudnn),
        .nccl = table_text(row->nccl),
        .archs = table_text(row->archs),
        .arch_basis = (enum basis) row->arch_basis,
        .pypi_default = (enum answer) row->pypi_default,
        .pypi_default_basis = (enum basis) row->pypi_default_basis,
        .min_glibc = table_text(row->min_glibc),
        .cxx11_abi = (enum answer) row->cxx11_abi,
        .status = table_text(row->status),
        .note = table_text(row->note),
        .source = table_text(row->source),
    };
    return true;
}

static int compare_build(size_t at, const void *key)
{
    const struct key *want = key;

    return dotted_compare(table_text(build_rows[at].version), want->version);
}

/* A version has at most 14 builds: the rest of the key is looked for in line. */
bool torch_build_find(struct str version, struct str tag, struct str platform,
                      struct torch_build *ret)
{
    const struct key key = { .version = version };
    size_t first = table_lower_bound(BUILDS, compare_build, &key);
    size_t count = table_equal_run(BUILDS, first, compare_build, &key);
    struct torch_build build;

    for (size_t at = first; at < first + count && torch_build_at(at, &build); at++) {
        if (!str_eq(build.version, version) || !str_eq(build.platform, platform))
            continue;
        if (str_eq(build.tag, tag) || (tag.len && str_eq(build.local, tag))) {
            *ret = build;
            return true;
        }
    }
    return false;
}

/* "sm_90a": the last digit is the minor version. -1 where it is no architecture. */
static int parse_arch(struct str word, struct torch_arch *ret)
{
    struct torch_arch arch = { .ptx = str_starts(word, STR("compute_")) };
    uint64_t number;

    if (!arch.ptx && !str_starts(word, STR("sm_")))
        return -1;
    word = str_from(word, arch.ptx ? 8 : 3);
    if (word.len && (word.data[word.len - 1] == 'a' || word.data[word.len - 1] == 'f')) {
        arch.suffix = word.data[word.len - 1];
        word = str_slice(word, 0, word.len - 1);
    }
    if (str_u64(word, 10, &number) < 0 || number < 10 || number > 9999)
        return -1;
    arch.major = (unsigned) number / 10;
    arch.minor = (unsigned) number % 10;
    *ret = arch;
    return 0;
}

bool torch_arch_next(struct str *rest, struct torch_arch *ret)
{
    struct str word;

    while (str_next_word(rest, &word))
        if (parse_arch(word, ret) == 0)
            return true;
    return false;
}

bool torch_pin_at(size_t at, struct torch_pin *ret)
{
    const struct pin_row *row;

    if (at >= PINS)
        return false;
    row = &pin_rows[at];
    *ret = (struct torch_pin){
        .version = table_text(row->version),
        .tag = table_text(row->tag),
        .index = table_text(row->index),
        .platforms = table_text(row->platforms),
        .requirement = table_text(row->requirement),
        .version_spec = table_text(row->version_spec),
        .basis = (enum basis) row->basis,
        .how = table_text(row->how),
        .note = table_text(row->note),
        .source = table_text(row->source),
    };
    return true;
}

static int compare_pin(size_t at, const void *key)
{
    const struct key *want = key;
    int order = dotted_compare(table_text(pin_rows[at].version), want->version);

    return order ? order : str_compare(table_text(pin_rows[at].tag), want->tag);
}

size_t torch_pins_by_build(struct str version, struct str tag, size_t *ret_first)
{
    const struct key key = { version, tag };
    size_t first = table_lower_bound(PINS, compare_pin, &key);
    size_t count = table_equal_run(PINS, first, compare_pin, &key);

    if (count)
        *ret_first = first;
    return count;
}
