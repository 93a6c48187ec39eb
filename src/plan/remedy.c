#include "plan/plan.h"

#include "plan/command.h"
#include "plan/install.h"

/* The commands of the way, or those that the plan's installer makes for it. */
static bool fill_commands(struct arena *arena, const struct facts *facts,
                          const struct remedy_way *way, struct remedy_offer *offer)
{
    struct commands made;

    if (way->install.len) {
        if (!install_here(arena, facts, install_tool_named(way->install), way->current, &made))
            return false;
        for (size_t i = 0; i < made.count; i++)
            *LIST_ADD(arena, &offer->commands) = made.items[i];
        return true;
    }
    for (unsigned i = 0; i < way->commands.count; i++)
        if (!plan_command(arena, facts, rule_command(way->commands, i),
                          LIST_ADD(arena, &offer->commands)))
            return false;
    return true;
}

/* A remedy that lacks a fact would be half a remedy: it is not offered that way. */
static bool fill_way(struct arena *arena, const struct facts *facts, const struct remedy_way *way,
                     struct remedy_offer *ret)
{
    struct remedy_offer offer = { .way = way };
    struct str title;

    for (unsigned lang = 0; lang < LANG_COUNT; lang++)
        if (!plan_word(arena, facts, way->title[lang], &title))
            return false;
    if (!fill_commands(arena, facts, way, &offer))
        return false;
    (void) plan_command(arena, facts, way->check, &offer.check);
    *ret = offer;
    return true;
}

/* The first way that is possible here. */
static bool find_way(struct arena *arena, const struct facts *facts, const struct remedy *remedy,
                     struct remedy_offer *ret)
{
    if (rule_holds(arena, facts, remedy->when, NULL) != TRUTH_TRUE ||
        rule_holds(arena, facts, remedy->unless, NULL) == TRUTH_TRUE)
        return false;
    for (unsigned i = 0; i < remedy->ways.count; i++) {
        const struct remedy_way *way = rule_way(remedy->ways, i);

        if (rule_holds(arena, facts, way->when, NULL) == TRUTH_TRUE &&
            fill_way(arena, facts, way, ret))
            return true;
    }
    return false;
}

/* What a remedy costs at most: safe before root before reboot before hardware. */
static unsigned cost(const struct remedy_offer *offer)
{
    return offer->way->needs;
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

static void offer(struct arena *arena, const struct facts *facts, struct str cause,
                  struct remedy_offers *ret)
{
    const struct remedy *remedy;

    for (size_t i = 0; (remedy = remedy_at(i)) != NULL; i++) {
        struct remedy_offer found;

        if (remedy_is_for(remedy, cause) && find_way(arena, facts, remedy, &found))
            *LIST_ADD(arena, ret) = found;
    }
    sort_by_cost(ret->items, ret->count);
}

void plan_remedies(struct arena *arena, struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->findings.count; i++)
        offer(arena, verdict->facts, verdict->findings.items[i].finding->rule->slug,
              &verdict->findings.items[i].remedies);
    if (!verdict->root && verdict->cause.len)
        offer(arena, verdict->facts, verdict->cause, &verdict->next);
}
