/*
 * Every case: makes its machine, judges it, compares. With the argument "sweep", judges it again
 * with the n-th call failing, for every n: the verdict may become "undecided", never another cause.
 * With "replay", judges a snapshot of it; with "diff", compares it with its root without what the
 * case lays over that, among harmless changes.
 */
#include "cases/states.h"
#include "lib/case.h"
#include "lib/faulty.h"
#include "lib/judge.h"
#include "plan/solve.h"

#include <setjmp.h>
#include <time.h>
#include <cmocka.h>

#define DEFAULT_READS 2000
#define DEFAULT_MILLISECONDS 200 /* sanitizers and busy machines included */

struct bench {
    struct arena *arena; /* of the cases themselves */
    struct root *cases, *roots;
    size_t every; /* of sweep: it lets every n-th call fail */
};

struct job {
    struct bench *bench;
    struct test_case it;
};

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void make(struct job *job, struct arena *arena, struct machine *ret)
{
    struct str path = arena_printf(arena, "%.*s.root", STR_ARG(job->it.root)), why;

    if (machine_read(arena, job->bench->roots, path, &job->it.overlay, ret, &why) < 0)
        fail_msg("%.*s", STR_ARG(why));
}

static void expect(struct str what, struct str want, struct str got)
{
    if (!str_eq(want, got))
        fail_msg("%.*s: want \"%.*s\", got \"%.*s\"", STR_ARG(what), STR_ARG(want), STR_ARG(got));
}

static const struct judged_finding *find(const struct judged *judged, struct str cause,
                                         const char *role)
{
    for (size_t i = 0; i < judged->finding_count; i++)
        if (str_eq(judged->findings[i].cause, cause) && str_eqz(judged->findings[i].role, role))
            return &judged->findings[i];
    return NULL;
}

static void expect_findings(const struct judged *judged, const struct case_list *causes,
                            const char *role)
{
    for (size_t i = 0; i < causes->count; i++)
        if (!find(judged, causes->items[i], role))
            fail_msg("%.*s is not among the findings as %s", STR_ARG(causes->items[i]), role);
}

static void expect_evidence(const struct test_case *it, const struct judged *judged)
{
    const struct judged_finding *root = find(judged, it->cause, "root");

    for (size_t i = 0; i < it->evidence.count; i++) {
        bool named = false;

        for (size_t j = 0; root && j < root->evidence_count; j++)
            named = named || str_eq(root->evidence[j], it->evidence.items[i]);
        if (!named)
            fail_msg("evidence lacks %.*s", STR_ARG(it->evidence.items[i]));
    }
}

static void expect_candidates(const struct test_case *it, const struct judged *judged)
{
    for (size_t i = 0; i < it->candidates.count; i++) {
        bool named = false;

        for (size_t j = 0; j < judged->candidate_count; j++)
            named = named || str_eq(judged->candidates[j], it->candidates.items[i]);
        if (!named)
            fail_msg("%.*s is no candidate", STR_ARG(it->candidates.items[i]));
    }
}

static void expect_facts(struct arena *arena, const struct test_case *it, const struct facts *facts)
{
    for (size_t i = 0; i < it->facts.count; i++) {
        const struct fact_line *want = &it->facts.items[i];
        struct fact_ref ref;

        if (facts_find(facts, want->name, &ref) < 0)
            fail_msg("there is no fact %.*s", STR_ARG(want->name));
        expect(want->name, str_of(fact_state_name(want->state)),
               str_of(fact_state_name(fact_ref_state(&ref))));
        if (want->state == FACT_KNOWN)
            expect(want->name, want->value, fact_ref_text(arena, &ref));
    }
}

static void expect_lines(const struct case_list *want, const struct judged_lines *got,
                         const char *kind)
{
    for (size_t i = 0; i < want->count; i++) {
        bool there = false;

        for (size_t k = 0; k < got->count; k++)
            there = there || str_eq(want->items[i], got->items[k]);
        if (!there)
            fail_msg("no %s \"%.*s\"; the first is \"%.*s\"", kind, STR_ARG(want->items[i]),
                     STR_ARG(got->count ? got->items[0] : STR("none")));
    }
}

