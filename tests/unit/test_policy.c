/* Policies: reading them, and judging by them. */
#include "policy/parts.h"

#include "diagnosis/diagnosis.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void no_memory(void)
{
    abort();
}

#define HEAD "gpuvet-policy: 1\n"
#define RULE "rules:\n  - name: builds\n    cuda-tags: [cu124]\n    reason: r\n"

static void test_read__says_where_a_file_is_wrong(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
        enum text_id says;
    } rows[] = {
        { "", 1, 1, TEXT_POLICY_NO_VERSION },
        { "- a\n", 1, 1, TEXT_POLICY_NO_VERSION },
        { "a: [\n", 2, 1, TEXT_POLICY_NOT_YAML },
        { "a: \x01\n", 1, 1, TEXT_POLICY_NOT_YAML },
        { "\n  gpuvet-policy: 2\n", 2, 3, TEXT_POLICY_OTHER_VERSION },
        { HEAD "rule: []\n", 2, 1, TEXT_POLICY_UNKNOWN_KEY_NEAR },
        { HEAD "zzzzzzzz: []\n", 2, 1, TEXT_POLICY_UNKNOWN_KEY },
        { HEAD, 1, 1, TEXT_POLICY_LACKS },
        { HEAD "rules: 3\n", 2, 1, TEXT_POLICY_NOT_LIST },
        { HEAD "rules:\n  - 3\n", 3, 5, TEXT_POLICY_NOT_MAP },
        { HEAD "rules:\n  - name: a\n    torsh: x\n", 4, 5, TEXT_POLICY_UNKNOWN_KEY_NEAR },
        { HEAD "rules:\n  - name: a b\n", 3, 5, TEXT_POLICY_BAD_NAME },
        { HEAD "rules:\n  - torch: '1'\n", 3, 5, TEXT_POLICY_LACKS },
        { HEAD "rules:\n  - name: a\n", 3, 5, TEXT_POLICY_NO_SUBJECT },
        { HEAD "rules:\n  - name: a\n    torch: '>1'\n    drivers: '>1'\n", 5, 5,
          TEXT_POLICY_TWO_SUBJECTS },
        { HEAD "rules:\n  - name: a\n    torch: ['>1', new]\n", 4, 19, TEXT_POLICY_NO_SPECIFIER },
        { HEAD "rules:\n  - name: a\n    torch: []\n", 4, 5, TEXT_POLICY_EMPTY },
        { HEAD "rules:\n  - name: a\n    torch: {a: b}\n", 4, 5, TEXT_POLICY_NOT_TEXT },
        { HEAD "rules:\n  - name: a\n    checks: [drivers/*]\n", 4, 14, TEXT_POLICY_NO_CAUSE },
        { HEAD "rules:\n  - name: a\n    forbid: root-shs\n", 4, 5, TEXT_POLICY_NO_STATE_NEAR },
        { HEAD "rules:\n  - name: a\n    forbid: [x]\n", 4, 14, TEXT_POLICY_NO_STATE },
        { HEAD "rules:\n  - name: a\n    torch: '>1'\n", 3, 5, TEXT_POLICY_LACKS },
        { HEAD RULE "    groups: [g]\n", 6, 5, TEXT_POLICY_NO_GROUP },
        { HEAD RULE "    reason: s\n", 6, 5, TEXT_POLICY_TWICE },
        { HEAD RULE "  - name: builds\n", 6, 5, TEXT_POLICY_TWICE },
        { HEAD "groups: [a]\n" RULE, 2, 1, TEXT_POLICY_NOT_GROUPS },
        { HEAD RULE "exceptions:\n  - rule: build\n", 7, 5, TEXT_POLICY_NO_RULE },
        { HEAD RULE "exceptions:\n  - rule: builds\n    until: 2026-02-29\n", 8, 5,
          TEXT_POLICY_BAD_DATE },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct policy_error error = { 0 };
        struct policy policy;

        print_message("%s\n", rows[i].text);
        assert_true(policy_read(arena, str_of(rows[i].text), &policy, &error) < 0);
        assert_int_equal(error.says, rows[i].says);
        assert_int_equal(error.line, rows[i].line);
        assert_int_equal(error.column, rows[i].column);
    }
}

static void test_glob__takes_the_whole_text(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool fits;
    } rows[] = {
        { "", "", true },
        { "", "a", false },
        { "*", "", true },
        { "a*", "a", true },
        { "a*c", "abcbc", true },
        { "a*c", "abcb", false },
        { "gpu-?", "gpu-1", true },
        { "gpu-?", "gpu-12", false },
        { "**b", "ab", true },
        { "a", "A", false },
        { "*.lan", "x.lan.org", false },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(policy_glob(str_of(rows[i].pattern), str_of(rows[i].text)), rows[i].fits);
}

