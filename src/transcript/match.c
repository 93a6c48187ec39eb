#include "transcript/match.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Steps that a match may take from where it begins, and bytes: some hundred times what honest lines
 * need. */
#define MATCH_LIMIT 20000
#define DEPTH_LIMIT 2000
#define HEAP_LIMIT_KIB 1024
#define GROUPS_MAX 16

struct matcher {
    pcre2_general_context *memory;
    pcre2_compile_context *compiling;
    pcre2_match_context *limits;
    pcre2_match_data *data;
    pcre2_code **codes; /* by pattern; NULL: not compiled yet */
};

static void *allocate(size_t size, void *arena)
{
    return arena_alloc(arena, size);
}

/* The arena takes everything back at once. */
static void release(void *block, void *arena)
{
    (void) block;
    (void) arena;
}

struct matcher *matcher_new(struct arena *arena)
{
    struct matcher *matcher = ARENA_NEW(arena, struct matcher);

    matcher->memory = pcre2_general_context_create(allocate, release, arena);
    matcher->compiling = pcre2_compile_context_create(matcher->memory);
    matcher->limits = pcre2_match_context_create(matcher->memory);
    (void) pcre2_set_match_limit(matcher->limits, MATCH_LIMIT);
    (void) pcre2_set_depth_limit(matcher->limits, DEPTH_LIMIT);
    (void) pcre2_set_heap_limit(matcher->limits, HEAP_LIMIT_KIB);
    matcher->data = pcre2_match_data_create(GROUPS_MAX, matcher->memory);
    matcher->codes = arena_array(arena, pattern_count, sizeof(pcre2_code *));
    return matcher;
}

static pcre2_code *code_of(struct matcher *matcher, unsigned pattern)
{
    struct str regex = pattern_at(pattern)->regex;
    PCRE2_SIZE at;
    int error;

    if (!matcher->codes[pattern])
        matcher->codes[pattern] = pcre2_compile((PCRE2_SPTR) regex.data, regex.len,
                                                PCRE2_CASELESS | PCRE2_MULTILINE | PCRE2_DUPNAMES |
                                                    PCRE2_USE_OFFSET_LIMIT,
                                                &error, &at, matcher->compiling);
    return matcher->codes[pattern];
}

bool matcher_find(struct matcher *matcher, unsigned pattern, struct str text, size_t from,
                  size_t before, struct match *ret)
{
    pcre2_code *code = code_of(matcher, pattern);
    const PCRE2_SIZE *ends;
    int groups;

    if (!code || from >= before)
        return false;
    (void) pcre2_set_offset_limit(matcher->limits, before - 1);
    groups = pcre2_match(code, (PCRE2_SPTR) text.data, text.len, from, PCRE2_NO_JIT, matcher->data,
                         matcher->limits);
    if (groups <= 0)
        return false;
    ends = pcre2_get_ovector_pointer(matcher->data);
    if (ends[1] < ends[0])
        return false;
    *ret = (struct match){ code, ends, (unsigned) groups, text };
    return true;
}

static struct str between(const struct match *match, unsigned group)
{
    return str_slice(match->text, match->ends[2 * group], match->ends[2 * group + 1]);
}

bool match_group(const struct match *match, struct str name, struct str *ret)
{
    PCRE2_SPTR first, last, entry;
    char wanted[32] = "";
    int size;

    if (str_eqz(name, "0")) {
        *ret = between(match, 0);
        return true;
    }
    for (size_t i = 0; i < name.len && i + 1 < sizeof(wanted); i++)
        wanted[i] = name.data[i];
    size = pcre2_substring_nametable_scan(match->code, (PCRE2_SPTR) wanted, &first, &last);
    for (entry = first; size > 0; entry += size) {
        unsigned group = (unsigned) entry[0] << 8 | entry[1];

        if (group < match->groups && match->ends[2 * group] != PCRE2_UNSET) {
            *ret = between(match, group);
            return true;
        }
        if (entry == last)
            break;
    }
    return false;
}
