#include "rules/rules.h"

#include "knowledge/dotted.h"

#include <errno.h>

/* What an operand turned out to be. */
enum value_kind { VALUE_UNKNOWN, VALUE_NOTHING, VALUE_TEXT, VALUE_NUMBER, VALUE_BOOL };

struct value {
    enum value_kind kind;
    struct str text;
    int64_t number;
};

/* Where names are looked up: the facts, and within a quantifier the item at hand. */
struct scope {
    struct arena *arena;
    const struct facts *facts;
    struct str list; /* name of the list that is walked; empty outside a quantifier */
    size_t item;
    struct missing *missing;
};

static enum truth eval(const struct scope *scope, unsigned at);

static struct str full_name(const struct scope *scope, struct str name)
{
    if (scope->list.len == 0 || str_find_char(name, '.') != STR_NONE)
        return name;
    return arena_printf(scope->arena, "%.*s.%zu.%.*s", STR_ARG(scope->list), scope->item,
                        STR_ARG(name));
}

static void lacks(const struct scope *scope, struct str name, const struct fact_ref *ref)
{
    struct missing *missing = scope->missing;

    if (!missing)
        return;
    if (ref && fact_ref_state(ref) == FACT_UNKNOWN && fact_ref_from(ref).len)
        missing->failed = true;
    for (size_t i = 0; i < missing->names.count; i++)
        if (str_eq(missing->names.items[i], name))
            return;
    *LIST_ADD(scope->arena, &missing->names) = arena_copy(scope->arena, name);
}

static bool look_up(const struct scope *scope, struct str name, struct fact_ref *ret)
{
    return facts_find(scope->facts, full_name(scope, name), ret) == 0;
}

static struct value fact_value(const struct scope *scope, struct str name)
{
    struct fact_ref ref;

    if (!look_up(scope, name, &ref))
        return (struct value){ VALUE_NOTHING, { NULL, 0 }, 0 };
    switch (fact_ref_state(&ref)) {
    case FACT_ABSENT:
        return (struct value){ VALUE_NOTHING, { NULL, 0 }, 0 };
    case FACT_UNKNOWN:
    case FACT_DENIED:
        lacks(scope, full_name(scope, name), &ref);
        return (struct value){ VALUE_UNKNOWN, { NULL, 0 }, 0 };
    case FACT_KNOWN:
        break;
    }
    switch (ref.kind) {
    case FIELD_INT:
        return (
            struct value){ VALUE_NUMBER, { NULL, 0 }, ((const struct fact_int *) ref.fact)->value };
    case FIELD_BOOL:
        return (
            struct value){ VALUE_BOOL, { NULL, 0 }, ((const struct fact_bool *) ref.fact)->value };
    case FIELD_STR:
    case FIELD_LIST:
        break;
    }
    return (struct value){ VALUE_TEXT, fact_ref_text(scope->arena, &ref), 0 };
}

/* How many items of the list the condition holds for, or might. */
struct tally {
    size_t yes, maybe, all;
    bool complete;
};

static struct tally walk(const struct scope *scope, const struct expr *expr)
{
    struct tally tally = { .complete = true };
    const struct fact_list *list;
    struct fact_ref ref;

    if (!look_up(scope, expr->text, &ref) || ref.kind != FIELD_LIST)
        return tally;
    list = ref.fact;
    tally.all = list->state == FACT_KNOWN ? list->count : 0;
    for (size_t i = 0; i < tally.all; i++) {
        struct scope inner = *scope;
        enum truth truth;

        inner.list = expr->text;
        inner.item = i;
        truth = eval(&inner, expr->left);
        tally.yes += truth == TRUTH_TRUE;
        tally.maybe += truth == TRUTH_UNKNOWN;
    }
    if (list->state == FACT_UNKNOWN || list->state == FACT_DENIED || list->partial) {
        tally.complete = false;
        if (tally.yes == 0)
            lacks(scope, expr->text, &ref);
    }
    return tally;
}

static enum truth quantified(const struct scope *scope, const struct expr *expr)
{
    struct tally tally = walk(scope, expr);
    size_t no = tally.all - tally.yes - tally.maybe;

    if (expr->kind == EXPR_ANY && tally.yes > 0 && scope->missing)
        scope->missing->supported = true;
    if (expr->kind == EXPR_ANY ? tally.yes > 0 : no > 0)
        return expr->kind == EXPR_ANY ? TRUTH_TRUE : TRUTH_FALSE;
    if (tally.maybe || !tally.complete)
        return TRUTH_UNKNOWN;
    return expr->kind == EXPR_ANY ? TRUTH_FALSE : TRUTH_TRUE;
}

static struct value operand(const struct scope *scope, unsigned at)
{
    const struct expr *expr = rule_node(at);
    struct tally tally;

    switch (expr->kind) {
    case EXPR_TEXT:
        return (struct value){ VALUE_TEXT, expr->text, 0 };
    case EXPR_NUMBER:
        return (struct value){ VALUE_NUMBER, { NULL, 0 }, expr->number };
    case EXPR_BOOL:
        return (struct value){ VALUE_BOOL, { NULL, 0 }, expr->number };
    case EXPR_COUNT:
        tally = walk(scope, expr);
        if (tally.maybe || !tally.complete)
            return (struct value){ VALUE_UNKNOWN, { NULL, 0 }, 0 };
        return (struct value){ VALUE_NUMBER, { NULL, 0 }, (int64_t) tally.yes };
    default:
        return fact_value(scope, expr->text);
    }
}

