#include "diagnosis/candidates.h"

#include "knowledge/causes.h"
#include "knowledge/patterns.h"

#include <stdlib.h>

/* What a message adds to the first cause at which it points; to the n-th, an n-th of it. */
#define HINT 60

struct candidate {
    const struct open_question *question;
    unsigned hints;
};

static unsigned order_of(const struct open_question *question)
{
    return cause_by_slug(question->rule->slug)->order;
}

static bool is_new(const struct fact_list *symptoms, size_t at)
{
    const struct symptom_item_facts *items = LIST_OF(symptom_item, symptoms);

    for (size_t i = 0; i < at; i++)
        if (str_eq(items[i].name.value, items[at].name.value))
            return false;
    return true;
}

/* Adds what the messages point at, or, where `context` says so, what surrounds them: that speaks
 * for what a message has named, or, where none has named anything, for itself. */
static bool add_hints(const struct fact_list *symptoms, bool context, bool named, unsigned *hints)
{
    bool any = false;

    for (size_t i = 0; i < symptoms->count; i++) {
        const struct lead *lead = lead_of(LIST_OF(symptom_item, symptoms)[i].name.value);

        if (!lead || lead->context != context || !is_new(symptoms, i))
            continue;
        for (unsigned k = 0; k < lead->causes.count; k++) {
            unsigned *its = &hints[cause_by_slug(lead_cause(lead, k))->order];

            if (!named || *its)
                *its += HINT / (k + 1);
            any = true;
        }
    }
    return any;
}

/* How much of the text speaks for each cause, by its order. */
static unsigned *count_hints(struct arena *arena, const struct facts *facts)
{
    unsigned *hints = arena_array(arena, cause_count(), sizeof(*hints));

    if (facts->symptom.items.state == FACT_KNOWN) {
        bool named = add_hints(&facts->symptom.items, false, false, hints);

        (void) add_hints(&facts->symptom.items, true, named, hints);
    }
    return hints;
}

/* Whether all that is known comes from a text: no machine was looked at. */
static bool is_text_alone(const struct facts *facts)
{
    const struct fact_str *libc = &facts->machine.libc;

    return facts->symptom.items.state == FACT_KNOWN && libc->state == FACT_UNKNOWN &&
           libc->from.len == 0;
}

/* Those for which most speaks first, then those that lack fewer facts; then from the metal up. */
static int by_likelihood(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    const struct missing *mine = &left->question->missing, *theirs = &right->question->missing;
    unsigned lower = order_of(left->question), upper = order_of(right->question);

    if (left->hints != right->hints)
        return left->hints > right->hints ? -1 : 1;
    if (mine->supported != theirs->supported)
        return mine->supported ? -1 : 1;
    if (mine->names.count != theirs->names.count)
        return mine->names.count < theirs->names.count ? -1 : 1;
    return lower < upper ? -1 : lower > upper;
}

static bool is_open(const struct judgement *judgement, struct str slug)
{
    for (size_t i = 0; i < judgement->open.count; i++)
        if (str_eq(judgement->open.items[i].rule->slug, slug))
            return true;
    return false;
}

/* The question of a cause without an open rule: what else the text would have to say. */
static struct open_question *ask_text(struct arena *arena, struct str slug)
{
    struct open_question *question = ARENA_NEW(arena, struct open_question);
    const struct rule *rule;

    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++)
        if (str_eq(rule->slug, slug))
            question->rule = rule;
    *LIST_ADD(arena, &question->missing.names) = STR("symptom.items");
    return question->rule ? question : NULL;
}

static bool is_listed(const struct verdict *verdict, const struct open_question *question)
{
    for (size_t i = 0; i < verdict->undecided.count; i++)
        if (str_eq(verdict->undecided.items[i]->rule->slug, question->rule->slug))
            return true;
    return false;
}

void list_candidates(struct arena *arena, const struct judgement *judgement,
                     struct verdict *verdict)
{
    const unsigned *hints = count_hints(arena, verdict->facts);
    bool text_alone = is_text_alone(verdict->facts);
    LIST(struct candidate) open = { 0 };
    LIST(const struct open_question *) more = { 0 };

    for (size_t i = 0; i < judgement->open.count; i++) {
        const struct open_question *question = &judgement->open.items[i];
        unsigned its = hints[order_of(question)];

        if (its || !text_alone)
            *LIST_ADD(arena, &open) = (struct candidate){ question, its };
    }
    for (size_t i = 0; i < cause_count(); i++) {
        struct str slug = cause_at(i)->slug;
        struct open_question *question =
            hints[i] && !is_open(judgement, slug) ? ask_text(arena, slug) : NULL;

        if (question)
            *LIST_ADD(arena, &open) = (struct candidate){ question, hints[i] };
    }
    if (open.count)
        qsort(open.items, open.count, sizeof(*open.items), by_likelihood);
    for (size_t i = 0; i < open.count; i++)
        if (is_listed(verdict, open.items[i].question))
            *LIST_ADD(arena, &more) = open.items[i].question;
        else
            *LIST_ADD(arena, &verdict->undecided) = open.items[i].question;
    for (size_t i = 0; i < more.count; i++)
        *LIST_ADD(arena, &verdict->undecided) = more.items[i];
}
