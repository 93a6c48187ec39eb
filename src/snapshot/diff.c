#include "snapshot/diff.h"

#include "probe/probe.h"
#include "snapshot/compare.h"

struct search {
    struct arena *arena;
    const struct facts *a, *b;
    struct units units;
    struct diff *diff;
};

struct unit_set {
    LIST(size_t) items;
};

static void derive(struct arena *arena, struct facts *facts)
{
    struct probe_ctx ctx = { .arena = arena, .facts = facts };

    probe_all(&ctx, COST_NOTHING);
}

static void judge(struct arena *arena, const struct facts *facts, struct verdict *ret)
{
    struct judgement judgement = { 0 };

    rules_judge(arena, facts, &judgement);
    diagnose(arena, facts, &judgement, ret);
}

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
    return a->state == b->state && str_eq(a->cause, b->cause);
}

/* --- what follows from the rest ------------------------------------------------------------ */

/* Whether all derived facts, and `unit`, come back where they are taken away. */
static bool comes_back(const struct search *search, const struct unit *unit,
                       const struct facts *facts)
{
    AUTO_ARENA *scratch = arena_new_like(search->arena);
    struct facts *trial = ARENA_NEW(scratch, struct facts);
    struct facts *whole = ARENA_NEW(scratch, struct facts);

    *whole = *facts;
    copy_facts(scratch, facts, trial);
    for (size_t i = 0; i < search->units.list.count; i++)
        if (search->units.list.items[i].derived)
            clear_unit(&search->units.list.items[i], trial);
    clear_unit(unit, trial);
    derive(scratch, trial);
    for (size_t i = 0; i < search->units.list.count; i++) {
        const struct unit *other = &search->units.list.items[i];

        if ((other == unit || other->derived) &&
            !same_fact(other->field->kind, unit_fact(other, trial), unit_fact(other, whole)))
            return false;
    }
    return true;
}

static void find_derived(struct search *search)
{
    for (size_t i = 0; i < search->units.list.count; i++) {
        struct unit *unit = &search->units.list.items[i];

        if (unit->is_item || unit->field->kind == FIELD_LIST)
            continue;
        unit->derived = comes_back(search, unit, search->a) && comes_back(search, unit, search->b);
    }
}

/* --- putting back -------------------------------------------------------------------------- */

/* Whether B with these units as A has them gets A's verdict. */
static bool explains(const struct search *search, const size_t *units, size_t count)
{
    AUTO_ARENA *scratch = arena_new_like(search->arena);
    struct facts *trial = ARENA_NEW(scratch, struct facts);
    struct verdict verdict = { 0 };

    copy_facts(scratch, search->b, trial);
    for (size_t i = 0; i < search->units.list.count; i++)
        if (search->units.list.items[i].derived)
            clear_unit(&search->units.list.items[i], trial);
    for (size_t i = 0; i < count; i++)
        put_unit(scratch, &search->units.list.items[units[i]], search->a, trial);
    derive(scratch, trial);
    judge(scratch, trial, &verdict);
    return same_verdict(&verdict, &search->diff->a.verdict);
}

static struct change_set changes_of(const struct search *search, const size_t *units, size_t count)
{
    struct change_set set = { 0 };

    for (size_t c = 0; c < search->diff->changes.count; c++)
        for (size_t i = 0; i < count; i++)
            if (search->diff->changes.items[c].unit == units[i])
                *LIST_ADD(search->arena, &set.changes) = c;
    return set;
}

/* Leaves out what can be left out: halves first, then quarters, at last one by one (after Zeller
 * and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002). */
static void shrink(const struct search *search, struct unit_set *set)
{
    for (size_t size = (set->items.count + 1) / 2; size > 0; size = size > 1 ? (size + 1) / 2 : 0)
        for (size_t at = 0; at < set->items.count && set->items.count > 1;) {
            size_t end = at + size < set->items.count ? at + size : set->items.count;
            struct unit_set rest = { 0 };

            for (size_t i = 0; i < set->items.count; i++)
                if (i < at || i >= end)
                    *LIST_ADD(search->arena, &rest.items) = set->items.items[i];
            if (rest.items.count && explains(search, rest.items.items, rest.items.count))
                *set = rest;
            else
                at = end;
        }
}

static void explain(struct search *search)
{
    struct unit_set all = { 0 };

    for (size_t i = 0; i < search->units.list.count; i++) {
        if (search->units.list.items[i].derived)
            continue;
        *LIST_ADD(search->arena, &all.items) = i;
        if (!explains(search, &i, 1))
            continue;
        if (search->diff->explained.changes.count)
            *LIST_ADD(search->arena, &search->diff->others) = changes_of(search, &i, 1);
        else
            search->diff->explained = changes_of(search, &i, 1);
    }
    if (search->diff->explained.changes.count ||
        !explains(search, all.items.items, all.items.count))
        return;
    shrink(search, &all);
    search->diff->explained = changes_of(search, all.items.items, all.items.count);
}

/* Changes of facts that follow from others tell nothing new. */
static void drop_derived(struct search *search)
{
    struct diff *diff = search->diff;
    size_t count = 0;

    for (size_t i = 0; i < diff->changes.count; i++)
        if (!search->units.list.items[diff->changes.items[i].unit].derived)
            diff->changes.items[count++] = diff->changes.items[i];
    diff->changes.count = count;
}

void diff_facts(struct arena *arena, struct facts *a, struct facts *b, struct diff *ret)
{
    struct search search = { .arena = arena, .a = a, .b = b, .diff = ret };

    *ret = (struct diff){ .a = { .facts = a }, .b = { .facts = b } };
    derive(arena, a);
    derive(arena, b);
    judge(arena, a, &ret->a.verdict);
    judge(arena, b, &ret->b.verdict);
    compare_facts(arena, a, b, &search.units, ret);
    find_derived(&search);
    drop_derived(&search);
    ret->same_verdict = same_verdict(&ret->a.verdict, &ret->b.verdict);
    if (!ret->same_verdict)
        explain(&search);
}
