/* help: made from the tables of commands and options. */
#include "cli/cli.h"

#include "base/text.h"
#include "report/layout.h"

#define DOES_AT 28
#define EXAMPLE_AT 36
#define ROOM 24   /* what an explanation beside its option needs; else it stands beneath, */
#define BENEATH 6 /* so far in */

static void title(struct buf *buf, enum text_id id, enum lang lang)
{
    buf_add_char(buf, '\n');
    buf_add(buf, text_of(id, lang));
    buf_add_char(buf, '\n');
}

static void row(struct buf *buf, struct str left, struct str right, size_t column, size_t columns)
{
    size_t width = text_width(left);

    if (columns < column + ROOM)
        column = BENEATH;
    buf_addz(buf, "  ");
    buf_add(buf, left);
    if (width + 4 > column) {
        buf_add_char(buf, '\n');
        buf_repeat(buf, ' ', column);
    } else {
        buf_repeat(buf, ' ', column - 2 - width);
    }
    (void) layout_wrap(buf, right, column, column, columns);
    buf_add_char(buf, '\n');
}

static void options(struct buf *buf, enum lang lang, size_t columns)
{
    const struct option_row *option;

    title(buf, TEXT_CLI_HELP_OPTIONS, lang);
    for (size_t i = 0; (option = option_at(i)) != NULL; i++)
        row(buf,
            arena_printf(buf->arena, "%s%s%s%s%s", option->brief ? option->brief : "",
                         option->brief ? ", " : "", option->name, option->value ? " " : "",
                         option->value ? option->value : ""),
            text_of(option->does, lang), DOES_AT, columns);
}

static void examples(struct buf *buf, enum lang lang, size_t columns)
{
    static const struct {
        struct str line;
        enum text_id does;
    } rows[] = {
        { STR_INIT("gpuvet"), TEXT_CLI_EXAMPLE_DEFAULT },
        { STR_INIT("gpuvet --steps"), TEXT_CLI_EXAMPLE_STEPS },
        { STR_INIT("gpuvet --env ~/venv"), TEXT_CLI_EXAMPLE_ENV },
        { STR_INIT("gpuvet --root /mnt/broken"), TEXT_CLI_EXAMPLE_ROOT },
        { STR_INIT("gpuvet verify"), TEXT_CLI_EXAMPLE_VERIFY },
        { STR_INIT("gpuvet plan torch torchvision"), TEXT_CLI_EXAMPLE_PLAN },
        { STR_INIT("gpuvet plan --gpu 4060ti --driver 550"), TEXT_CLI_EXAMPLE_PLAN_OTHER },
        { STR_INIT("gpuvet image check Dockerfile"), TEXT_CLI_EXAMPLE_IMAGE },
        { STR_INIT("gpuvet policy check team.yaml"), TEXT_CLI_EXAMPLE_POLICY },
        { STR_INIT("gpuvet explain train.log"), TEXT_CLI_EXAMPLE_EXPLAIN },
        { STR_INIT("gpuvet explain CUDA 804"), TEXT_CLI_EXAMPLE_CODE },
        { STR_INIT("gpuvet why cudnn"), TEXT_CLI_EXAMPLE_WHY },
        { STR_INIT("gpuvet snapshot -o monday.gpuvet"), TEXT_CLI_EXAMPLE_SNAPSHOT },
        { STR_INIT("gpuvet diff monday.gpuvet /"), TEXT_CLI_EXAMPLE_DIFF },
        { STR_INIT("gpuvet lock -o gpuvet.lock"), TEXT_CLI_EXAMPLE_LOCK },
        { STR_INIT("gpuvet lock --verify gpuvet.lock"), TEXT_CLI_EXAMPLE_LOCK_VERIFY },
        { STR_INIT("gpuvet access ssh gpu1:2222"), TEXT_CLI_EXAMPLE_ACCESS },
        { STR_INIT("gpuvet --json"), TEXT_CLI_EXAMPLE_JSON },
    };

    title(buf, TEXT_CLI_HELP_EXAMPLES, lang);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        row(buf, rows[i].line, text_of(rows[i].does, lang), EXAMPLE_AT, columns);
}

int print_help(struct arena *arena, const struct options *given)
{
    struct buf buf = buf_new(arena, 64u * 1024u);
    size_t columns = terminal_columns();

    (void) layout_wrap(&buf, text_of(TEXT_CLI_HELP_HEAD, given->lang), 0, 0, columns);
    buf_add_char(&buf, '\n');
    title(&buf, TEXT_CLI_HELP_USAGE, given->lang);
    buf_addz(&buf, "  gpuvet [COMMAND] [OPTION]…\n");
    title(&buf, TEXT_CLI_HELP_COMMANDS, given->lang);
    for (const struct command_row *command = cli_commands; command->name; command++)
        row(&buf,
            arena_printf(arena, "%s%s%s", command->name, command->word ? " " : "",
                         command->word ? command->word : ""),
            text_of(command->does, given->lang), DOES_AT, columns);
    options(&buf, given->lang, columns);
    examples(&buf, given->lang, columns);
    title(&buf, TEXT_CLI_HELP_EXIT, given->lang);
    buf_addz(&buf, "  ");
    (void) layout_wrap(&buf, text_of(TEXT_CLI_EXIT_CODES, given->lang), 2, 2, columns);
    buf_add_char(&buf, '\n');
    return print(arena, given->lang, buf_str(&buf));
}
