#include "plan/companions.h"

#include "format/requirement.h"
#include "format/version.h"

bool companion_is_known(struct str name)
{
    struct companion row;

    for (size_t at = 0; companion_at(at, &row); at++)
        if (package_eq(row.package, name))
            return true;
    return false;
}

static bool is_within(struct str specifiers, struct str text)
{
    struct version version;
    bool matches;

    return version_parse(text, &version) == 0 &&
           specifiers_match(specifiers, &version, &matches) == 0 && matches;
}

/* Whether some companion was made for just this torch: what then is not there, is not there. */
static bool is_covered(struct str torch)
{
    struct companion row;

    for (size_t at = 0; companion_at(at, &row); at++)
        if (str_starts(row.torch, STR("==")) && is_within(row.torch, torch))
            return true;
    return false;
}

enum truth companion_for(const struct wanted *wanted, struct str torch, struct companion *ret)
{
    struct companion row;
    bool found = false, any = false;

    for (size_t at = 0; companion_at(at, &row); at++) { /* by rising version: the last one wins */
        if (!package_eq(row.package, wanted->name) || !is_within(wanted->specifiers, row.version) ||
            !is_within(row.torch, torch) || (found && row.torch.len == 0))
            continue;
        *ret = row;
        found |= row.torch.len > 0;
        any = true;
    }
    return found ? TRUTH_TRUE : any || !is_covered(torch) ? TRUTH_UNKNOWN : TRUTH_FALSE;
}
