/* image check: what is wrong with a Dockerfile, a compose file or a devcontainer.json. */
#include "base/text.h"
#include "cli/image.h"
#include "cli/subject.h"
#include "report/imagefile.h"
#include "report/report.h"

#define REPORT_LIMIT (16u * 1024u * 1024u)

static struct str docker_fault(struct arena *arena, const struct options *options,
                               const struct docker_error *error)
{
    static const enum text_id says[] = {
        [DOCKER_UNKNOWN] = TEXT_IMAGE_DOCKER_UNKNOWN,
        [DOCKER_EMPTY] = TEXT_IMAGE_DOCKER_EMPTY,
        [DOCKER_HEREDOC] = TEXT_IMAGE_DOCKER_HEREDOC,
        [DOCKER_NO_FROM] = TEXT_IMAGE_DOCKER_NO_FROM,
        [DOCKER_TOO_LARGE] = TEXT_IMAGE_DOCKER_TOO_LARGE,
    };
    enum text_id id = error->near.len ? TEXT_IMAGE_DOCKER_UNKNOWN_NEAR : says[error->fault];
    struct buf word = buf_new(arena, 4096);

    text_escape(&word, error->word);
    return report_fill(arena, text_of(id, options->lang), "word", buf_str(&word), "near",
                       error->near, NULL);
}

int image_refuse_file(struct arena *arena, const struct options *options, struct str file,
                      const struct recipe_error *error)
{
    struct str why =
        error->is_docker ? docker_fault(arena, options, &error->docker) : error->yaml.what;
    unsigned line = error->is_docker ? error->docker.line : error->yaml.line;

    return cannot_read(arena, options, arena_printf(arena, "%.*s:%u", STR_ARG(file), line), why);
}

static int show(struct arena *arena, const struct options *options,
                const struct imagefile_report *report)
{
    struct buf buf = buf_new(arena, REPORT_LIMIT);

    if (options->quiet)
        return EXIT_GOOD;
    if (options->json)
        report_imagefile_json(&buf, report);
    else
        report_imagefile_text(&buf, report);
    return print(arena, options->lang, buf_str(&buf));
}

int image_check(struct arena *arena, const struct options *options, struct str file)
{
    struct check_results found, open;
    struct imagefile_report report = { .found = &found,
                                       .open = &open,
                                       .file = file,
                                       .lang = options->lang,
                                       .columns = terminal_columns(),
                                       .verbose = options->verbose };
    struct recipe_error error;
    struct recipe recipe;
    struct str text;
    int r = root_read_given(arena, file, RECIPE_LEN, &text), code;

    if (r < 0)
        return cannot_read(arena, options, file, error_text(r));
    if (recipe_read(arena, file, text, &recipe, &error) < 0)
        return image_refuse_file(arena, options, file, &error);
    checks_judge(arena, recipe.items, recipe.count, &found, &open);
    code = show(arena, options, &report);
    if (code != EXIT_GOOD)
        return code;
    return imagefile_faults(&found) ? EXIT_CAUSE : open.count ? EXIT_UNDECIDED : EXIT_GOOD;
}
