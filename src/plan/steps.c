#include "plan/steps.h"

#include "plan/command.h"

/* What a link adds to a step's answer: the worse wins, and what is absent asks for nothing. */
static unsigned weight(enum link_state state)
{
    static const unsigned weights[] = {
        [LINK_ABSENT] = 0,  [LINK_OK] = 1,     [LINK_NOT_REACHED] = 2,
        [LINK_UNKNOWN] = 3, [LINK_BROKEN] = 4,
    };

    return weights[state];
}

static void answer_by_links(struct arena *arena, const struct verdict *verdict,
                            struct walked_step *step)
{
    step->state = LINK_ABSENT;
    for (size_t i = 0; i < verdict->chain.count; i++) {
        const struct chain_link *link = &verdict->chain.items[i];
        bool asked = false;

        for (unsigned w = 0; w < step->row->links.count; w++)
            asked = asked || str_eq(rule_word(step->row->links, w), link->link->layer);
        if (!asked)
            continue;
        *LIST_ADD(arena, &step->links) = link;
        if (weight(link->state) > weight(step->state))
            step->state = link->state;
    }
}

static void answer_by_cases(struct arena *arena, const struct verdict *verdict,
                            struct walked_step *step)
{
    for (unsigned c = 0; c < step->row->cases.count && !step->text; c++) {
        const struct link_case *row = rule_case(step->row->cases, c);

        if (rule_holds(arena, verdict->facts, row->when, NULL) != TRUTH_TRUE)
            continue;
        step->text = row;
        step->state = row->state;
    }
}

static void find_read(struct arena *arena, const struct facts *facts, struct walked_step *step)
{
    for (unsigned i = 0; i < step->row->read.count; i++) {
        struct str name = rule_word(step->row->read, i);
        struct fact_ref ref;

        if (facts_find(facts, name, &ref) == 0 && fact_ref_state(&ref) != FACT_UNKNOWN)
            *LIST_ADD(arena, &step->read) = name;
    }
}

static void find_hand(struct arena *arena, const struct facts *facts, struct walked_step *step)
{
    for (unsigned i = 0; i < step->row->hands.count && !step->hand; i++) {
        const struct by_hand *hand = rule_by_hand(step->row->hands, i);

        if (rule_holds(arena, facts, hand->when, NULL) == TRUTH_TRUE &&
            plan_command(arena, facts, hand->command, &step->command))
            step->hand = hand;
    }
}

void plan_steps(struct arena *arena, const struct verdict *verdict, struct walk *ret)
{
    const struct step_row *row;

    *ret = (struct walk){ 0 };
    for (size_t i = 0; (row = step_at(i)) != NULL; i++) {
        struct walked_step *step = LIST_ADD(arena, &ret->steps);

        *step = (struct walked_step){ .row = row, .state = LINK_UNKNOWN };
        if (row->links.count)
            answer_by_links(arena, verdict, step);
        answer_by_cases(arena, verdict, step);
        find_read(arena, verdict->facts, step);
        find_hand(arena, verdict->facts, step);
    }
}
