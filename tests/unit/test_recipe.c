/* Dockerfiles, YAML, shell lines and image references: what is read, and on which line. */
#include "format/dockerfile.h"
#include "format/image_reference.h"
#include "format/shell.h"
#include "format/yaml.h"
#include "knowledge/image_names.h"

#include <errno.h>

#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static const struct str stages =
    STR_INIT("\xef\xbb\xbf# syntax=docker/dockerfile:1\r\n# escape=`\r\n\r\nARG TAG=3.12\r\n"
             "from --platform=linux/arm64 python:${TAG} as base\r\n"
             "RUN apt-get update `\r\n# a comment\r\n\r\n  && apt-get install git\r\n"
             "RUN <<EOF\r\npip install torch\r\nnvidia-smi\r\nEOF\r\n"
             "COPY <<A <<-B /x\r\none\r\nA\r\n\ttwo\r\n\tB\r\n"
             "ONBUILD RUN [\"pip\", \"install\", \"x\"]\r\nUSER 1000");

static void test_dockerfile__keeps_the_line_of_everything(void **state)
{
    static const struct {
        const char *name;
        unsigned line;
        const char *text;
    } rows[] = {
        { "ARG", 4, "TAG=3.12" },
        { "FROM", 5, "python:${TAG} as base" },
        { "RUN", 6, "apt-get update    && apt-get install git" },
        { "RUN", 10, "<<EOF\npip install torch\nnvidia-smi" },
        { "COPY", 14, "<<A <<-B /x" },
        { "RUN", 19, "[\"pip\", \"install\", \"x\"]" },
        { "USER", 20, "1000" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct docker_error error;
    struct dockerfile file;
    struct str platform;

    (void) state;
    assert_int_equal(dockerfile_parse(stages, arena, &file, &error), 0);
    assert_int_equal(file.escape, '`');
    assert_int_equal(file.count, sizeof(rows) / sizeof(rows[0]));
    for (size_t i = 0; i < file.count; i++) {
        assert_true(str_eqz(file.items[i].name, rows[i].name));
        assert_int_equal(file.items[i].line, rows[i].line);
        assert_true(str_eqz(file.items[i].text, rows[i].text));
    }
    assert_true(docker_flag(&file.items[1], "--platform", &platform));
    assert_true(str_eqz(platform, "linux/arm64"));
    assert_int_equal(docker_line_at(&file.items[2], 0), 6);
    assert_int_equal(docker_line_at(&file.items[2], str_find(file.items[2].text, STR("git"))), 9);
    assert_int_equal(docker_line_at(&file.items[3], str_find(file.items[3].text, STR("smi"))), 12);
    assert_true(file.items[5].on_build && file.items[5].json);
}

static void test_dockerfile__says_which_line_is_wrong(void **state)
{
    static const struct {
        const char *text;
        enum docker_fault fault;
        unsigned line;
        const char *near;
    } rows[] = {
        { "FROM a\nRNU x\n", DOCKER_UNKNOWN, 2, "RUN" },
        { "FROM a\n\nfrobnicate\n", DOCKER_UNKNOWN, 3, "" },
        { "FROM a\nRUN\n", DOCKER_EMPTY, 2, "" },
        { "FROM a\nUSER \\\n\n", DOCKER_EMPTY, 2, "" },
        { "FROM a\nRUN <<EOF\nx\n", DOCKER_HEREDOC, 2, "" },
        { "RUN x\nFROM a\n", DOCKER_NO_FROM, 1, "" },
        { "", DOCKER_NO_FROM, 1, "" },
        { "# nothing\n", DOCKER_NO_FROM, 1, "" },
        { "FROM a\nONBUILD\n", DOCKER_UNKNOWN, 2, "" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct docker_error error = { .line = 0 };
        struct dockerfile file;

        assert_int_equal(dockerfile_parse(str_of(rows[i].text), arena, &file, &error), -EBADMSG);
        assert_int_equal(error.fault, rows[i].fault);
        assert_int_equal(error.line, rows[i].line);
        assert_true(str_eqz(error.near, rows[i].near));
    }
}

static void test_docker_scope__fills_in_what_is_known(void **state)
{
    static const struct {
        const char *text, *value;
        bool known;
    } rows[] = {
        { "a-$V-${V}b", "a-12-12b", true },
        { "${NONE:-x$V}", "x12", true },
        { "${V:-x}", "12", true },
        { "${EMPTY:-x}", "x", true },
        { "${EMPTY-x}", "", true },
        { "${V:+yes}${EMPTY:+no}", "yes", true },
        { "\\$V", "$V", true },
        { "$GIVEN", "$GIVEN", false },
        { "${GIVEN:-x}", "${GIVEN:-x}", false },
        { "$NONE", "", true },
        { "${V", "${V", true },
        { "$", "$", true },
        { "${}", "${}", false },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct docker_scope scope = { .arena = arena, .escape = '\\' };

    (void) state;
    docker_scope_set(&scope, STR("V"), STR("12"), true);
    docker_scope_set(&scope, STR("EMPTY"), STR(""), true);
    docker_scope_set(&scope, STR("GIVEN"), STR(""), false);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str value;

        assert_int_equal(docker_expand(&scope, str_of(rows[i].text), &value), rows[i].known);
        assert_true(str_eqz(value, rows[i].value));
    }
}

static void test_shell__gives_each_command_with_its_words(void **state)
{
    static const char *const words[] = { "a", "b c", "|",   "pip",  "install", "torch==2",
                                         "|", "X=1", "run", "it's", "|" };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct docker_scope scope = { .arena = arena, .escape = '\\' };
    struct shell_command command;
    size_t at = 0, n = 0;
    struct str text =
        STR("a 'b c' && if pip install torch==$V; then X=1 run \"it's\"; fi # pip install no");

    (void) state;
    docker_scope_set(&scope, STR("V"), STR("2"), true);
    while (shell_next(&scope, text, &at, &command)) {
        for (size_t i = 0; i < command.count; i++)
            assert_true(str_eqz(command.items[i].text, words[n++]));
        assert_true(str_eqz(STR("|"), words[n++]));
    }
    assert_int_equal(n, sizeof(words) / sizeof(words[0]));
}

static void test_yaml__knows_lines_anchors_and_merged_maps(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    const struct yaml *top, *list;
    struct yaml_error error;

    (void) state;
    assert_int_equal(yaml_parse(STR("x: &x\n  a: 1\n  b: [p, ~]\ny:\n  <<: *x\n  a: 2\nz: *x\n"),
                                false, arena, &top, &error),
                     0);
    assert_true(str_eqz(yaml_text(top, "y.a"), "2"));
    assert_int_equal(yaml_get(top, "y.a")->line, 6);
    list = yaml_get(top, "y.b");
    assert_int_equal(list->count, 2);
    assert_int_equal(list->last->kind, YAML_NULL);
    assert_int_equal(list->line, 3);
    assert_true(str_eqz(yaml_text(top, "z.a"), "1"));
    assert_null(yaml_get(top, "x.c"));
}

static void test_yaml__reads_json_with_comments(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    const struct yaml *top;
    struct yaml_error error;

    (void) state;
    assert_int_equal(yaml_parse(STR("// one\n{\n\t\"a\":\"x//y\", /* two\n */ \"b\": [\n1, ],\n}"),
                                true, arena, &top, &error),
                     0);
    assert_true(str_eqz(yaml_text(top, "a"), "x//y"));
    assert_int_equal(yaml_get(top, "a")->line, 3);
    assert_int_equal(yaml_get(top, "b")->line, 4);
    assert_int_equal(yaml_get(top, "b")->count, 1);
}

static void test_yaml__refuses_with_the_line(void **state)
{
    static const struct {
        const char *text;
        int code;
        unsigned line;
    } rows[] = {
        { "a: 1\n b: 2\n", -EBADMSG, 2 }, { "a: *none\n", -EBADMSG, 1 },
        { "a: [1,\n", -EBADMSG, 2 },      { "a: \"\\q\"\n", -EBADMSG, 1 },
        { "\x01", -EBADMSG, 1 },
    };
    struct str bomb =
        STR("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
            "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
            "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n");
    AUTO_ARENA *arena = arena_new(no_memory);
    const struct yaml *top;
    struct yaml_error error;

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(yaml_parse(str_of(rows[i].text), false, arena, &top, &error),
                         rows[i].code);
        assert_int_equal(error.line, rows[i].line);
        assert_true(error.what.len > 0);
    }
    assert_int_equal(yaml_parse(bomb, false, arena, &top, &error), -E2BIG);
}

static void test_image_reference__has_its_parts(void **state)
{
    static const struct {
        const char *text, *registry, *repository, *tag;
    } rows[] = {
        { "python:3.12", "docker.io", "library/python", "3.12" },
        { "pytorch/pytorch", "docker.io", "pytorch/pytorch", "" },
        { "nvcr.io/nvidia/pytorch:24.05-py3", "nvcr.io", "nvidia/pytorch", "24.05-py3" },
        { "localhost:5000/a/b:c@sha256:0", "localhost:5000", "a/b", "c" },
        { "localhost/a", "localhost", "a", "" },
        { "UPPER/x", NULL, NULL, NULL },
        { "a b", NULL, NULL, NULL },
        { "a:", NULL, NULL, NULL },
        { "", NULL, NULL, NULL },
        { "a//b", NULL, NULL, NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct image_reference reference;
        int r = image_reference_parse(arena, str_of(rows[i].text), &reference);

        assert_int_equal(r, rows[i].registry ? 0 : -EBADMSG);
        if (r < 0)
            continue;
        assert_true(str_eqz(reference.registry, rows[i].registry));
        assert_true(str_eqz(reference.repository, rows[i].repository));
        assert_true(str_eqz(reference.tag, rows[i].tag));
    }
}

static void test_image_names__fit_the_pattern_of_their_publisher(void **state)
{
    static const struct {
        const char *text, *field, *value; /* value NULL: no pattern fits; field: the nearest tag */
    } rows[] = {
        { "pytorch/pytorch:2.4.1-cuda12.4-cudnn9-runtime", "cuda", "12.4" },
        { "pytorch/pytorch:9.9.9-cuda19.9-cudnn9-devel", "flavour", "devel" },
        { "pytorch/pytorch:2.0.1-cuda11.7-devel", "2.0.1-cuda11.7-cudnn8-devel", NULL },
        { "nvidia/cuda:12.1.0-cudnn8-devel-ubuntu22.04", "cudnn", "8" },
        { "nvidia/cuda:12.6.3-cudnn-runtime-ubuntu22.04", "flavour", "runtime" },
        { "nvidia/cuda:12.1-devel-ubuntu22.04", "12.1.0-devel-ubuntu22.04", NULL },
        { "nvcr.io/nvidia/pytorch:24.05-py3", "release", "24.05" },
        { "quay.io/jupyter/pytorch-notebook:cuda12-python-3.11.8", "build", "python-3.11.8" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct image_reference reference;
        struct image_name name;

        assert_int_equal(image_reference_parse(arena, str_of(rows[i].text), &reference), 0);
        image_name_read(&reference, &name);
        assert_non_null(name.publisher);
        assert_int_equal(name.tag != NULL, rows[i].value != NULL);
        if (rows[i].value)
            assert_true(str_eqz(image_name_field(&name, rows[i].field), rows[i].value));
        else
            assert_true(str_eqz(name.near, rows[i].field));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dockerfile__keeps_the_line_of_everything),
        cmocka_unit_test(test_dockerfile__says_which_line_is_wrong),
        cmocka_unit_test(test_docker_scope__fills_in_what_is_known),
        cmocka_unit_test(test_shell__gives_each_command_with_its_words),
        cmocka_unit_test(test_yaml__knows_lines_anchors_and_merged_maps),
        cmocka_unit_test(test_yaml__reads_json_with_comments),
        cmocka_unit_test(test_yaml__refuses_with_the_line),
        cmocka_unit_test(test_image_reference__has_its_parts),
        cmocka_unit_test(test_image_names__fit_the_pattern_of_their_publisher),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
