/* judge: a subject against every rule, and every exception against the day. */
#include "policy/parts.h"

struct judging {
    struct arena *arena;
    const struct policy_subject *subject;
    const struct policy_rule *rule;
    struct policy_results *to;
    size_t before;                /* results of other rules, which stand before this one's */
    size_t said[POLICY_ENDS + 1]; /* by this rule, of each kind */
    struct facts *facts; /* of a stack; of a file, where its statements are put one by one */
    const struct recipe_facts *statement;
};

static const struct str nothing = { NULL, 0 };

/* What was said already of this statement's line: a command may install a thing twice. */
static bool is_said(const struct judging *judging, const struct policy_result *result)
{
    struct str line = judging->statement->kind.from;

    for (size_t i = judging->to->count; i-- > judging->before;) {
        const struct policy_result *other = &judging->to->items[i];

        if (!other->statement || !str_eq(other->statement->kind.from, line))
            break;
        if (other->kind == result->kind && other->look == result->look &&
            other->check == result->check &&
            str_eq(other->statement->name.value, result->statement->name.value))
            return true;
    }
    return false;
}

static struct policy_result *add(struct judging *judging, struct policy_result result)
{
    result.subject = judging->subject;
    result.rule = judging->rule;
    if (!result.statement)
        result.statement = judging->statement;
    if (result.statement && result.from.len == 0)
        result.from = result.statement->kind.from;
    if (judging->said[result.kind]++ >= POLICY_SAID ||
        (judging->statement && is_said(judging, &result)))
        return NULL;
    *LIST_ADD(judging->arena, judging->to) = result;
    return &judging->to->items[judging->to->count - 1];
}

static void add_open(struct judging *judging, const struct policy_look *look,
                     const struct missing *missing, struct str fact, struct str from)
{
    struct policy_result *result = add(
        judging,
        (struct policy_result){
            .kind = POLICY_OPEN, .look = look, .fact = fact, .from = from, .missing = *missing });

    if (result && fact.len && missing->names.count == 0)
        *LIST_ADD(judging->arena, &result->missing.names) = fact;
}

/* --- values and states --------------------------------------------------------------------- */

/* "12.4.1" as the tag of a build, "cu124". */
static struct str as_tag(struct arena *arena, struct str cuda)
{
    struct str major, minor, rest;

    (void) str_cut(cuda, '.', &major, &rest);
    (void) str_cut(rest, '.', &minor, &rest);
    return arena_printf(arena, "cu%.*s%.*s", STR_ARG(major), STR_ARG(minor));
}

static void judge_value(struct judging *judging, const struct policy_look *look)
{
    static const struct missing none = { 0 };
    struct fact_ref ref;
    struct str value;
    enum truth allowed;

    if (facts_find(judging->facts, look->fact, &ref) < 0)
        return;
    if (fact_ref_state(&ref) == FACT_ABSENT && !look->needed)
        return;
    if (fact_ref_state(&ref) != FACT_KNOWN) {
        add_open(judging, look, &none, look->fact, fact_ref_from(&ref));
        return;
    }
    value = fact_ref_text(judging->arena, &ref);
    if (look->is_cuda)
        value = as_tag(judging->arena, value);
    allowed = policy_allows(judging->arena, judging->rule->key->form, &judging->rule->items, value);
    if (allowed == TRUTH_UNKNOWN)
        add_open(judging, look, &none, look->fact, fact_ref_from(&ref));
    else if (allowed == TRUTH_FALSE)
        (void) add(judging, (struct policy_result){ .kind = POLICY_BROKEN,
                                                    .look = look,
                                                    .fact = look->fact,
                                                    .from = fact_ref_from(&ref) });
}

static bool is_wanted(const struct policy_rule *rule, const struct policy_look *look)
{
    if (rule->key->form != POLICY_STATES)
        return true;
    for (size_t i = 0; i < rule->items.count; i++)
        if (str_eq(rule->items.items[i], look->state))
            return true;
    return false;
}

static void judge_look(struct judging *judging, const struct policy_look *look)
{
    struct missing missing = { 0 };
    enum truth truth = rule_holds(judging->arena, judging->facts, look->when, &missing);
    struct fact_ref ref;

    if (truth == TRUTH_UNKNOWN)
        add_open(judging, look, &missing, nothing, nothing);
    else if (truth == TRUTH_TRUE && judging->rule->key->form != POLICY_STATES)
        judge_value(judging, look);
    else if (truth == TRUTH_TRUE && facts_find(judging->facts, look->fact, &ref) == 0)
        (void) add(judging, (struct policy_result){ .kind = POLICY_BROKEN,
                                                    .look = look,
                                                    .fact = look->fact,
                                                    .from = fact_ref_from(&ref) });
}

static void judge_looks(struct judging *judging)
{
    const struct policy_look *look;

    for (unsigned i = 0; (look = policy_look(judging->rule->key, i)) != NULL; i++)
        if (look->statement == (judging->statement != NULL) && is_wanted(judging->rule, look))
            judge_look(judging, look);
}

static void judge_statements(struct judging *judging)
{
    const struct recipe *recipe = judging->subject->recipe;

    for (size_t i = 0; i < recipe->count; i++) {
        judging->statement = &recipe->items[i];
        judging->facts->recipe = recipe->items[i];
        judge_looks(judging);
    }
    judging->statement = NULL;
}

/* --- checks -------------------------------------------------------------------------------- */

static bool names(const struct judging *judging, struct str cause)
{
    return policy_allows(judging->arena, POLICY_PATTERNS, &judging->rule->items, cause) ==
           TRUTH_TRUE;
}