static void test_images__are_known_by_name_tag_and_digest(void **state)
{
    static const struct {
        const char *pattern, *reference;
        bool fits;
    } rows[] = {
        { "pytorch/pytorch", "pytorch/pytorch:2.4.1", true },
        { "docker.io/pytorch/pytorch", "pytorch/pytorch:2.4.1", true },
        { "pytorch/pytorch:2.4.*", "pytorch/pytorch:2.4.1-runtime", true },
        { "pytorch/pytorch:2.4.*", "pytorch/pytorch:2.5.0", false },
        { "pytorch/*", "evil.example/pytorch/pytorch:2.4.1", false },
        { "python", "python:3.12", true },
        { "library/python:3.*", "python:3.12", true },
        { "python:latest", "python", true },
        { "*/cuda", "nvidia/cuda:1", true },
        { "localhost:5000/a", "localhost:5000/a:1", true },
        { "a@sha256:0*", "a@sha256:0123", true },
        { "a@sha256:0*", "a:1", false },
        { "sha256:0123", "quay.io/b:1@sha256:0123", true },
        { "a:1", "a@sha256:0123", false },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct policy_words items = { 0 };

        *LIST_ADD(arena, &items) = str_of(rows[i].pattern);
        print_message("%s %s\n", rows[i].pattern, rows[i].reference);
        assert_int_equal(policy_allows(arena, POLICY_IMAGES, &items, str_of(rows[i].reference)),
                         rows[i].fits ? TRUTH_TRUE : TRUTH_FALSE);
    }
}

static void test_dates__are_days_of_the_calendar(void **state)
{
    static const struct {
        const char *text;
        int32_t day;
    } rows[] = { { "1970-01-01", 0 },     { "2000-02-29", 11016 }, { "2026-11-24", 20781 },
                 { "2026-12-31", 20818 }, { "2027-01-01", 20819 }, { "2100-03-01", 47541 } };
    static const char *const wrong[] = { "",           "2026",       "2026-13-01",
                                         "2026-00-10", "2026-04-31", "2100-02-29",
                                         "26-01-01",   "2026-1-1",   "2026-01-01T",
                                         "1969-12-31" };
    AUTO_ARENA *arena = arena_new(no_memory);
    int32_t day;

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(policy_day(str_of(rows[i].text), &day), 0);
        assert_int_equal(day, rows[i].day);
        assert_true(str_eqz(policy_date(arena, day), rows[i].text));
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(policy_day(str_of(wrong[i]), &day), -EBADMSG);
}

/* --- judging ------------------------------------------------------------------------------- */

#define BUILDS HEAD "groups: {gpu: ['gpu-*']}\n" RULE
#define TODAY 20781 /* 2026-11-24 */

/* A stack with these facts: NULL is unknown, "-" absent. */
static struct policy_results judge(struct arena *arena, const char *text, const char *tag,
                                   const char *host, const char *group)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct judgement *judgement = ARENA_NEW(arena, struct judgement);
    struct policy *policy = ARENA_NEW(arena, struct policy);
    struct policy_subject *subject = ARENA_NEW(arena, struct policy_subject);
    struct policy_results results = { 0 };
    struct policy_error error;

    assert_int_equal(policy_read(arena, str_of(text), policy, &error), 0);
    if (tag && strcmp(tag, "-") == 0)
        facts->torch.tag.state = FACT_ABSENT;
    else if (tag)
        fact_str(&facts->torch.tag, str_of(tag), STR("version.py"));
    if (host)
        fact_str(&facts->machine.name, str_of(host), STR("etc/hostname"));
    rules_judge(arena, facts, judgement);
    *subject = (struct policy_subject){ .name = STR("here"),
                                        .facts = facts,
                                        .judgement = judgement,
                                        .group = group ? policy_group_named(policy, str_of(group))
                                                       : NULL };
    policy_judge(arena, policy, subject, TODAY, &results);
    return results;
}

#define NOTHING (-1)

