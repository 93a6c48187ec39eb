#include "diagnosis/diagnosis.h"

#include "diagnosis/candidates.h"
#include "diagnosis/chain.h"
#include "knowledge/causes.h"

static struct str slug_of(const struct finding *finding)
{
    return finding->rule->slug;
}

/* A best guess counts only where there is nothing better. */
static bool is_set_aside(const struct judgement *judgement, const struct finding *finding)
{
    if (finding->rule->certainty > CERTAINTY_POSSIBLE)
        return false;
    for (size_t i = 0; i < judgement->findings.count; i++)
        if (judgement->findings.items[i].rule->certainty > CERTAINTY_POSSIBLE)
            return true;
    return false;
}

static bool is_explained(const struct judgement *judgement, const struct finding *finding)
{
    for (size_t i = 0; i < judgement->findings.count; i++) {
        const struct finding *other = &judgement->findings.items[i];

        if (cause_explains(slug_of(other), slug_of(finding)) && !is_set_aside(judgement, other))
            return true;
    }
    return false;
}

/* The finding that nothing explains and that lies lowest. */
static const struct finding *find_root(const struct judgement *judgement)
{
    const struct finding *root = NULL;

    for (size_t i = 0; i < judgement->findings.count; i++) {
        const struct finding *finding = &judgement->findings.items[i];

        if (is_explained(judgement, finding) || is_set_aside(judgement, finding))
            continue;
        if (!root || cause_by_slug(slug_of(finding))->order < cause_by_slug(slug_of(root))->order)
            root = finding;
    }
    return root;
}

static bool rests_on_message(const struct rule *rule)
{
    return str_starts(rule_word(rule->evidence, 0), STR("symptom."));
}

static bool has_company(const struct judgement *judgement, const struct finding *finding)
{
    for (size_t i = 0; i < judgement->findings.count; i++) {
        const struct finding *other = &judgement->findings.items[i];

        if (other != finding && !is_explained(judgement, other) && !is_set_aside(judgement, other))
            return true;
    }
    return false;
}

static enum certainty certainty_of(const struct facts *facts, const struct judgement *judgement,
                                   const struct finding *finding)
{
    enum certainty certainty = finding->rule->certainty;

    if (facts->symptom.items.state != FACT_KNOWN || certainty < CERTAINTY_CERTAIN ||
        (rests_on_message(finding->rule) && !has_company(judgement, finding)))
        return certainty;
    return CERTAINTY_LIKELY;
}

static void add_all(struct arena *arena, const struct judgement *judgement,
                    const struct finding *root, enum role role, struct verdict *verdict)
{
    for (size_t i = 0; i < judgement->findings.count; i++) {
        const struct finding *finding = &judgement->findings.items[i];
        enum role its = finding == root                    ? ROLE_ROOT
                        : is_explained(judgement, finding) ? ROLE_CONSEQUENCE
                                                           : ROLE_INDEPENDENT;

        if (its == role && !is_set_aside(judgement, finding))
            *LIST_ADD(arena, &verdict->findings) =
                (struct diagnosed){ .finding = finding,
                                    .role = role,
                                    .certainty = certainty_of(verdict->facts, judgement, finding) };
    }
}

static void link_consequences(struct arena *arena, struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->findings.count; i++) {
        struct diagnosed *cause = &verdict->findings.items[i];

        for (size_t k = 0; k < verdict->findings.count; k++) {
            const struct diagnosed *other = &verdict->findings.items[k];

            if (cause_explains(slug_of(cause->finding), slug_of(other->finding)))
                *LIST_ADD(arena, &cause->explains) = other;
        }
    }
}

/* Would a rule explain the root, if only looking had not failed? */
static bool is_in_doubt(const struct judgement *judgement, const struct finding *root)
{
    for (size_t i = 0; i < judgement->open.count; i++) {
        const struct open_question *question = &judgement->open.items[i];

        if (question->missing.failed && cause_explains(question->rule->slug, slug_of(root)))
            return true;
    }
    return false;
}

