/* The chain: what each link shows, and what the findings do to it. */
#include "diagnosis/chain.h"

#include "knowledge/causes.h"

/* A cause breaks the link of its layer; WSL has none of its own. */
static struct str link_of(struct str slug)
{
    struct str layer = cause_by_slug(slug)->layer;

    return str_eqz(layer, "wsl") ? STR("driver") : layer;
}

static bool is_broken(const struct verdict *verdict, struct str layer)
{
    for (size_t i = 0; i < verdict->findings.count; i++) {
        const struct diagnosed *cause = &verdict->findings.items[i];

        /* What another cause explains is not broken by itself. */
        if (cause->role != ROLE_CONSEQUENCE && str_eq(link_of(cause->finding->rule->slug), layer))
            return true;
    }
    return false;
}

/* A link of a door says itself that it is broken. */
static bool is_shown_broken(const struct verdict *verdict, struct str layer)
{
    for (size_t i = 0; i < verdict->chain.count; i++)
        if (str_eq(verdict->chain.items[i].link->layer, layer) &&
            verdict->chain.items[i].state == LINK_BROKEN)
            return true;
    return false;
}

static bool is_cut_off(const struct verdict *verdict, const struct link *link)
{
    for (unsigned i = 0; i < link->after.count; i++)
        if (is_broken(verdict, rule_word(link->after, i)) ||
            is_shown_broken(verdict, rule_word(link->after, i)))
            return true;
    return false;
}

/* The door's links where one was asked about, else the GPU's. */
static bool is_of_chain(const struct verdict *verdict, const struct link *link)
{
    const struct fact_str *door = &verdict->facts->access.door;

    for (unsigned i = 0; i < link->doors.count; i++)
        if (fact_is(door, rule_word(link->doors, i)))
            return true;
    return link->doors.count == 0 && door->state != FACT_KNOWN;
}

void diagnose_chain(struct arena *arena, struct verdict *verdict)
{
    const struct link *link;

    for (size_t i = 0; (link = link_at(i)) != NULL; i++) {
        struct chain_link *shown;

        if (!is_of_chain(verdict, link))
            continue;
        shown = LIST_ADD(arena, &verdict->chain);
        *shown = (struct chain_link){ .link = link, .state = LINK_UNKNOWN };
        for (unsigned c = 0; c < link->cases.count && !shown->text; c++) {
            const struct link_case *row = rule_case(link->cases, c);

            if (rule_holds(arena, verdict->facts, row->when, NULL) == TRUTH_TRUE) {
                shown->text = row;
                shown->state = row->state;
            }
        }
        if (is_broken(verdict, link->layer))
            shown->state = LINK_BROKEN;
        else if (is_cut_off(verdict, link) && shown->state != LINK_ABSENT)
            shown->state = LINK_NOT_REACHED;
    }
}

static bool is_asked_for(struct range links, struct str layer)
{
    for (unsigned i = 0; i < links.count; i++)
        if (str_eq(rule_word(links, i), layer))
            return true;
    return links.count == 0;
}

bool chain_holds(const struct verdict *verdict, struct range links)
{
    for (size_t i = 0; i < verdict->chain.count; i++) {
        const struct chain_link *link = &verdict->chain.items[i];
        struct str layer = link->link->layer;

        /* Only the container may be absent: nobody needs to be in one. */
        if (is_asked_for(links, layer) && link->state != LINK_OK &&
            !(link->state == LINK_ABSENT && str_eqz(layer, "container")))
            return false;
    }
    return true;
}
