/*
 * patterns: what a pasted text may say, and which facts it tells. Written in knowledge/patterns/
 * and knowledge/leads.toml, made const rows by tools/gen_patterns.py.
 */
#ifndef GPUVET_KNOWLEDGE_PATTERNS_H
#define GPUVET_KNOWLEDGE_PATTERNS_H

#include "knowledge/errors.h"
#include "knowledge/rules.h"

/* A fact that a match sets. `fact` is "driver.version", or a member of a new item of a list:
 * "hardware.gpus[].name"; the members of one list in one match make one item. */
struct pattern_setting {
    struct str fact;
    struct str value; /* with {groups}; one that did not take part leaves the fact as it is */
    bool absent;      /* the text says that there is none: no value */
};

struct pattern {
    struct str name;
    struct str regex; /* Perl's syntax, named groups */
    struct range settings;
    struct str example; /* a line or more that it must match */
};

/* NULL past the end. */
const struct pattern *pattern_at(size_t at);
extern const size_t pattern_count;

const struct pattern_setting *pattern_setting(struct range range, unsigned at);

/* The words by which lines are picked, each once: where word `at` stands, patterns
 * pattern_of_word(at, 0) and on may match. */
extern const struct str pattern_words[];
extern const size_t pattern_word_count;
#define PATTERN_NONE UINT32_MAX
unsigned pattern_of_word(size_t at, unsigned nth); /* PATTERN_NONE past the last */

/* What the example must give: settings whose value is literal. For tests. */
extern const struct pattern_setting pattern_promises[];
struct range pattern_promise(size_t pattern);

/* Which causes a symptom points at, likeliest first. It proves nothing. */
struct lead {
    struct str symptom;
    bool context; /* tells what surrounds a failure: raises causes that a message points at */
    struct range causes;
};

/* NULL where the symptom points at nothing; where no symptom shows the same as the code. */
const struct lead *lead_of(struct str symptom);
const struct lead *lead_of_code(enum error_family family, unsigned code);
struct str lead_cause(const struct lead *lead, unsigned at);

#endif
