/* Prints what gpuvet says of one case, with every fact: show CASE [N], as in "show
 * driver/uvm/nodes-missing"; with N, when the N-th look fails, as the sweep makes it. */
#include "lib/case.h"
#include "lib/faulty.h"
#include "lib/judge.h"
#include "plan/plan.h"
#include "probe/probe.h"
#include "report/report.h"

static void no_memory(void)
{
    _exit(70);
}

static void show(struct arena *arena, const struct machine *machine, struct wishes wishes,
                 size_t failing)
{
    struct faulty faulty = { .arena = arena, .inner = machine->root, .failing = failing };
    struct facts facts = { 0 };
    struct judgement judgement;
    struct verdict verdict;
    struct probe_ctx ctx = { .arena = arena,
                             .root = faulty_root(&faulty),
                             .eyes = &machine->eyes,
                             .wishes = &wishes,
                             .facts = &facts };
    struct buf buf = buf_new(arena, 1u << 24);

    wishes.engines = machine->answers.told_count > 0;
    judge_facts(&ctx, &machine->answers);
    plan_build(arena, &facts);
    rules_judge(arena, &facts, &judgement);
    diagnose(arena, &facts, &judgement, &verdict);
    plan_remedies(arena, &verdict);
    report_text(&buf, &(struct report){ .verdict = &verdict, .columns = 80, .verbose = true });
    (void) fwrite(buf.data, 1, buf.len, stdout);
}

int main(int argc, char **argv)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct root *cases, *roots;
    struct test_case it;
    struct machine machine;
    struct str why = { NULL, 0 };
    uint64_t failing = 0;

    if (argc < 2 || (argc > 2 && str_u64(str_of(argv[2]), 10, &failing) < 0) ||
        root_directory(arena, STR(TESTS_FOLDER "/cases"), &cases) < 0 ||
        root_directory(arena, STR(TESTS_FOLDER "/roots"), &roots) < 0)
        return 64;
    if (case_read(arena, cases, arena_printf(arena, "%s.case", argv[1]), &it, &why) < 0 ||
        machine_read(arena, roots, arena_printf(arena, "%.*s.root", STR_ARG(it.root)), &it.overlay,
                     &machine, &why) < 0) {
        (void) fprintf(stderr, "%.*s\n", STR_ARG(why));
        return 66;
    }
    show(arena, &machine, it.wishes, (size_t) failing);
    return 0;
}
