#include "cases/states.h"

#include "lib/judge.h"
#include "snapshot/diff.h"
#include "snapshot/snapshot.h"

#include <setjmp.h>
#include <cmocka.h>

#define HARMLESS 30

static struct str facts_json(struct arena *arena, const struct facts *facts)
{
    struct buf buf = buf_new(arena, (size_t) 64 << 20);
    struct json json = json_to(&buf);

    json_open(&json, NULL, '{');
    facts_write(&json, "facts", facts);
    json_close(&json, '}');
    return buf_str(&buf);
}

static struct probe_ctx *looking(struct arena *arena, struct root *root,
                                 const struct machine *machine)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct wishes *wishes = ARENA_NEW(arena, struct wishes);
    struct probe_ctx *ctx = ARENA_NEW(arena, struct probe_ctx);

    wishes->engines = machine->answers.told_count > 0;
    *ctx = (struct probe_ctx){
        .arena = arena, .root = root, .eyes = &machine->eyes, .wishes = wishes, .facts = facts
    };
    return ctx;
}

static struct facts *look(struct arena *arena, struct root *root, const struct machine *machine)
{
    struct probe_ctx *ctx = looking(arena, root, machine);

    judge_facts(ctx, &machine->answers);
    return ctx->facts;
}

static struct snapshot *take(struct arena *arena, const struct machine *machine,
                             struct facts **ret_facts)
{
    const struct machine_answers *answers = &machine->answers;
    struct snapshot *snapshot = snapshot_new(arena);
    struct probe_ctx *ctx = looking(arena, record_root(snapshot->files, machine->root), machine);
    struct facts *seen = ARENA_NEW(arena, struct facts);

    judge_look(ctx, answers);
    *seen = *told_before(arena, ctx->facts);
    seen->engines = (struct engines_facts){ 0 }; /* the host's, as those of facts_beneath() */
    judge_tell(ctx, answers);
    if (answers->told_count)
        told_keep(arena, seen, ctx->facts, &snapshot->told);
    probe_all(ctx, COST_NOTHING);
    *ret_facts = ctx->facts;
    snapshot->kind = STR("machine");
    snapshot->eyes = machine->eyes;
    snapshot->heard = (struct driver_heard){
        .asked = answers->asked,
        .asked_clean = answers->asked_clean,
        .from = STR("--no-driver"),
        .nvml = answers->nvml,
        .cuda = answers->cuda,
        .clean_nvml = answers->clean_nvml,
        .clean_cuda = answers->clean_cuda,
    };
    recording_settle(snapshot->files);
    snapshot_forget_hashes(arena, snapshot);
    return snapshot;
}

/* Through a file and back. */
static void carry(struct arena *arena, struct snapshot *snapshot, struct snapshot *ret)
{
    struct buf body = buf_new(arena, SNAPSHOT_BODY_MAX);
    struct str file, opened;

    snapshot_pack(&body, snapshot);
    assert_int_equal(snapshot_seal(arena, buf_str(&body), &file), 0);
    assert_int_equal(armour_read(arena, armour_write(arena, file), &file), 0);
    assert_int_equal(snapshot_open(arena, file, &opened), 0);
    assert_int_equal(snapshot_unpack(arena, opened, ret), 0);
}

void expect_replay(struct arena *arena, const struct machine *machine, bool redacted)
{
    struct snapshot *carried = ARENA_NEW(arena, struct snapshot), *snapshot;
    struct facts *was, *is = ARENA_NEW(arena, struct facts);
    struct probe_ctx ctx = { .arena = arena, .facts = is };
    struct eyes eyes = { 0 };
    struct wishes wishes = { 0 };
    struct diff diff;

    snapshot = take(arena, machine, &was);
    if (redacted)
        snapshot_redact(arena, snapshot);
    carry(arena, snapshot, carried);
    snapshot_look(carried, &ctx, &eyes, &wishes);
    if (!redacted)
        assert_string_equal(facts_json(arena, was).data, facts_json(arena, is).data);
    diff_facts(arena, was, is, &diff);
    for (size_t i = 0; !diff.same_verdict && i < diff.changes.count; i++)
        print_message("%.*s: %.*s -> %.*s\n", STR_ARG(diff.changes.items[i].fact),
                      STR_ARG(diff.changes.items[i].from), STR_ARG(diff.changes.items[i].to));
    assert_true(diff.same_verdict);
    assert_int_equal(diff.a.verdict.certainty, diff.b.verdict.certainty);
}

/* Of these nobody is helped or hurt. */
static void change_harmlessly(struct arena *arena, struct facts *facts)
{
    struct str from = STR("test");

    for (unsigned i = 0; i < HARMLESS; i++) {
        struct refusal_facts *refusal =
            fact_list_add(arena, &facts->machine.refusals, sizeof(*refusal));

        fact_str(&refusal->path, arena_printf(arena, "srv/data%u", i), from);
        fact_str(&refusal->reason, STR("a directory"), from);
    }
    fact_str(&facts->machine.name, STR("another"), from);
    fact_str(&facts->machine.os_title, STR("Another Linux"), from);
}

/* Whether it lies in a layer that the cause's evidence speaks of. */
static bool is_evidence(const struct verdict *verdict, const char *layer)
{
    for (size_t i = 0; i < verdict->root->finding->evidence.count; i++) {
        struct str of, rest;

        (void) str_cut(verdict->root->finding->evidence.items[i], '.', &of, &rest);
        if (str_eqz(of, layer))
            return true;
    }
    return false;
}

static void expect_single(const struct diff *diff, struct str explained)
{
    const struct change *change;

    assert_int_equal(diff->explained.changes.count, 1);
    change = &diff->changes.items[diff->explained.changes.items[0]];
    assert_true(str_eq(change->fact, explained));
}

void expect_explained(struct arena *arena, struct str name, struct str explained,
                      const struct machine *before, const struct machine *after)
{
    struct facts *a = look(arena, before->root, before), *b = look(arena, after->root, after);
    struct diff *diff = ARENA_NEW(arena, struct diff);
    bool told = false;

    change_harmlessly(arena, b);
    diff_facts(arena, a, b, diff);
    if (diff->same_verdict || diff->a.verdict.state != STATE_HEALTHY || !diff->b.verdict.root) {
        assert_int_equal(explained.len, 0);
        return; /* not a change from healthy to broken */
    }
    for (size_t i = 0; i < diff->explained.changes.count; i++) {
        const struct change *change = &diff->changes.items[diff->explained.changes.items[i]];

        print_message("%.*s: %zu of %zu: %.*s: %.*s -> %.*s%s\n", STR_ARG(name), i,
                      diff->changes.count, STR_ARG(change->fact), STR_ARG(change->from),
                      STR_ARG(change->to),
                      is_evidence(&diff->b.verdict, change->layer) ? "" : " (!)");
        told =
            told || is_evidence(&diff->b.verdict, change->layer) ||
            strcmp(change->layer, "container") == 0; /* what the engine tells is in none of them */
    }
    assert_true(diff->changes.count > HARMLESS);
    assert_true(diff->explained.changes.count > 0);
    assert_true(told);
    if (explained.len)
        expect_single(diff, explained);
}
