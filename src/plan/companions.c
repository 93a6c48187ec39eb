#include "plan/companions.h"

#include "format/requirement.h"

static bool read_clauses(struct made_for *made)
{
    struct str rest = made->row.torch;
    struct specifier clause;
    int got;

    while ((got = specifiers_next(&rest, &clause)) > 0) {
        if (made->clause_count == COMPANION_CLAUSES)
            return false;
        made->clauses[made->clause_count++] = clause;
    }
    return got == 0;
}

void companions_load(struct arena *arena, const struct knowledge *knowledge, struct companions *ret)
{
    struct companions companions = { 0 };
    struct companion row, before = { 0 };

    for (size_t at = 0; companion_at(knowledge, at, &row); at++) {
        struct made_for made = { .row = row };
        bool again = str_eq(row.package, before.package) && str_eq(row.version, before.version);

        before = row;
        if (!again && read_clauses(&made)) /* a version stands there once for each platform */
            *LIST_ADD(arena, &companions) = made;
    }
    *ret = companions;
}

bool companion_is_known(const struct companions *companions, struct str name)
{
    for (size_t i = 0; i < companions->count; i++)
        if (companions->items[i].clause_count && package_eq(companions->items[i].row.package, name))
            return true;
    return false;
}

static bool is_for(const struct made_for *made, const struct version *torch)
{
    for (size_t i = 0; i < made->clause_count; i++)
        if (!specifier_matches(&made->clauses[i], torch))
            return false;
    return true;
}

static bool is_within(struct str specifiers, struct str text)
{
    struct version version;
    bool matches;

    return specifiers.len == 0 ||
           (version_parse(text, &version) == 0 &&
            specifiers_match(specifiers, &version, &matches) == 0 && matches);
}

/* Whether some companion was made for just this torch: what then is not there, is not there. */
static bool is_covered(const struct companions *companions, const struct version *torch)
{
    for (size_t i = 0; i < companions->count; i++) {
        const struct made_for *made = &companions->items[i];

        if (made->clause_count && made->clauses[0].op == SPECIFIER_EQUAL && is_for(made, torch))
            return true;
    }
    return false;
}

enum truth companion_for(const struct companions *companions, const struct wanted *wanted,
                         struct str torch, struct companion *ret)
{
    struct version version;
    bool found = false, any = false;

    if (version_parse(torch, &version) < 0)
        return TRUTH_UNKNOWN;
    for (size_t i = 0; i < companions->count; i++) { /* by rising version: the last one wins */
        const struct made_for *made = &companions->items[i];

        if ((found && made->clause_count == 0) || !is_for(made, &version) ||
            !package_eq(made->row.package, wanted->name) ||
            !is_within(wanted->specifiers, made->row.version))
            continue;
        *ret = made->row;
        found |= made->clause_count > 0;
        any = true;
    }
    return found                                      ? TRUTH_TRUE
           : any || !is_covered(companions, &version) ? TRUTH_UNKNOWN
                                                      : TRUTH_FALSE;
}
