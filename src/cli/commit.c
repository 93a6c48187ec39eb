/* snapshot --commit: the container itself, kept as an image by its engine. */
#include "cli/subject.h"

#include "image/commit.h"
#include "report/layout.h"
#include "report/report.h"

#include <errno.h>

#define LINE_LIMIT 65536

/* What is run, before it is: it changes something. */
static void say(struct arena *arena, const struct options *options, const char *const *words)
{
    struct buf buf = buf_new(arena, LINE_LIMIT);
    struct str list[ENGINE_WORDS];
    size_t count = 0;

    for (; words[count]; count++)
        list[count] = str_of(words[count]);
    buf_addz(&buf, "+ ");
    (void) layout_command(&buf, list, count, (struct str){ NULL, 0 }, 2, 4, terminal_columns());
    if (!options->quiet)
        complain(buf_str(&buf));
}

static int refuse(struct arena *arena, const struct options *options, enum text_id id,
                  struct str why)
{
    complain(
        report_fill(arena, text_of(id, options->lang), "word", options->commit, "why", why, NULL));
    return id == TEXT_CLI_COMMIT_FAILED ? EXIT_NO_OUTPUT : EXIT_WRONG_USAGE;
}

int commit_container(struct arena *arena, const struct options *options, const struct facts *facts)
{
    struct engine_user user = engine_user(arena, options);
    const char *words[ENGINE_WORDS] = { NULL };
    struct str why = { NULL, 0 };
    int r = commit_command(arena, facts, options->commit, words);

    if (r == -ENOTSUP)
        return refuse(arena, options, TEXT_CLI_COMMIT_NO_ENGINE, why);
    if (r < 0)
        return refuse(arena, options, TEXT_CLI_COMMIT_NO_TAG, why);
    say(arena, options, words);
    r = commit_run(&user, words, &why);
    if (r < 0)
        return refuse(arena, options, TEXT_CLI_COMMIT_FAILED, why.len ? why : error_text(r));
    return EXIT_GOOD;
}
