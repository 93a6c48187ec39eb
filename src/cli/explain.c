/*
 * explain: what an error text, a log, a cause or an error code means.
 *
 * An argument with a slash in it that is a file is that file; else a cause or code of that name
 * comes first, then a file. Where both are there, one line on standard error says which was taken.
 */
#include "base/text.h"
#include "cli/subject.h"
#include "facts/join.h"
#include "report/report.h"
#include "report/topic.h"
#include "transcript/transcript.h"

#define TOPIC_LIMIT (1024u * 1024u)

static int read_given(void *context, char *buffer, size_t room, size_t *ret_count)
{
    ssize_t got = given_read(context, buffer, room);

    if (got < 0)
        return (int) got;
    *ret_count = (size_t) got;
    return 0;
}

static int read_text(struct arena *arena, struct str path, struct facts *facts,
                     struct quotes *quotes)
{
    struct given_file given;
    struct transcript_source source = { read_given, &given };
    int r = given_open(arena, path, &given);

    if (r < 0)
        return r;
    r = transcript_read(arena, &source, facts, quotes);
    given_close(&given);
    return r;
}

static int explain_text(struct arena *arena, const struct options *options, struct str path)
{
    struct subject *subject = ARENA_NEW(arena, struct subject);
    struct quotes quotes = { 0 };
    struct eyes eyes = { .known = false };
    struct wishes wishes = { 0 };
    struct probe_ctx ctx = {
        .arena = arena, .eyes = &eyes, .wishes = &wishes, .facts = &subject->facts
    };
    int r = read_text(arena, path, &subject->facts, &quotes);
    if (r < 0)
        return cannot_read(arena, options, path, error_text(r));
    if (options->with_machine) {
        struct subject *machine = ARENA_NEW(arena, struct subject);

        r = subject_examine(arena, options, machine);
        if (r != EXIT_GOOD)
            return r;
        facts_join(&subject->facts, &machine->facts);
    }
    probe_all(&ctx, COST_NOTHING);
    subject->quotes = &quotes;
    subject->kind = STR("text");
    subject->name = path;
    return conclude(arena, options, subject, NULL);
}

static int show_topic(struct arena *arena, const struct options *options, const struct topic *topic)
{
    const struct topic_report report = { topic, options->word, options->lang, terminal_columns() };
    struct buf buf = buf_new(arena, TOPIC_LIMIT);

    if (options->quiet)
        return EXIT_GOOD;
    if (options->json)
        topic_json(&buf, &report);
    else
        topic_text(&buf, &report);
    return print(arena, options->lang, buf_str(&buf));
}

/* One line in which {word} is what was asked for, escaped. */
static void say(struct arena *arena, const struct options *options, enum text_id id)
{
    struct buf shown = buf_new(arena, TOPIC_LIMIT);

    text_escape(&shown, options->word);
    complain(report_fill(arena, text_of(id, options->lang), "word", buf_str(&shown), NULL));
}

/* Nothing has that name: perhaps another was meant. */
static int nothing_of(struct arena *arena, const struct options *options)
{
    struct str near = { NULL, 0 };
    bool has_near = topic_near(options->word, &near);
    struct buf shown = buf_new(arena, TOPIC_LIMIT);

    text_escape(&shown, options->word);
    complain(report_fill(
        arena, text_of(has_near ? TEXT_CLI_NOTHING_OF_NEAR : TEXT_CLI_NOTHING_OF, options->lang),
        "word", buf_str(&shown), "near", near, NULL));
    return has_near ? EXIT_WRONG_USAGE : EXIT_NO_INPUT;
}

int command_explain(struct arena *arena, const struct options *options)
{
    struct str word = options->word;
    struct topic topic;
    bool known, file;

    if (options->list)
        return show_topic(arena, options, NULL);
    if (word.len == 0 || str_eqz(word, "-")) {
        if (isatty(STDIN_FILENO))
            complain(text_of(TEXT_CLI_PASTE, options->lang));
        return explain_text(arena, options, STR("-"));
    }
    known = topic_find(word, &topic);
    file = given_exists(arena, word);
    if (!known && !file)
        return nothing_of(arena, options);
    if (known && file)
        say(arena, options,
            str_has(word, STR("/")) ? TEXT_CLI_FILE_WAS_READ : TEXT_CLI_FILE_WAS_NOT_READ);
    if (file && (!known || str_has(word, STR("/"))))
        return explain_text(arena, options, word);
    return show_topic(arena, options, &topic);
}
