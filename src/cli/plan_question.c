#include "cli/plan_question.h"

#include "base/text.h"
#include "cli/plan_machine.h"
#include "format/requirement.h"
#include "knowledge/newer.h"
#include "plan/wants.h"
#include "report/report.h"

static int refuse(struct arena *arena, const struct options *options, struct str word)
{
    struct buf shown = buf_new(arena, 4096);

    text_escape(&shown, word);
    complain(report_fill(arena, text_of(TEXT_PLAN_BAD_REQUIREMENT, options->lang), "word",
                         buf_str(&shown), NULL));
    return EXIT_WRONG_USAGE;
}

/* A name alone wants any version, also where its specifiers are apart: "torch" ">=2.8". */
static int read_words(struct arena *arena, const struct options *options,
                      const struct word_list *words, struct wants *wants)
{
    for (size_t i = 0; i < words->count; i++) {
        struct requirement requirement;

        if (requirement_parse(words->items[i], &requirement) < 0 || requirement.url.len)
            return refuse(arena, options, words->items[i]);
        *LIST_ADD(arena, wants) =
            (struct wanted){ requirement.name, requirement.specifiers, STR("command line") };
    }
    return EXIT_GOOD;
}

/* Newer tables, where they are given. */
static int read_knowledge(struct arena *arena, const struct options *options,
                          const struct knowledge **ret)
{
    struct knowledge *knowledge = ARENA_NEW(arena, struct knowledge);
    struct str text, why;
    int r;

    if (!options->knowledge.len)
        return EXIT_GOOD;
    r = root_read_given(arena, options->knowledge, KNOWLEDGE_SIZE, &text);
    if (r < 0)
        return cannot_read(arena, options, options->knowledge, error_text(r));
    if (knowledge_read(arena, text, knowledge, &why) < 0)
        return cannot_read(arena, options, options->knowledge, why);
    *ret = knowledge;
    return EXIT_GOOD;
}

/* What the project's files ask for; an environment.yml may name the Python, too. */
static int read_files(struct arena *arena, const struct options *options, struct facts *facts,
                      const struct knowledge *knowledge, struct wants *wants)
{
    for (size_t i = 0; i < options->files.count; i++) {
        struct str path = options->files.items[i], text;
        struct dependencies found = { 0 };
        int r = root_read_given(arena, path, DEPENDENCIES_LEN, &text);

        if (r == 0)
            r = dependencies_read(path, text, arena, &found);
        if (r < 0)
            return cannot_read(arena, options, path, error_text(r));
        if (plan_python_is_version(found.python) && !options->python.len)
            plan_set_python(arena, found.python, path, facts);
        wants_add_all(arena, facts, knowledge, &found, path, wants);
    }
    return EXIT_GOOD;
}

/* The machine that is meant: this one, one of which facts are given, or one that is described. */
static int find_machine(struct arena *arena, const struct options *given, struct subject *ret)
{
    struct options options = *given;

    if (plan_python_is_version(options.python))
        options.python = (struct str){ NULL, 0 };
    if (options.host.len)
        options.facts = options.host;
    if (plan_describes_machine(&options) && !options.facts.len && !options.root.len) {
        ret->kind = STR("described");
        ret->name = STR("--gpu");
        return EXIT_GOOD;
    }
    return subject_examine(arena, &options, ret);
}

int plan_ask(struct arena *arena, const struct options *options, const struct word_list *words,
             struct plan_question *ret)
{
    const struct knowledge *knowledge = NULL;
    struct wants wants = { 0 };
    int code = read_words(arena, options, words, &wants);

    if (code == EXIT_GOOD)
        code = read_knowledge(arena, options, &knowledge);
    if (code == EXIT_GOOD)
        code = find_machine(arena, options, &ret->subject);
    if (code == EXIT_GOOD)
        code = plan_machine_apply(arena, options, &ret->subject.facts);
    if (code == EXIT_GOOD)
        code = read_files(arena, options, &ret->subject.facts, knowledge, &wants);
    if (code != EXIT_GOOD)
        return code;
    wants_add_installed(arena, &ret->subject.facts, knowledge, &wants);
    problem_make(arena, &ret->subject.facts, &wants, knowledge, &ret->problem);
    plan_make(&ret->problem, &ret->plan);
    return EXIT_GOOD;
}
