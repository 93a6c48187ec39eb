#include "knowledge/topic.h"

static void add_fact(struct arena *arena, struct topic_page *page, struct str fact)
{
    for (size_t i = 0; i < page->facts.count; i++)
        if (str_eq(page->facts.items[i], fact))
            return;
    *LIST_ADD(arena, &page->facts) = fact;
}

static void add_source(struct arena *arena, struct topic_page *page, struct str source)
{
    for (size_t i = 0; i < page->sources.count; i++)
        if (str_eq(page->sources.items[i], source))
            return;
    if (source.len)
        *LIST_ADD(arena, &page->sources) = source;
}

/* Kept in the order of what they need, and else in that of the remedies. */
static void add_way(struct arena *arena, struct topic_page *page, const struct remedy_way *way)
{
    size_t at;

    *LIST_ADD(arena, &page->ways) = way;
    for (at = page->ways.count - 1; at > 0 && page->ways.items[at - 1]->needs > way->needs; at--)
        page->ways.items[at] = page->ways.items[at - 1];
    page->ways.items[at] = way;
}

static void add_remedies(struct arena *arena, struct topic_page *page, struct str cause)
{
    const struct remedy *remedy;

    for (size_t i = 0; (remedy = remedy_at(i)) != NULL; i++)
        for (unsigned w = 0; remedy_is_for(remedy, cause) && w < remedy->ways.count; w++)
            add_way(arena, page, rule_way(remedy->ways, w));
}

static void add_headline(struct arena *arena, struct topic_page *page, const struct rule *rule)
{
    for (size_t i = 0; i < page->rules.count; i++)
        if (str_eq(page->rules.items[i]->headline[LANG_EN], rule->headline[LANG_EN])) {
            if (rule->certainty > page->rules.items[i]->certainty)
                page->rules.items[i] = rule;
            return;
        }
    *LIST_ADD(arena, &page->rules) = rule;
}

static void add_rule(struct arena *arena, struct topic_page *page, const struct rule *rule)
{
    add_headline(arena, page, rule);
    for (unsigned i = 0; i < rule->evidence.count; i++)
        add_fact(arena, page, rule_word(rule->evidence, i));
    add_source(arena, page, rule->source);
}

/* Other causes, in their own order, that the cause explains, or is explained by, or shares a code
 * with. */
static void add_neighbours(struct arena *arena, const struct cause *cause, struct topic_page *page)
{
    const struct cause *other;

    for (size_t i = 0; (other = cause_at(i)) != NULL; i++) {
        bool shares = false;

        if (other == cause)
            continue;
        if (cause_explains(other->slug, cause->slug))
            *LIST_ADD(arena, &page->explained_by) = other;
        if (cause_explains(cause->slug, other->slug))
            *LIST_ADD(arena, &page->explains) = other;
        for (size_t c = 0; c < page->codes.count && !shares; c++)
            shares = topic_points_at(&page->codes.items[c], other);
        if (shares)
            *LIST_ADD(arena, &page->alike) = other;
    }
}

void topic_page(struct arena *arena, const struct cause *cause, struct topic_page *ret)
{
    const struct rule *rule;
    struct error_info code;

    *ret = (struct topic_page){ 0 };
    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++)
        if (str_eq(rule->slug, cause->slug))
            add_rule(arena, ret, rule);
    for (size_t i = 0; error_at(i, &code); i++)
        if (topic_points_at(&code, cause))
            *LIST_ADD(arena, &ret->codes) = code;
    add_neighbours(arena, cause, ret);
    add_remedies(arena, ret, cause->slug);
    for (size_t i = 0; i < ret->ways.count; i++)
        add_source(arena, ret, ret->ways.items[i]->source);
    ret->advice = advice_for(cause->slug);
    if (ret->advice)
        add_source(arena, ret, ret->advice->source);
}
