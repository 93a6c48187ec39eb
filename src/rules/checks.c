#include "rules/checks.h"

static bool is_there(const struct check_results *results, const struct check *check,
                     const struct recipe_facts *statement)
{
    for (size_t i = results->count; i-- > 0;)
        if (results->items[i].check == check &&
            str_eq(results->items[i].statement->kind.from, statement->kind.from))
            return true;
    return false;
}

static void judge(struct arena *arena, const struct facts *facts, const struct recipe_facts *said,
                  struct check_results *found, struct check_results *open)
{
    const struct check *check;

    for (size_t i = 0; (check = check_at(i)) != NULL; i++) {
        struct check_result result = { .check = check, .statement = said };
        enum truth truth = rule_holds(arena, facts, check->when, &result.missing);
        struct check_results *to = truth == TRUTH_TRUE ? found : open;

        if (truth == TRUTH_FALSE || (truth == TRUTH_UNKNOWN && check->remark))
            continue;
        if (!is_there(to, check, said))
            *LIST_ADD(arena, to) = result;
    }
}

void checks_judge(struct arena *arena, const struct recipe_facts *statements, size_t count,
                  struct check_results *ret_found, struct check_results *ret_open)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);

    *ret_found = *ret_open = (struct check_results){ 0 };
    for (size_t i = 0; i < count; i++) {
        facts->recipe = statements[i];
        judge(arena, facts, &statements[i], ret_found, ret_open);
    }
}
