#include "plan/plan.h"

#include "plan/command.h"

/* A remedy that lacks a fact would be half a remedy: it is not offered. */
static bool fill_remedy(struct arena *arena, const struct facts *facts, const struct remedy *remedy,
                        struct remedy_offer *ret)
{
    struct str title;

    *ret = (struct remedy_offer){ .remedy = remedy };
    for (unsigned lang = 0; lang < LANG_COUNT; lang++)
        if (!plan_word(arena, facts, remedy->title[lang], &title))
            return false;
    for (unsigned i = 0; i < remedy->commands.count; i++)
        if (!plan_command(arena, facts, rule_command(remedy->commands, i),
                          LIST_ADD(arena, &ret->commands)))
            return false;
    return true;
}

/* What a remedy costs at most: safe before root before reboot before hardware. */
static unsigned cost(const struct remedy_offer *offer)
{
    return offer->remedy->needs;
}

static void sort_by_cost(struct remedy_offer *offers, size_t count)
{
    for (size_t i = 1; i < count; i++) /* few rows, and those of equal cost keep their order */
        for (size_t k = i; k > 0 && cost(&offers[k]) < cost(&offers[k - 1]); k--) {
            struct remedy_offer later = offers[k - 1];

            offers[k - 1] = offers[k];
            offers[k] = later;
        }
}

void plan_remedies(struct arena *arena, struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->findings.count; i++) {
        struct diagnosed *cause = &verdict->findings.items[i];
        struct range names = cause->finding->rule->remedies;

        for (unsigned n = 0; n < names.count; n++) {
            const struct remedy *remedy = remedy_by_name(rule_word(names, n));
            struct remedy_offer offer;

            if (rule_holds(arena, verdict->facts, remedy->when, NULL) == TRUTH_TRUE &&
                fill_remedy(arena, verdict->facts, remedy, &offer))
                *LIST_ADD(arena, &cause->remedies) = offer;
        }
        sort_by_cost(cause->remedies.items, cause->remedies.count);
    }
}