/* Is a rule open only because looking failed? Then nobody may call the machine healthy. */
static bool is_unseen(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->open.count; i++)
        if (judgement->open.items[i].missing.failed)
            return true;
    return false;
}

/* Causes of a failure for which the environment is not to blame. */
static bool is_not_environment(struct str slug)
{
    static const char *const slugs[] = { "none/not-environment", "process/out-of-memory",
                                         "process/asynchronous-error" };

    for (size_t i = 0; i < sizeof(slugs) / sizeof(slugs[0]); i++)
        if (str_eqz(slug, slugs[i]))
            return true;
    return false;
}

static enum verdict_state state_of(struct str slug)
{
    if (str_eqz(slug, "none/healthy"))
        return STATE_HEALTHY;
    return is_not_environment(slug) ? STATE_NOT_ENVIRONMENT : STATE_BROKEN;
}

static const struct healthy *find_healthy(struct arena *arena, const struct verdict *verdict)
{
    const struct healthy *row;

    for (size_t i = 0; (row = healthy_at(i)) != NULL; i++)
        if (chain_holds(verdict, row->links) &&
            rule_holds(arena, verdict->facts, row->when, NULL) == TRUTH_TRUE)
            return row;
    return NULL;
}

static void name_state(struct arena *arena, const struct judgement *judgement,
                       const struct finding *root, struct verdict *verdict)
{
    if (!root && !is_unseen(judgement))
        verdict->healthy = find_healthy(arena, verdict);
    if (verdict->healthy) {
        verdict->state = STATE_HEALTHY;
        verdict->cause = STR("none/healthy");
        verdict->certainty = verdict->healthy->certainty;
    } else if (!root || is_in_doubt(judgement, root)) {
        verdict->state = STATE_UNDECIDED;
        verdict->certainty = CERTAINTY_POSSIBLE;
    } else {
        verdict->state = state_of(slug_of(root));
        verdict->cause = slug_of(root);
        verdict->root = &verdict->findings.items[0];
        verdict->certainty = verdict->root->certainty;
    }
}

void diagnose(struct arena *arena, const struct facts *facts, const struct judgement *judgement,
              struct verdict *ret)
{
    const struct finding *root = find_root(judgement);
    struct verdict verdict = { .facts = facts };

    for (enum role role = ROLE_ROOT; role <= ROLE_INDEPENDENT; role++)
        add_all(arena, judgement, root, role, &verdict);
    link_consequences(arena, &verdict);
    list_candidates(arena, judgement, &verdict);
    diagnose_chain(arena, &verdict);
    name_state(arena, judgement, root, &verdict);
    *ret = verdict;
}

const char *verdict_state_name(enum verdict_state state)
{
    static const char *const names[] = {
        [STATE_HEALTHY] = "healthy",
        [STATE_BROKEN] = "broken",
        [STATE_UNDECIDED] = "undecided",
        [STATE_NOT_ENVIRONMENT] = "not-environment",
    };

    return names[state];
}

const char *certainty_name(enum certainty certainty)
{
    static const char *const names[] = {
        [CERTAINTY_POSSIBLE] = "possible",
        [CERTAINTY_LIKELY] = "likely",
        [CERTAINTY_CERTAIN] = "certain",
    };

    return names[certainty];
}

const char *role_name(enum role role)
{
    static const char *const names[] = {
        [ROLE_ROOT] = "root",
        [ROLE_CONSEQUENCE] = "consequence",
        [ROLE_INDEPENDENT] = "independent",
    };

    return names[role];
}

const char *link_state_name(enum link_state state)
{
    static const char *const names[] = {
        [LINK_OK] = "ok",           [LINK_BROKEN] = "broken", [LINK_NOT_REACHED] = "not-reached",
        [LINK_UNKNOWN] = "unknown", [LINK_ABSENT] = "absent",
    };

    return names[state];
}

int verdict_exit_code(const struct verdict *verdict)
{
    switch (verdict->state) {
    case STATE_BROKEN:
        return 1;
    case STATE_UNDECIDED:
        return 2;
    case STATE_HEALTHY:
    case STATE_NOT_ENVIRONMENT:
        break;
    }
    return 0;
}
