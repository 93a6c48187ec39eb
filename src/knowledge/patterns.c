#include "knowledge/patterns.h"

/* A code, and the row of the lead whose symptom shows the same. */
struct lead_code {
    enum error_family family;
    unsigned code, lead;
};

#include "patterns_table.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

const size_t pattern_count = COUNT(pattern_rows);
const size_t pattern_word_count = COUNT(pattern_words);

const struct pattern *pattern_at(size_t at)
{
    return at < pattern_count ? &pattern_rows[at] : NULL;
}

const struct pattern_setting *pattern_setting(struct range range, unsigned at)
{
    return &setting_rows[range.start + at];
}

unsigned pattern_of_word(size_t at, unsigned nth)
{
    struct range owners = word_rows[at];

    return nth < owners.count ? owner_rows[owners.start + nth] : PATTERN_NONE;
}

struct range pattern_promise(size_t pattern)
{
    return promise_rows[pattern];
}

const struct lead *lead_of(struct str symptom)
{
    for (size_t i = 0; i < COUNT(lead_rows); i++)
        if (str_eq(lead_rows[i].symptom, symptom))
            return &lead_rows[i];
    return NULL;
}

const struct lead *lead_of_code(enum error_family family, unsigned code)
{
    for (size_t i = 0; i < COUNT(lead_codes); i++)
        if (lead_codes[i].family == family && lead_codes[i].code == code)
            return &lead_rows[lead_codes[i].lead];
    return NULL;
}

struct str lead_cause(const struct lead *lead, unsigned at)
{
    return lead_words[lead->causes.start + at];
}
