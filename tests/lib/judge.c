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

static void add_line(struct arena *arena, const struct command *command, struct judged_lines *ret)
{
    struct buf line = buf_new(arena, 64u * 1024u);

    for (size_t i = 0; i < command->count; i++) {
        buf_addz(&line, i ? " " : "");
        buf_add(&line, command->words[i]);
    }
    if (command->count)
        *LIST_ADD(arena, ret) = buf_str(&line);
}

static void list_commands(struct arena *arena, const struct remedy_offers *offers,
                          struct judged_lines *ret_commands, struct judged_lines *ret_checks)
{
    for (size_t i = 0; i < offers->count; i++) {
        for (size_t c = 0; c < offers->items[i].commands.count; c++)
            add_line(arena, &offers->items[i].commands.items[c], ret_commands);
        add_line(arena, &offers->items[i].check, ret_checks);
    }
}

static void list_remedies(struct arena *arena, const struct verdict *verdict, struct judged *ret)
{
    struct judged_lines ignored = { 0 };

    list_commands(arena, verdict->root ? &verdict->root->remedies : &verdict->next, &ret->commands,
                  &ret->checks);
    for (size_t i = 0; i < verdict->findings.count; i++)
        if (&verdict->findings.items[i] != verdict->root)
            list_commands(arena, &verdict->findings.items[i].remedies, &ret->others, &ignored);
}

static void look_at_machine(struct probe_ctx *ctx, const struct machine_answers *answers)
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
}

static void look_at_doors(struct probe_ctx *ctx)
{
    driver_not_asked(ctx->facts, FACT_UNKNOWN, STR("access container"));
    probe_sshd.run(ctx);
    probe_lab.run(ctx);
}

void judge_look(struct probe_ctx *ctx, const struct machine_answers *answers)
{
    if (ctx->wishes->inside)
        look_at_doors(ctx);
    else
        look_at_machine(ctx, answers);
}

void judge_tell(struct probe_ctx *ctx, const struct machine_answers *answers)
{
    for (size_t i = 0; i < answers->told_count; i++)
        (void) fact_line_tell(&answers->told[i], STR("engine"), ctx->facts);
}

void judge_facts(struct probe_ctx *ctx, const struct machine_answers *answers)
{
    judge_look(ctx, answers);
    judge_tell(ctx, answers);
    probe_all(ctx, COST_NOTHING);
    if (ctx->wishes->thorough)
        probe_thorough(ctx);
}

void judge(struct arena *arena, struct root *root, const struct eyes *eyes,
           const struct machine_answers *answers, struct wishes wishes, struct judged *ret)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct judgement *judgement = ARENA_NEW(arena, struct judgement);
    struct verdict verdict;
    struct probe_ctx ctx = {
        .arena = arena, .root = root, .eyes = eyes, .wishes = &wishes, .facts = facts
    };

    wishes.engines = answers->told_count > 0;
    judge_facts(&ctx, answers);
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
    list_remedies(arena, &verdict, ret);
}
