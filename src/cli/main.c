/* gpuvet: says why PyTorch cannot use the GPU. */
#include "cli/cli.h"

#include "base/text.h"
#include "report/report.h"

const struct command_row cli_commands[] = {
    { "check", OF_CHECK, WORDS_NONE, NULL, TEXT_CLI_COMMAND_CHECK, command_check },
    { "verify", OF_VERIFY, WORDS_NONE, NULL, TEXT_CLI_COMMAND_VERIFY, command_verify },
    { "plan", OF_PLAN, WORDS_ANY, "[REQUIREMENT…]", TEXT_CLI_COMMAND_PLAN, command_plan },
    { "explain", OF_EXPLAIN, WORDS_ANY, "[FILE|-|NAME]", TEXT_CLI_COMMAND_EXPLAIN,
      command_explain },
    { "why", OF_WHY, WORDS_ONE, "LIBRARY", TEXT_CLI_COMMAND_WHY, command_why },
    { "snapshot", OF_SNAPSHOT, WORDS_NONE, NULL, TEXT_CLI_COMMAND_SNAPSHOT, command_snapshot },
    { "diff", OF_DIFF, WORDS_TWO, "A B", TEXT_CLI_COMMAND_DIFF, command_diff },
    { "lock", OF_LOCK, WORDS_NONE, NULL, TEXT_CLI_COMMAND_LOCK, command_lock },
    { "image", OF_IMAGE, WORDS_ANY, "check|name|new|updates …", TEXT_CLI_COMMAND_IMAGE,
      command_image },
    { "access", OF_ACCESS, WORDS_ANY, "DOOR WHERE", TEXT_CLI_COMMAND_ACCESS, command_access },
    { "run", OF_RUN, WORDS_ANY, "IMAGE [-- CMD…]", TEXT_CLI_COMMAND_RUN, command_run },
    { "policy", OF_POLICY, WORDS_ANY, "check|init …", TEXT_CLI_COMMAND_POLICY, command_policy },
    { NULL, OF_ALL, WORDS_NONE, NULL, TEXT_COUNT, NULL },
};

static void out_of_memory(void)
{
    complain(text_of(TEXT_CLI_NO_MEMORY, LANG_EN));
    _exit(EXIT_INTERNAL);
}

int wrong_usage(struct arena *arena, enum lang lang, struct str what)
{
    struct buf shown = buf_new(arena, 64u * 1024u);

    text_escape(&shown, what);
    complain(report_fill(arena, text_of(TEXT_CLI_USAGE, lang), "what", buf_str(&shown), NULL));
    return EXIT_WRONG_USAGE;
}

int main(int argc, char **argv)
{
    AUTO_ARENA *arena = arena_new(out_of_memory);
    struct options options;
    struct str wrong;

    if (options_read(arena, argc, argv, &options, &wrong) < 0)
        return wrong_usage(arena, options.lang, wrong);
    if (options.help)
        return print_help(arena, &options);
    if (options.version)
        return print(arena, options.lang, STR("gpuvet " GPUVET_VERSION "\n"));
    return options.command->run(arena, &options);
}
