/*
 * What people write in knowledge/ names facts that exist: a condition on a misspelt fact would
 * never be true, and nobody would notice.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "facts/facts.h"
#include "knowledge/rules.h"

static const struct facts nothing;

static const struct item_type *items_of(struct str list)
{
    struct fact_ref ref;

    return facts_find(&nothing, list, &ref) == 0 && ref.kind == FIELD_LIST ? ref.field->items
                                                                           : NULL;
}

static bool is_member(const struct item_type *items, struct str name)
{
    for (size_t i = 0; items && i < items->field_count; i++)
        if (str_eqz(name, items->fields[i].name))
            return true;
    return false;
}

/* "layer.fact", or "layer.list.member". */
static bool exists(struct str name)
{
    struct str layer, rest, list, member;
    struct fact_ref ref;

    if (facts_find(&nothing, name, &ref) == 0)
        return true;
    return str_cut(name, '.', &layer, &rest) && str_cut(rest, '.', &list, &member) &&
           is_member(items_of(str_slice(name, 0, layer.len + 1 + list.len)), member);
}

static void check_name(struct str name, const struct item_type *inside)
{
    if (!exists(name) && !is_member(inside, name))
        fail_msg("no fact is called %.*s", STR_ARG(name));
}

static void check_condition(unsigned node, const struct item_type *inside)
{
    const struct expr *expr = rule_node(node);

    switch (expr->kind) {
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_COMPARE:
        check_condition(expr->right, inside);
        check_condition(expr->left, inside);
        break;
    case EXPR_NOT:
        check_condition(expr->left, inside);
        break;
    case EXPR_ANY:
    case EXPR_ALL:
    case EXPR_COUNT:
        if (!items_of(expr->text))
            fail_msg("no list is called %.*s", STR_ARG(expr->text));
        check_condition(expr->left, items_of(expr->text));
        break;
    case EXPR_FACT:
    case EXPR_PRESENT:
    case EXPR_ABSENT:
    case EXPR_DENIED:
        check_name(expr->text, inside);
        break;
    case EXPR_TEXT:
    case EXPR_NUMBER:
    case EXPR_BOOL:
        break;
    }
}

/* "driver {driver.version}, {hardware.gpus.0.capability|sm}, {{braces}". */
static void check_template(struct str text)
{
    struct str before, name, format, rest = text;

    while (str_cut(rest, '{', &before, &rest)) {
        if (rest.len && rest.data[0] == '{') {
            rest = str_from(rest, 1);
            continue;
        }
        assert_true(str_cut(rest, '}', &name, &rest));
        (void) str_cut(name, '|', &name, &format);
        check_name(name, NULL);
    }
}

static void check_templates(const struct str texts[LANG_COUNT])
{
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        check_template(texts[lang]);
}

static void check_names(struct range names)
{
    for (unsigned i = 0; i < names.count; i++)
        check_name(rule_word(names, i), NULL);
}

static void check_words(struct range words)
{
    for (unsigned i = 0; i < words.count; i++)
        check_template(rule_word(words, i));
}

static void check_cases(struct range cases)
{
    for (unsigned i = 0; i < cases.count; i++) {
        check_condition(rule_case(cases, i)->when, NULL);
        check_templates(rule_case(cases, i)->text);
    }
}

static void test_rules__name_facts_that_exist(void **state)
{
    const struct rule *rule;

    (void) state;
    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++) {
        check_condition(rule->when, NULL);
        check_names(rule->evidence);
        check_templates(rule->headline);
    }
}

static void check_way(const struct remedy_way *way)
{
    check_condition(way->when, NULL);
    check_templates(way->title);
    check_words(way->check);
    for (unsigned c = 0; c < way->commands.count; c++)
        check_words(rule_command(way->commands, c));
}

static void test_remedies__name_facts_that_exist(void **state)
{
    const struct remedy *remedy;

    (void) state;
    for (size_t i = 0; (remedy = remedy_at(i)) != NULL; i++) {
        check_condition(remedy->when, NULL);
        check_condition(remedy->unless, NULL);
        for (unsigned w = 0; w < remedy->ways.count; w++)
            check_way(rule_way(remedy->ways, w));
    }
}

static void test_chain_and_steps__name_facts_that_exist(void **state)
{
    const struct healthy *healthy;
    const struct step_row *step;
    const struct link *link;

    (void) state;
    for (size_t i = 0; (link = link_at(i)) != NULL; i++)
        check_cases(link->cases);
    for (size_t i = 0; (step = step_at(i)) != NULL; i++) {
        check_names(step->read);
        check_cases(step->cases);
        for (unsigned h = 0; h < step->hands.count; h++) {
            check_condition(rule_by_hand(step->hands, h)->when, NULL);
            check_words(rule_by_hand(step->hands, h)->command);
        }
    }
    for (size_t i = 0; (healthy = healthy_at(i)) != NULL; i++) {
        check_condition(healthy->when, NULL);
        check_templates(healthy->headline);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules__name_facts_that_exist),
        cmocka_unit_test(test_remedies__name_facts_that_exist),
        cmocka_unit_test(test_chain_and_steps__name_facts_that_exist),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
