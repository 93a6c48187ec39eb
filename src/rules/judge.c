#include "rules/rules.h"

/* The first item of the list for which the condition's any(list: …) holds. */
static bool matching_item(struct arena *arena, const struct facts *facts, unsigned at,
                          struct str list, size_t *ret)
{
    const struct expr *expr = rule_node(at);

    switch (expr->kind) {
    case EXPR_AND:
    case EXPR_OR:
        return matching_item(arena, facts, expr->left, list, ret) ||
               matching_item(arena, facts, expr->right, list, ret);
    case EXPR_ANY:
        return str_eq(expr->text, list) && rule_first_item(arena, facts, expr, ret);
    default:
        return false;
    }
}

/*
 * In a rule's evidence, "hardware.gpus.capability" means that member of the item for which the rule
 * is true; it becomes "hardware.gpus.1.capability". Other names stay as they are.
 */
static struct str evidence_name(struct arena *arena, const struct facts *facts,
                                const struct rule *rule, struct str name)
{
    struct str layer, rest, list_name, member, list;
    size_t item;

    (void) str_cut(name, '.', &layer, &rest);
    if (!str_cut(rest, '.', &list_name, &member))
        return name;
    list = str_slice(name, 0, layer.len + 1 + list_name.len);
    if (!matching_item(arena, facts, rule->when, list, &item))
        return name;
    return arena_printf(arena, "%.*s.%zu.%.*s", STR_ARG(list), item, STR_ARG(member));
}

/* The finding of the rule's cause: the one there is, or a new one. NULL where what was found is as
 * sure. */
static struct finding *better_finding(struct arena *arena, struct judgement *judgement,
                                      const struct rule *rule)
{
    for (size_t i = 0; i < judgement->findings.count; i++) {
        struct finding *finding = &judgement->findings.items[i];

        if (str_eq(finding->rule->slug, rule->slug))
            return rule->certainty > finding->rule->certainty ? finding : NULL;
    }
    return LIST_ADD(arena, &judgement->findings);
}

/* Whether the condition asks if the fact is there at all. */
static bool asks_for(unsigned at, struct str fact)
{
    const struct expr *expr = rule_node(at);

    switch (expr->kind) {
    case EXPR_AND:
    case EXPR_OR:
        return asks_for(expr->left, fact) || asks_for(expr->right, fact);
    case EXPR_NOT:
        return asks_for(expr->left, fact);
    case EXPR_PRESENT:
    case EXPR_ABSENT:
        return str_eq(expr->text, fact);
    default:
        return false;
    }
}

/* What is not there is evidence only where that is the point. */
static bool is_evidence(const struct facts *facts, const struct rule *rule, struct str fact)
{
    struct fact_ref ref;

    return facts_find(facts, fact, &ref) < 0 || fact_ref_state(&ref) != FACT_ABSENT ||
           asks_for(rule->when, fact);
}

static void take(struct arena *arena, const struct facts *facts, const struct rule *rule,
                 struct finding *finding)
{
    *finding = (struct finding){ .rule = rule };
    for (unsigned e = 0; e < rule->evidence.count; e++) {
        struct str name = evidence_name(arena, facts, rule, rule_word(rule->evidence, e));

        if (is_evidence(facts, rule, name))
            *LIST_ADD(arena, &finding->evidence) = name;
    }
}

/* Who asks about a door asks about nothing else, but of a container what a login there sees. */
static bool is_asked(const struct facts *facts, const struct rule *rule)
{
    return facts->access.door.state != FACT_KNOWN || str_starts(rule->slug, STR("access/")) ||
           (fact_is(&facts->access.door, STR("container")) &&
            str_eqz(rule->slug, "torch/wrong-environment"));
}

void rules_judge(struct arena *arena, const struct facts *facts, struct judgement *ret)
{
    const struct rule *rule;

    *ret = (struct judgement){ 0 };
    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++) {
        struct missing missing = { 0 };
        enum truth truth =
            is_asked(facts, rule) ? rule_holds(arena, facts, rule->when, &missing) : TRUTH_FALSE;

        if (truth == TRUTH_TRUE) {
            struct finding *finding = better_finding(arena, ret, rule);

            if (finding)
                take(arena, facts, rule, finding);
        } else if (truth == TRUTH_UNKNOWN) {
            *LIST_ADD(arena, &ret->open) = (struct open_question){ rule, missing };
        }
    }
}
