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

static bool is_elsewhere(const struct companion *row, struct str platform)
{
    return platform.len && row->platform.len && !str_eq(row->platform, platform);
}

void companions_load(struct arena *arena, const struct knowledge *knowledge, struct str platform,
                     struct companions *ret)
{
    struct companions companions = { 0 };
    struct companion row;

    for (size_t at = 0; companion_at(knowledge, at, &row); at++) {
        struct made_for made = { .row = row, .elsewhere = is_elsewhere(&row, platform) };

        if (made.elsewhere || read_clauses(&made))
            *LIST_ADD(arena, &companions) = made;
    }
    *ret = companions;
}

bool companion_is_known(const struct companions *companions, struct str name)
{
    struct str package = { NULL, 0 }; /* rows of one package stand together */
    bool ours = false;

    for (size_t i = 0; i < companions->count; i++) {
        const struct made_for *made = &companions->items[i];

        if (!str_eq(made->row.package, package)) {
            package = made->row.package;
            ours = package_eq(package, name);
        }
        if (ours && made->row.torch.len)
            return true;
    }
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

        if (!made->elsewhere && made->clause_count && made->clauses[0].op == SPECIFIER_EQUAL &&
            is_for(made, torch))
            return true;
    }
    return false;
}

enum truth companion_for(const struct companions *companions, const struct wanted *wanted,
                         struct str torch, struct companion *ret)
{
    struct version version;
    struct str package = { NULL, 0 }; /* rows of one package stand together */
    bool ours = false, here = false, found = false, any = false;

    if (version_parse(torch, &version) < 0)
        return TRUTH_UNKNOWN;
    for (size_t i = 0; i < companions->count; i++) { /* by rising version: the last one wins */
        const struct made_for *made = &companions->items[i];

        if (!str_eq(made->row.package, package)) {
            package = made->row.package;
            ours = package_eq(package, wanted->name);
        }
        if (!ours || made->elsewhere)
            continue;
        here = true;
        if ((found && made->clause_count == 0) || !is_for(made, &version) ||
            !is_within(wanted->specifiers, made->row.version))
            continue;
        *ret = made->row;
        found |= made->clause_count > 0;
        any = true;
    }
    if (found)
        return TRUTH_TRUE;
    return any || !here || !is_covered(companions, &version) ? TRUTH_UNKNOWN : TRUTH_FALSE;
}