static void test_judge__is_three_valued(void **state)
{
    static const struct {
        const char *text, *tag, *host, *group;
        int kind; /* of the only result */
    } rows[] = {
        { BUILDS, "cu124", NULL, NULL, NOTHING },
        { BUILDS, "cu121", NULL, NULL, POLICY_BROKEN },
        { BUILDS, NULL, NULL, NULL, POLICY_OPEN },
        { BUILDS, "-", NULL, NULL, NOTHING },
        { BUILDS "    groups: [gpu]\n", "cu121", "gpu-1", NULL, POLICY_BROKEN },
        { BUILDS "    groups: [gpu]\n", "cu121", "laptop", NULL, NOTHING },
        { BUILDS "    groups: [gpu]\n", "cu121", "laptop", "gpu", POLICY_BROKEN },
        { BUILDS "    groups: [gpu]\n", "cu121", NULL, NULL, POLICY_OPEN },
        { BUILDS "    groups: [gpu]\n", "cu124", NULL, NULL, NOTHING },
        { BUILDS "    hosts: ['lap*']\n", "cu121", "laptop", NULL, POLICY_BROKEN },
        { BUILDS "    files: ['*']\n", "cu121", "laptop", NULL, NOTHING },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct policy_results results =
            judge(arena, rows[i].text, rows[i].tag, rows[i].host, rows[i].group);

        print_message("row %zu\n", i);
        assert_int_equal(results.count, rows[i].kind == NOTHING ? 0 : 1);
        if (results.count)
            assert_int_equal(results.items[0].kind, rows[i].kind);
    }
}

#define EXCEPT(until, more) \
    BUILDS "exceptions:\n  - rule: builds\n    reason: later\n    until: " until "\n" more

static void test_judge__lets_an_exception_hold_to_its_last_day(void **state)
{
    static const struct {
        const char *text;
        int kinds[2];
    } rows[] = {
        { EXCEPT("2027-06-01", ""), { POLICY_EXCEPTED, NOTHING } },
        { EXCEPT("2026-11-24", ""), { POLICY_EXCEPTED, POLICY_ENDS } },
        { EXCEPT("2026-12-24", ""), { POLICY_EXCEPTED, POLICY_ENDS } },
        { EXCEPT("2026-12-25", ""), { POLICY_EXCEPTED, NOTHING } },
        { EXCEPT("2026-11-23", ""), { POLICY_BROKEN, POLICY_EXPIRED } },
        { EXCEPT("2027-06-01", "    hosts: [other]\n"), { POLICY_BROKEN, NOTHING } },
        { EXCEPT("2026-11-23", "    hosts: [other]\n"), { POLICY_BROKEN, NOTHING } },
        { EXCEPT("2027-06-01", "    groups: [gpu]\n"), { POLICY_EXCEPTED, NOTHING } },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct policy_results results = judge(arena, rows[i].text, "cu121", "gpu-1", NULL);

        print_message("row %zu\n", i);
        assert_int_equal(results.count, rows[i].kinds[1] == NOTHING ? 1 : 2);
        for (size_t n = 0; n < results.count; n++)
            assert_int_equal(results.items[n].kind, rows[i].kinds[n]);
    }
}

static void test_judge__gives_no_exception_to_a_host_without_a_name(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct policy_results results =
        judge(arena, EXCEPT("2027-06-01", "    groups: [gpu]\n"), "cu121", NULL, NULL);

    (void) state;
    assert_int_equal(results.count, 1);
    assert_int_equal(results.items[0].kind, POLICY_BROKEN);
}

static void test_draft__is_kept_by_what_it_was_made_of(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct judgement judgement;
    struct policy_results results = { 0 };
    struct policy_subject subject = { .name = STR("here"),
                                      .facts = facts,
                                      .judgement = &judgement };
    struct buf buf = buf_new(arena, POLICY_LEN);
    struct policy_error error;
    struct policy policy;

    (void) state;
    fact_str(&facts->torch.tag, STR("cu'124"), STR("f"));
    fact_str(&facts->torch.release, STR("2.6.0"), STR("f"));
    fact_str(&facts->torch.version, STR("2.6.0+cu124"), STR("f"));
    fact_str(&facts->driver.branch, STR("55\n0"), STR("f"));
    rules_judge(arena, facts, &judgement);
    policy_draft(&buf, &subject, LANG_EN);
    assert_int_equal(policy_read(arena, buf_str(&buf), &policy, &error), 0);
    policy_judge(arena, &policy, &subject, TODAY, &results);
    assert_int_equal(results.count, 0);
    assert_true(str_has(buf_str(&buf), STR("\n    cuda-tags: ['cu''124']\n")));
    assert_true(str_has(buf_str(&buf), STR("\n    torch: ['==2.6.*']\n")));
    assert_true(str_has(buf_str(&buf), STR("\n  #   driver-branches: ['580']\n")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read__says_where_a_file_is_wrong),
        cmocka_unit_test(test_glob__takes_the_whole_text),
        cmocka_unit_test(test_images__are_known_by_name_tag_and_digest),
        cmocka_unit_test(test_dates__are_days_of_the_calendar),
        cmocka_unit_test(test_judge__is_three_valued),
        cmocka_unit_test(test_judge__lets_an_exception_hold_to_its_last_day),
        cmocka_unit_test(test_judge__gives_no_exception_to_a_host_without_a_name),
        cmocka_unit_test(test_draft__is_kept_by_what_it_was_made_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
