#include "knowledge/torch_builds.h"

#include "knowledge/dotted.h"
#include "knowledge/newer.h"

struct build_row {
    uint16_t version, tag, platform, local, pythons, wheel_tags, cuda, cudnn, nccl, archs;
    uint16_t min_glibc, status, note, source;
    uint8_t arch_basis, pypi_default, pypi_default_basis, cxx11_abi;
};

struct pin_row {
    uint16_t version, tag, index, platforms, requirement, version_spec, marker, how, note, source;
    uint8_t basis;
};

#include "knowledge/torch_builds_table.h"

#define BUILDS (sizeof(build_rows) / sizeof(build_rows[0]))
#define PINS (sizeof(pin_rows) / sizeof(pin_rows[0]))

struct key {
    const struct knowledge *knowledge;
    struct str version, tag;
};

static size_t builds_in(const struct knowledge *knowledge)
{
    return knowledge ? knowledge->build_count : BUILDS;
}

static size_t pins_in(const struct knowledge *knowledge)
{
    return knowledge ? knowledge->pin_count : PINS;
}

bool torch_build_at(const struct knowledge *knowledge, size_t at, struct torch_build *ret)
{
    const struct build_row *row;

    if (at >= builds_in(knowledge))
        return false;
    if (knowledge) {
        *ret = knowledge->builds[at];
        return true;
    }
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
    struct torch_build build = { .version = STR_INIT("") };

    (void) torch_build_at(want->knowledge, at, &build);
    return dotted_compare(build.version, want->version);
}

/* A version has at most 14 builds: the rest of the key is looked for in line. */
bool torch_build_find(const struct knowledge *knowledge, struct str version, struct str tag,
                      struct str platform, struct torch_build *ret)
{
    const struct key key = { .knowledge = knowledge, .version = version };
    size_t all = builds_in(knowledge);
    size_t first = table_lower_bound(all, compare_build, &key);
    size_t count = table_equal_run(all, first, compare_build, &key);
    struct torch_build build;

    for (size_t at = first; at < first + count && torch_build_at(knowledge, at, &build); at++) {
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

bool torch_pin_at(const struct knowledge *knowledge, size_t at, struct torch_pin *ret)
{
    const struct pin_row *row;

    if (at >= pins_in(knowledge))
        return false;
    if (knowledge) {
        *ret = knowledge->pins[at];
        return true;
    }
    row = &pin_rows[at];
    *ret = (struct torch_pin){
        .version = table_text(row->version),
        .tag = table_text(row->tag),
        .index = table_text(row->index),
        .platforms = table_text(row->platforms),
        .requirement = table_text(row->requirement),
        .version_spec = table_text(row->version_spec),
        .marker = table_text(row->marker),
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
    struct torch_pin pin = { .version = STR_INIT("") };
    int order;

    (void) torch_pin_at(want->knowledge, at, &pin);
    order = dotted_compare(pin.version, want->version);
    return order ? order : str_compare(pin.tag, want->tag);
}

size_t torch_pins_by_build(const struct knowledge *knowledge, struct str version, struct str tag,
                           size_t *ret_first)
{
    const struct key key = { knowledge, version, tag };
    size_t all = pins_in(knowledge);
    size_t first = table_lower_bound(all, compare_pin, &key);
    size_t count = table_equal_run(all, first, compare_pin, &key);

    if (count)
        *ret_first = first;
    return count;
}
