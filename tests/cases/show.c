/* Prints what gpuvet says of one case, with every fact: show CASE, as in "show
 * driver/uvm/nodes-missing". */
#include "lib/case.h"
#include "lib/judge.h"
#include "plan/plan.h"
#include "probe/probe.h"
#include "report/report.h"

static void no_memory(void)
{
    _exit(70);
}

static void show(struct arena *arena, const struct machine *machine)
{
    struct facts facts = { 0 };
    struct judgement judgement;
    struct verdict verdict;
    struct wishes wishes = { 0 };
    struct probe_ctx ctx = { .arena = arena,
                             .root = machine->root,
                             .eyes = &machine->eyes,
                             .wishes = &wishes,
                             .facts = &facts };
    struct buf buf = buf_new(arena, 1u << 24);

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

    if (argc != 2 || root_directory(arena, STR(TESTS_FOLDER "/cases"), &cases) < 0 ||
        root_directory(arena, STR(TESTS_FOLDER "/roots"), &roots) < 0)
        return 64;
    if (case_read(arena, cases, arena_printf(arena, "%s.case", argv[1]), &it, &why) < 0 ||
        machine_read(arena, roots, arena_printf(arena, "%.*s.root", STR_ARG(it.root)), &it.overlay,
                     &machine, &why) < 0) {
        (void) fprintf(stderr, "%.*s\n", STR_ARG(why));
        return 66;
    }
    show(arena, &machine);
    return 0;
}
