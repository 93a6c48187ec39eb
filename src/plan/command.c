#include "plan/command.h"

#include "facts/fill.h"

/* Room for one filled word of a command: a path and a version, not a text. */
#define WORD_LIMIT 8192

bool plan_word(struct arena *arena, const struct facts *facts, struct str word, struct str *ret)
{
    struct buf buf = buf_new(arena, WORD_LIMIT);

    if (!facts_fill(&buf, facts, word, STR("")) || buf.full)
        return false;
    *ret = buf_str(&buf);
    return true;
}

bool plan_command(struct arena *arena, const struct facts *facts, struct range words,
                  struct command *ret)
{
    ret->words = arena_array(arena, words.count, sizeof(*ret->words));
    ret->count = words.count;
    for (unsigned i = 0; i < words.count; i++)
        if (!plan_word(arena, facts, rule_word(words, i), &ret->words[i]))
            return false;
    return true;
}