static void expect_none(const struct case_list *never, const struct judged_lines *got)
{
    for (size_t i = 0; i < never->count; i++)
        for (size_t k = 0; k < got->count; k++)
            if (str_has(got->items[k], never->items[i]))
                fail_msg("\"%.*s\" is advised", STR_ARG(got->items[k]));
}

static void expect_remedies(const struct test_case *it, const struct judged *judged)
{
    expect_lines(&it->commands, &judged->commands, "command");
    expect_lines(&it->checks, &judged->checks, "check");
    expect_none(&it->never, &judged->commands);
    expect_none(&it->never, &judged->others);
}

static int64_t now(void)
{
    struct timespec time = { 0 };

    (void) clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t) time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void expect_budget(const struct test_case *it, const struct root *root, int64_t took)
{
    uint64_t looks = root_log(root).count;
    uint64_t reads = it->reads ? it->reads : DEFAULT_READS;
    uint64_t limit = it->milliseconds ? it->milliseconds : DEFAULT_MILLISECONDS;

    if (looks > reads)
        fail_msg("%llu looks, over its %llu", (unsigned long long) looks,
                 (unsigned long long) reads);
    if (took > (int64_t) limit)
        fail_msg("%lld ms, over its %llu", (long long) took, (unsigned long long) limit);
}

static void expect_verdict(const struct test_case *it, const struct judged *judged)
{
    if (it->alternative.len && !judged->cause.len && str_eq(it->alternative, judged->state))
        return;
    expect(STR("state"), it->state, judged->state);
    expect(STR("cause"), it->cause, judged->cause);
    if (it->certainty.len)
        expect(STR("certainty"), it->certainty, judged->certainty);
    expect_findings(judged, &it->consequences, "consequence");
    expect_findings(judged, &it->independents, "independent");
    expect_evidence(it, judged);
    expect_candidates(it, judged);
}

static bool is_planned(struct arena *arena, const struct facts *facts, struct str version,
                       struct str local)
{
    const struct wants wants = { 0 };
    struct problem problem;
    struct candidates all;

    problem_make(arena, facts, &wants, NULL, &problem);
    candidates_find(&problem, &all);
    for (size_t i = 0; i < all.count; i++)
        if (str_eq(all.items[i].build.version, version) &&
            str_eq(all.items[i].build.local, local) && !all.items[i].refused)
            return true;
    return false;
}

/* No remedy may install what the plan's own constraints refuse here. */
static void expect_installs(struct arena *arena, const struct facts *facts,
                            const struct judged_lines *commands)
{
    for (size_t i = 0; i < commands->count; i++) {
        struct str rest = commands->items[i], word, version, local;

        while (str_next_word(&rest, &word)) {
            if (!str_starts(word, STR("torch==")))
                continue;
            (void) str_cut(str_from(word, STR("torch==").len), '+', &version, &local);
            if (!is_planned(arena, facts, version, local))
                fail_msg("%.*s, which no plan would install", STR_ARG(commands->items[i]));
        }
    }
}

static void test_case__is_judged_as_it_says(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct job *job = *state;
    const struct test_case *it = &job->it;
    struct judged judged = { 0 };
    struct machine machine;
    int64_t start;

    make(job, arena, &machine);
    start = now();
    judge(arena, machine.root, &machine.eyes, &machine.answers, it->wishes, &judged);
    expect_budget(it, machine.root, now() - start);
    expect_verdict(it, &judged);
    expect_facts(arena, it, judged.facts);
    expect_remedies(it, &judged);
    expect_installs(arena, judged.facts, &judged.commands);
    expect_installs(arena, judged.facts, &judged.others);
}