static bool is_word_of(struct str word, struct str words)
{
    struct str next;

    while (str_next_word(&words, &next))
        if (str_eq(next, word))
            return true;
    return false;
}

static struct str as_text(const struct scope *scope, const struct value *value)
{
    return value->kind == VALUE_TEXT
               ? value->text
               : arena_printf(scope->arena, "%lld", (long long) value->number);
}

static int order(const struct scope *scope, const struct value *a, const struct value *b)
{
    if (a->kind == VALUE_TEXT || b->kind == VALUE_TEXT)
        return dotted_compare(as_text(scope, a), as_text(scope, b));
    return a->number < b->number ? -1 : a->number > b->number;
}

static bool same(const struct value *a, const struct value *b)
{
    if (a->kind == VALUE_TEXT && b->kind == VALUE_TEXT)
        return str_eq(a->text, b->text);
    return a->kind == b->kind && a->number == b->number;
}

static enum truth compare(const struct scope *scope, const struct expr *expr)
{
    struct value left = operand(scope, expr->left), right = operand(scope, expr->right);
    bool holds = false;

    if (left.kind == VALUE_NOTHING || right.kind == VALUE_NOTHING)
        return TRUTH_FALSE;
    if (left.kind == VALUE_UNKNOWN || right.kind == VALUE_UNKNOWN)
        return TRUTH_UNKNOWN;
    switch (expr->comparison) {
    case COMPARE_EQUAL:
        holds = same(&left, &right);
        break;
    case COMPARE_UNEQUAL:
        holds = !same(&left, &right);
        break;
    case COMPARE_LESS:
        holds = order(scope, &left, &right) < 0;
        break;
    case COMPARE_AT_MOST:
        holds = order(scope, &left, &right) <= 0;
        break;
    case COMPARE_GREATER:
        holds = order(scope, &left, &right) > 0;
        break;
    case COMPARE_AT_LEAST:
        holds = order(scope, &left, &right) >= 0;
        break;
    case COMPARE_IN:
        holds = is_word_of(left.text, right.text);
        break;
    case COMPARE_HAS:
        holds = str_has(left.text, right.text);
        break;
    case COMPARE_STARTS:
        holds = str_starts(left.text, right.text);
        break;
    }
    return holds ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth state_is(const struct scope *scope, const struct expr *expr)
{
    struct fact_ref ref;
    enum fact_state state;

    if (!look_up(scope, expr->text, &ref))
        return expr->kind == EXPR_ABSENT ? TRUTH_TRUE : TRUTH_FALSE;
    state = fact_ref_state(&ref);
    if (state == FACT_UNKNOWN || (state == FACT_DENIED && expr->kind == EXPR_PRESENT)) {
        lacks(scope, full_name(scope, expr->text), &ref);
        return TRUTH_UNKNOWN;
    }
    if (expr->kind == EXPR_PRESENT)
        return state == FACT_KNOWN ? TRUTH_TRUE : TRUTH_FALSE;
    return state == (expr->kind == EXPR_ABSENT ? FACT_ABSENT : FACT_DENIED) ? TRUTH_TRUE
                                                                            : TRUTH_FALSE;
}

/* A fact that stands as a condition by itself must be a boolean. */
static enum truth truth_of(struct value value)
{
    if (value.kind == VALUE_UNKNOWN)
        return TRUTH_UNKNOWN;
    return value.kind == VALUE_BOOL && value.number ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth decide(const struct scope *scope, unsigned at)
{
    const struct expr *expr = rule_node(at);
    enum truth left, right;

    switch (expr->kind) {
    case EXPR_AND:
        left = eval(scope, expr->left);
        if (left == TRUTH_FALSE)
            return TRUTH_FALSE;
        right = eval(scope, expr->right);
        return left < right ? left : right;
    case EXPR_OR:
        left = eval(scope, expr->left);
        if (left == TRUTH_TRUE)
            return TRUTH_TRUE;
        right = eval(scope, expr->right);
        return left > right ? left : right;
    case EXPR_NOT:
        return (enum truth)(TRUTH_TRUE - eval(scope, expr->left));
    case EXPR_COMPARE:
        return compare(scope, expr);
    case EXPR_ANY:
    case EXPR_ALL:
        return quantified(scope, expr);
    case EXPR_PRESENT:
    case EXPR_ABSENT:
    case EXPR_DENIED:
        return state_is(scope, expr);
    default:
        return truth_of(operand(scope, at));
    }
}

/* What was lacking below a node that is decided all the same does not matter. */
static enum truth eval(const struct scope *scope, unsigned at)
{
    struct missing before = scope->missing ? *scope->missing : (struct missing){ 0 };
    enum truth truth = decide(scope, at);

    if (scope->missing && truth != TRUTH_UNKNOWN) {
        scope->missing->names.count = before.names.count;
        scope->missing->failed = before.failed;
    }
    return truth;
}

enum truth rule_holds(struct arena *arena, const struct facts *facts, unsigned node,
                      struct missing *missing)
{
    struct scope scope = { .arena = arena, .facts = facts, .missing = missing };

    return eval(&scope, node);
}

bool rule_first_item(struct arena *arena, const struct facts *facts, const struct expr *any,
                     size_t *ret)
{
    struct scope scope = { .arena = arena, .facts = facts, .list = any->text };
    struct fact_ref ref;

    if (!look_up(&(struct scope){ .arena = arena, .facts = facts }, any->text, &ref))
        return false;
    for (; scope.item < ((const struct fact_list *) ref.fact)->count; scope.item++)
        if (eval(&scope, any->left) == TRUTH_TRUE) {
            *ret = scope.item;
            return true;
        }
    return false;
}