static bool is_found(const struct judgement *judgement, struct str cause)
{
    for (size_t i = 0; i < judgement->findings.count; i++)
        if (str_eq(judgement->findings.items[i].rule->slug, cause))
            return true;
    return false;
}

static bool is_open(const struct judging *judging, struct str cause)
{
    for (size_t i = judging->before; i < judging->to->count; i++) {
        const struct policy_result *other = &judging->to->items[i];

        if (other->kind == POLICY_OPEN && other->cause && str_eq(other->cause->slug, cause))
            return true;
    }
    return false;
}

/* A cause has many rules: it is said once. */
static void judge_causes(struct judging *judging)
{
    const struct judgement *judgement = judging->subject->judgement;

    for (size_t i = 0; i < judgement->findings.count; i++) {
        const struct finding *finding = &judgement->findings.items[i];
        struct str fact = finding->evidence.count ? finding->evidence.items[0] : nothing;
        struct fact_ref ref;

        if (!names(judging, finding->rule->slug))
            continue;
        (void) add(judging,
                   (struct policy_result){ .kind = POLICY_BROKEN,
                                           .cause = finding->rule,
                                           .fact = fact,
                                           .from = facts_find(judging->facts, fact, &ref) == 0
                                                       ? fact_ref_from(&ref)
                                                       : nothing });
    }
    for (size_t i = 0; i < judgement->open.count; i++) {
        const struct open_question *open = &judgement->open.items[i];

        if (names(judging, open->rule->slug) && !is_found(judgement, open->rule->slug) &&
            !is_open(judging, open->rule->slug))
            (void) add(judging, (struct policy_result){ .kind = POLICY_OPEN,
                                                        .cause = open->rule,
                                                        .missing = open->missing });
    }
}

static struct str first_word(struct range words)
{
    return words.count ? rule_word(words, 0) : nothing;
}

static void judge_checks(struct judging *judging, const struct check_results *results,
                         enum policy_kind kind)
{
    for (size_t i = 0; i < results->count; i++) {
        const struct check_result *result = &results->items[i];

        judging->statement = result->statement;
        if (!result->check->remark && names(judging, result->check->slug))
            (void) add(judging, (struct policy_result){ .kind = kind,
                                                        .check = result->check,
                                                        .fact = first_word(result->check->evidence),
                                                        .missing = result->missing });
    }
    judging->statement = NULL;
}

/* --- rules and exceptions ------------------------------------------------------------------ */

static void judge_rule(struct judging *judging)
{
    const struct policy_subject *subject = judging->subject;
    bool causes = judging->rule->key->form == POLICY_CAUSES;

    if (subject->facts && causes) {
        judge_causes(judging);
    } else if (subject->facts) {
        judge_looks(judging);
    } else if (causes) {
        judge_checks(judging, subject->found, POLICY_BROKEN);
        judge_checks(judging, subject->open, POLICY_OPEN);
    } else {
        judge_statements(judging);
    }
}

/* The exception that covers the rule here: only one that is certainly for this subject does. */
static const struct policy_exception *covering(const struct judging *judging,
                                               const struct policy *policy, int32_t today)
{
    for (size_t i = 0; i < policy->exceptions.count; i++) {
        const struct policy_exception *exception = &policy->exceptions.items[i];

        if (exception->rule == judging->rule && exception->last_day >= today &&
            policy_is_for(&exception->scope, judging->subject) == TRUTH_TRUE)
            return exception;
    }
    return NULL;
}

static void say_dates(struct judging *judging, const struct policy *policy, int32_t today)
{
    for (size_t i = 0; i < policy->exceptions.count; i++) {
        const struct policy_exception *exception = &policy->exceptions.items[i];
        bool is_over = exception->last_day < today;

        if (exception->rule != judging->rule || exception->last_day - today > POLICY_SOON ||
            policy_is_for(&exception->scope, judging->subject) != TRUTH_TRUE)
            continue;
        (void) add(judging, (struct policy_result){ .kind = is_over ? POLICY_EXPIRED : POLICY_ENDS,
                                                    .exception = exception });
    }
}

/* What the rule's results mean, now that it is known for whom the rule is. */
static void settle(struct judging *judging, enum truth is_for,
                   const struct policy_exception *exception)
{
    size_t kept = judging->before;

    for (size_t i = judging->before; i < judging->to->count; i++) {
        struct policy_result *result = &judging->to->items[i];

        if (exception && result->kind == POLICY_OPEN)
            continue;
        if (exception) {
            result->kind = POLICY_EXCEPTED;
            result->exception = exception;
        } else if (is_for == TRUTH_UNKNOWN) {
            result->scope_open = result->kind == POLICY_BROKEN;
            result->kind = POLICY_OPEN;
        }
        judging->to->items[kept++] = *result;
    }
    judging->to->count = kept;
}

void policy_judge(struct arena *arena, const struct policy *policy,
                  const struct policy_subject *subject, int32_t today, struct policy_results *to)
{
    struct judging judging = {
        .arena = arena, .subject = subject, .to = to, .facts = ARENA_NEW(arena, struct facts)
    };

    if (subject->facts)
        *judging.facts = *subject->facts;
    for (size_t i = 0; i < policy->rules.count; i++) {
        enum truth is_for;

        judging.rule = &policy->rules.items[i];
        judging.before = to->count;
        memset(judging.said, 0, sizeof(judging.said));
        is_for = policy_is_for(&judging.rule->scope, subject);
        if (is_for == TRUTH_FALSE)
            continue;
        to->judged++;
        judge_rule(&judging);
        settle(&judging, is_for, covering(&judging, policy, today));
        say_dates(&judging, policy, today);
    }
}

size_t policy_count(const struct policy_results *results, enum policy_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < results->count; i++)
        count += results->items[i].kind == kind;
    return count;
}