/* Judges with the n-th call failing (0: none); returns how many calls there were. */
static size_t judge_with_fault(const struct test_case *it, const struct machine *machine,
                               size_t failing)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct judged judged = { 0 };
    struct faulty faulty = { .arena = arena, .failing = failing, .inner = machine->root };

    judge(arena, faulty_root(&faulty), &machine->eyes, &machine->answers, it->wishes, &judged);
    if (judged.cause.len && !str_eq(judged.cause, it->cause))
        fail_msg("with call %zu failing it became \"%.*s\"", failing, STR_ARG(judged.cause));
    return faulty.calls;
}

static void test_case__never_becomes_another_cause(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct job *job = *state;
    struct machine machine;
    size_t calls;

    make(job, arena, &machine);
    calls = judge_with_fault(&job->it, &machine, 0);
    for (size_t n = 1 + job->it.name.len % job->bench->every; n <= calls; n += job->bench->every)
        (void) judge_with_fault(&job->it, &machine, n);
}

static void test_case__replays_from_a_snapshot(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct job *job = *state;
    struct machine machine;

    make(job, arena, &machine);
    expect_replay(arena, &machine, false);
    make(job, arena, &machine);
    expect_replay(arena, &machine, true);
}

static void test_case__is_explained_by_what_it_changes(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct job *job = *state, bare = *job;
    struct machine before, after;

    bare.it.overlay.lines = STR("");
    make(&bare, arena, &before);
    make(job, arena, &after);
    expect_explained(arena, job->it.name, job->it.explained, &before, &after);
}

/* What is done with each case, by the argument. */
static const struct {
    const char *name;
    void (*run)(void **state);
} modes[] = {
    { "cases", test_case__is_judged_as_it_says },
    { "sweep", test_case__never_becomes_another_cause },
    { "replay", test_case__replays_from_a_snapshot },
    { "diff", test_case__is_explained_by_what_it_changes },
};

static struct job *read_jobs(struct bench *bench, size_t *ret_count)
{
    struct names names;
    struct job *jobs;

    if (find_descriptions(bench->arena, bench->cases, STR(""), ".case", &names) < 0)
        return NULL;
    jobs = arena_array(bench->arena, names.count, sizeof(*jobs));
    for (size_t i = 0; i < names.count; i++) {
        struct str why = { NULL, 0 };

        jobs[i].bench = bench;
        if (case_read(bench->arena, bench->cases, names.items[i], &jobs[i].it, &why) < 0) {
            (void) fprintf(stderr, "%.*s\n", STR_ARG(why));
            return NULL;
        }
    }
    *ret_count = names.count;
    return jobs;
}

/* test_cases; test_cases sweep; test_cases sweep 1 4: every fourth case, from the second on;
 * test_cases sweep 1 4 10: of these every tenth call. */
int main(int argc, char **argv)
{
    size_t mode = 0;
    size_t first = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
    size_t step = argc > 3 ? strtoul(argv[3], NULL, 10) : 1, chosen = 0;
    AUTO_ARENA *arena = arena_new(no_memory);
    struct bench bench = { .arena = arena, .every = argc > 4 ? strtoul(argv[4], NULL, 10) : 1 };
    struct CMUnitTest *tests;
    struct job *jobs;
    size_t count;

    for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++)
        if (strcmp(argv[1], modes[i].name) == 0)
            mode = i;
    if (root_directory(arena, STR(TESTS_FOLDER "/cases"), &bench.cases) < 0 ||
        root_directory(arena, STR(TESTS_FOLDER "/roots"), &bench.roots) < 0)
        return 1;
    jobs = read_jobs(&bench, &count);
    if (!jobs || step == 0 || bench.every == 0)
        return 1;
    tests = arena_array(arena, count, sizeof(*tests));
    for (size_t i = first; i < count; i += step)
        tests[chosen++] = (struct CMUnitTest){
            .name = jobs[i].it.name.data,
            .test_func = modes[mode].run,
            .initial_state = &jobs[i],
        };
    return _cmocka_run_group_tests(modes[mode].name, tests, chosen, NULL, NULL);
}
