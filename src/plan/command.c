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

/* "?{fact}": a word that may be left out. */
static bool is_optional(struct str *word)
{
    if (!str_starts(*word, STR("?{")))
        return false;
    *word = str_from(*word, 1);
    return true;
}

bool plan_command(struct arena *arena, const struct facts *facts, struct range words,
                  struct command *ret)
{
    struct command command = { arena_array(arena, words.count, sizeof(*command.words)), 0 };

    for (unsigned i = 0; i < words.count; i++) {
        struct str word = rule_word(words, i);
        bool optional = is_optional(&word);

        if (plan_word(arena, facts, word, &command.words[command.count]))
            command.count++;
        else if (!optional)
            return false;
    }
    *ret = command;
    return true;
}
