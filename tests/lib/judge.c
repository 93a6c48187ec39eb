#include "lib/judge.h"

#include "driver/facts.h"
#include "plan/plan.h"

static void list_findings(struct arena *arena, const struct verdict *verdict, struct judged *ret)
{
    struct judged_finding *findings =
        arena_array(arena, verdict->findings.count, sizeof(*findings));

    for (size_t i = 0; i < verdict->findings.count; i++) {
        const struct diagnosed *cause = &verdict->findings.items[i];

        findings[i] = (struct judged_finding){
            .cause = cause->finding->rule->slug,
            .role = str_of(role_name(cause->role)),
            .evidence = cause->finding->evidence.items,
            .evidence_count = cause->finding->evidence.count,
        };
    }
    ret->findings = findings;
    ret->finding_count = verdict->findings.count;
}

static void list_candidates(struct arena *arena, const struct verdict *verdict, struct judged *ret)
{
    struct str *candidates = arena_array(arena, verdict->undecided.count, sizeof(*candidates));

    for (size_t i = 0; i < verdict->undecided.count; i++)
        candidates[i] = verdict->undecided.items[i]->rule->slug;
    ret->candidates = candidates;
    ret->candidate_count = verdict->undecided.count;
}

struct text_list {
    struct str *items;
    size_t count, room;
};

static void add_installs(struct arena *arena, const struct remedy_offer *offer,
                         struct text_list *installs)
{
    for (size_t c = 0; c < offer->commands.count; c++)
        for (size_t w = 0; w < offer->commands.items[c].count; w++)
            if (str_starts(offer->commands.items[c].words[w], STR("torch==")))
                *LIST_ADD(arena, installs) = offer->commands.items[c].words[w];
}

static void list_installs(struct arena *arena, const struct verdict *verdict, struct judged *ret)
{
    struct text_list installs = { 0 };

    for (size_t i = 0; i < verdict->findings.count; i++)
        for (size_t n = 0; n < verdict->findings.items[i].remedies.count; n++)
            add_installs(arena, &verdict->findings.items[i].remedies.items[n], &installs);
    ret->installs = installs.items;
    ret->install_count = installs.count;
}

void judge_facts(struct probe_ctx *ctx, const struct machine_answers *answers)
{
    struct driver_answer own, clean;

    probe_before_driver(ctx);
    probe_beside_driver(ctx);
    if (answers->asked) {
        answers_own(ctx->arena, answers, &own);
        answers_clean(ctx->arena, answers, &clean);
        driver_facts(ctx->arena, &own, answers->asked_clean ? &clean : NULL, ctx->facts);
    } else {
        driver_not_asked(ctx->facts, FACT_UNKNOWN, STR("--no-driver"));
    }
    probe_all(ctx, COST_NOTHING);
}

void judge(struct arena *arena, struct root *root, const struct eyes *eyes,
           const struct machine_answers *answers, bool thorough, struct judged *ret)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct judgement *judgement = ARENA_NEW(arena, struct judgement);
    struct verdict verdict;
    struct wishes wishes = { 0 };
    struct probe_ctx ctx = {
        .arena = arena, .root = root, .eyes = eyes, .wishes = &wishes, .facts = facts
    };

    judge_facts(&ctx, answers);
    if (thorough)
        probe_thorough(&ctx);
    plan_build(arena, facts);
    rules_judge(arena, facts, judgement);
    diagnose(arena, facts, judgement, &verdict);
    plan_remedies(arena, &verdict);
    *ret = (struct judged){
        .state = str_of(verdict_state_name(verdict.state)),
        .cause = verdict.cause,
        .certainty = str_of(certainty_name(verdict.certainty)),
        .facts = facts,
    };
    list_findings(arena, &verdict, ret);
    list_candidates(arena, &verdict, ret);
    list_installs(arena, &verdict, ret);
}
