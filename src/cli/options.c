#include "cli/cli.h"

#include "base/near.h"
#include "cli/option_ids.h"
#include "image/engine.h"
#include "report/report.h"

#include <errno.h>

static const struct option_row rows[OPTION_COUNT] = {
    [OPTION_PYTHON] = { "--python", NULL, "PATH", OF_STACK, TEXT_CLI_OPTION_PYTHON },
    [OPTION_ENV] = { "--env", NULL, "DIR", OF_STACK, TEXT_CLI_OPTION_ENV },
    [OPTION_PID] = { "--pid", NULL, "PID",
                     OF_CHECK | OF_LOCK | OF_POLICY | OF_EXPLAIN | OF_WHY | OF_SNAPSHOT,
                     TEXT_CLI_OPTION_PID },
    [OPTION_ROOT] = { "--root", NULL, "DIR",
                      OF_CHECK | OF_LOCK | OF_POLICY | OF_EXPLAIN | OF_WHY | OF_PLAN | OF_SNAPSHOT,
                      TEXT_CLI_OPTION_ROOT },
    [OPTION_FACTS] = { "--facts", NULL, "FILE",
                       OF_CHECK | OF_LOCK | OF_POLICY | OF_EXPLAIN | OF_PLAN,
                       TEXT_CLI_OPTION_FACTS },
    [OPTION_IMAGE] = { "--image", NULL, "IMAGE",
                       OF_CHECK | OF_LOCK | OF_POLICY | OF_EXPLAIN | OF_WHY | OF_SNAPSHOT,
                       TEXT_CLI_OPTION_IMAGE },
    [OPTION_CONTAINER] = { "--container", NULL, "NAME",
                           OF_CHECK | OF_LOCK | OF_POLICY | OF_EXPLAIN | OF_WHY | OF_SNAPSHOT,
                           TEXT_CLI_OPTION_CONTAINER },
    [OPTION_ENGINE] = { "--engine", NULL, "ENGINE",
                        OF_CHECK | OF_LOCK | OF_POLICY | OF_EXPLAIN | OF_WHY | OF_SNAPSHOT |
                            OF_ACCESS | OF_RUN,
                        TEXT_CLI_OPTION_ENGINE },
    [OPTION_POD] = { "--pod", NULL, "FILE", OF_CHECK | OF_POLICY, TEXT_CLI_OPTION_POD },
    [OPTION_SNAPSHOT] = { "--snapshot", NULL, "FILE",
                          OF_CHECK | OF_LOCK | OF_POLICY | OF_EXPLAIN | OF_WHY | OF_PLAN,
                          TEXT_CLI_OPTION_SNAPSHOT },
    [OPTION_NO_DRIVER] = { "--no-driver", NULL, NULL,
                           OF_CHECK | OF_EXPLAIN | OF_WHY | OF_PLAN | OF_SNAPSHOT | OF_POLICY,
                           TEXT_CLI_OPTION_NO_DRIVER },
    [OPTION_QUICK] = { "--quick", NULL, NULL, OF_VERIFY, TEXT_CLI_OPTION_QUICK },
    [OPTION_THOROUGH] = { "--thorough", NULL, NULL, OF_CHECK | OF_LOCK | OF_VERIFY,
                          TEXT_CLI_OPTION_THOROUGH },
    [OPTION_DEVICE] = { "--device", NULL, "N", OF_VERIFY, TEXT_CLI_OPTION_DEVICE },
    [OPTION_LIST] = { "--list", NULL, NULL, OF_EXPLAIN, TEXT_CLI_OPTION_LIST },
    [OPTION_WITH_MACHINE] = { "--with-machine", NULL, NULL,
                              OF_EXPLAIN | OF_CHECK | OF_LOCK | OF_POLICY,
                              TEXT_CLI_OPTION_WITH_MACHINE },
    [OPTION_GPU] = { "--gpu", NULL, "NAME", OF_PLAN | OF_IMAGE, TEXT_CLI_OPTION_GPU },
    [OPTION_DRIVER] = { "--driver", NULL, "VERSION", OF_PLAN | OF_IMAGE, TEXT_CLI_OPTION_DRIVER },
    [OPTION_PLATFORM] = { "--platform", NULL, "TAG", OF_PLAN | OF_IMAGE, TEXT_CLI_OPTION_PLATFORM },
    [OPTION_HOST] = { "--host", NULL, "FILE",
                      OF_PLAN | OF_IMAGE | OF_CHECK | OF_LOCK | OF_POLICY | OF_RUN,
                      TEXT_CLI_OPTION_HOST },
    [OPTION_REQUIREMENT] = { "--requirement", "-r", "FILE", OF_PLAN | OF_IMAGE,
                             TEXT_CLI_OPTION_REQUIREMENT },
    [OPTION_KNOWLEDGE] = { "--knowledge", NULL, "FILE", OF_PLAN | OF_IMAGE,
                           TEXT_CLI_OPTION_KNOWLEDGE },
    [OPTION_MATRIX] = { "--matrix", NULL, NULL, OF_PLAN, TEXT_CLI_OPTION_MATRIX },
    [OPTION_START_KERNEL] = { "--start-kernel", NULL, NULL, OF_ACCESS,
                              TEXT_CLI_OPTION_START_KERNEL },
    [OPTION_STEPS] = { "--steps", NULL, NULL, OF_CHECK | OF_VERIFY, TEXT_CLI_OPTION_STEPS },
    [OPTION_OUTPUT] = { "--output", "-o", "FILE", OF_SNAPSHOT | OF_LOCK | OF_POLICY,
                        TEXT_CLI_OPTION_OUTPUT },
    [OPTION_VERIFY] = { "--verify", NULL, "FILE", OF_LOCK, TEXT_CLI_OPTION_VERIFY },
    [OPTION_COMMIT] = { "--commit", NULL, "TAG", OF_SNAPSHOT, TEXT_CLI_OPTION_COMMIT },
    [OPTION_RESTORE_PLAN] = { "--restore-plan", NULL, "FILE", OF_SNAPSHOT,
                              TEXT_CLI_OPTION_RESTORE_PLAN },
    [OPTION_TEXT] = { "--text", NULL, NULL, OF_SNAPSHOT, TEXT_CLI_OPTION_TEXT },
    [OPTION_NO_REDACT] = { "--no-redact", NULL, NULL, OF_SNAPSHOT, TEXT_CLI_OPTION_NO_REDACT },
    [OPTION_JUPYTER] = { "--jupyter", NULL, NULL, OF_IMAGE | OF_ACCESS | OF_RUN,
                         TEXT_CLI_OPTION_JUPYTER },
    [OPTION_SSH] = { "--ssh", NULL, NULL, OF_IMAGE | OF_ACCESS | OF_RUN, TEXT_CLI_OPTION_SSH },
    [OPTION_COMPOSE] = { "--compose", NULL, NULL, OF_IMAGE, TEXT_CLI_OPTION_COMPOSE },
    [OPTION_FORCE] = { "--force", NULL, NULL, OF_IMAGE, TEXT_CLI_OPTION_FORCE },
    [OPTION_GPUS] = { "--gpus", NULL, "all|none|0,1", OF_RUN, TEXT_CLI_OPTION_GPUS },
    [OPTION_NAME] = { "--name", NULL, "NAME", OF_RUN, TEXT_CLI_OPTION_NAME },
    [OPTION_PORT] = { "--port", NULL, "N", OF_RUN, TEXT_CLI_OPTION_PORT },
    [OPTION_BIND] = { "--bind", NULL, "ADDRESS", OF_RUN, TEXT_CLI_OPTION_BIND },
    [OPTION_MOUNT] = { "--mount", NULL, "DIR:PATH[:ro]", OF_RUN, TEXT_CLI_OPTION_MOUNT },
    [OPTION_SHM_SIZE] = { "--shm-size", NULL, "SIZE", OF_RUN, TEXT_CLI_OPTION_SHM_SIZE },
    [OPTION_OPTION] = { "--option", NULL, "WORD", OF_RUN, TEXT_CLI_OPTION_OPTION },
    [OPTION_DRY_RUN] = { "--dry-run", NULL, NULL, OF_RUN, TEXT_CLI_OPTION_DRY_RUN },
    [OPTION_GROUP] = { "--group", NULL, "NAME", OF_POLICY, TEXT_CLI_OPTION_GROUP },
    [OPTION_DATE] = { "--date", NULL, "DATE", OF_POLICY, TEXT_CLI_OPTION_DATE },
    [OPTION_SARIF] = { "--sarif", NULL, NULL, OF_POLICY, TEXT_CLI_OPTION_SARIF },
    [OPTION_JSON] = { "--json", NULL, NULL, OF_ALL, TEXT_CLI_OPTION_JSON },
    [OPTION_LANG] = { "--lang", NULL, "en|zh", OF_ALL, TEXT_CLI_OPTION_LANG },
    [OPTION_COLOR] = { "--color", NULL, "auto|always|never", OF_ALL, TEXT_CLI_OPTION_COLOR },
    [OPTION_VERBOSE] = { "--verbose", "-v", NULL, OF_ALL, TEXT_CLI_OPTION_VERBOSE },
    [OPTION_QUIET] = { "--quiet", "-q", NULL, OF_ALL, TEXT_CLI_OPTION_QUIET },
    [OPTION_HELP] = { "--help", "-h", NULL, OF_ALL, TEXT_CLI_OPTION_HELP },
    [OPTION_VERSION] = { "--version", NULL, NULL, OF_ALL, TEXT_CLI_OPTION_VERSION },
};

const struct option_row *option_at(size_t at)
{
    return at < OPTION_COUNT ? &rows[at] : NULL;
}

/* The state of reading: what is wrong is said once, by the first that notices. */
struct reader {
    struct arena *arena;
    struct options *options;
    uint64_t given; /* a bit for each option that was */
    struct str wrong;
};

static void wrong(struct reader *reader, enum text_id id, struct str word, struct str near)
{
    struct str what = report_fill(reader->arena, text_of(id, reader->options->lang), "word", word,
                                  "near", near, NULL);

    if (reader->wrong.len == 0)
        reader->wrong = what;
}

static void wrong_value(struct reader *reader, enum option_id id, struct str value)
{
    if (reader->wrong.len == 0)
        reader->wrong = report_fill(
            reader->arena, text_of(TEXT_CLI_BAD_VALUE, reader->options->lang), "word",
            str_of(rows[id].name), "choices", str_of(rows[id].value), "value", value, NULL);
}

static enum option_id option_named(struct str name)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (str_eqz(name, rows[id].name) || (rows[id].brief && str_eqz(name, rows[id].brief)))
            return id;
    return OPTION_COUNT;
}

static void unknown_option(struct reader *reader, struct str name)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (near_enough(name, str_of(rows[id].name))) {
            wrong(reader, TEXT_CLI_UNKNOWN_OPTION_NEAR, name, str_of(rows[id].name));
            return;
        }
    wrong(reader, TEXT_CLI_UNKNOWN_OPTION, name, name);
}

static uint64_t number_of(struct reader *reader, enum option_id id, struct str value,
                          uint64_t least, uint64_t most)
{
    uint64_t number;

    if (str_u64(value, 10, &number) == 0 && number >= least && number <= most)
        return number;
    wrong_value(reader, id, value);
    return least;
}

static void set_port(struct reader *reader, struct str value)
{
    struct options *options = reader->options;

    if (options->port_count == PORTS)
        wrong_value(reader, OPTION_PORT, value);
    else
        options->ports[options->port_count++] =
            (uint16_t) number_of(reader, OPTION_PORT, value, 1, UINT16_MAX);
}

static void set_engine(struct reader *reader, struct str value)
{
    reader->options->engine = value;
    if (!engine_named(value) && reader->wrong.len == 0)
        reader->wrong = report_fill(
            reader->arena, text_of(TEXT_CLI_BAD_VALUE, reader->options->lang), "word",
            STR("--engine"), "choices", engine_names(reader->arena), "value", value, NULL);
}

static bool lang_named(struct str value, enum lang *ret)
{
    if (str_eqz(value, "en"))
        *ret = LANG_EN;
    else if (str_eqz(value, "zh"))
        *ret = LANG_ZH;
    else
        return false;
    return true;
}

static void set_colour(struct reader *reader, struct str value)
{
    struct options *options = reader->options;

    if (str_eqz(value, "auto"))
        options->colour = COLOUR_AUTO;
    else if (str_eqz(value, "always"))
        options->colour = COLOUR_ALWAYS;
    else if (str_eqz(value, "never"))
        options->colour = COLOUR_NEVER;
    else
        wrong_value(reader, OPTION_COLOR, value);
}

static void apply(struct reader *reader, enum option_id id, struct str value)
{
    struct options *options = reader->options;

    reader->given |= UINT64_C(1) << id;
    switch (id) {
    case OPTION_PYTHON:
        options->python = value;
        break;
    case OPTION_ENV:
        options->environment = value;
        break;
    case OPTION_PID:
        options->pid = (int) number_of(reader, id, value, 1, INT32_MAX);
        break;
    case OPTION_ROOT:
        options->root = value;
        break;
    case OPTION_FACTS:
        options->facts = value;
        break;
    case OPTION_IMAGE:
        options->image = value;
        break;
    case OPTION_CONTAINER:
        options->container = value;
        break;
    case OPTION_ENGINE:
        set_engine(reader, value);
        break;
    case OPTION_POD:
        options->pod = value;
        break;
    case OPTION_NO_DRIVER:
        options->no_driver = true;
        break;
    case OPTION_QUICK:
        options->quick = true;
        break;
    case OPTION_THOROUGH:
        options->thorough = true;
        break;
    case OPTION_DEVICE:
        options->device = 1 + (int) number_of(reader, id, value, 0, 63);
        break;
    case OPTION_LIST:
        options->list = true;
        break;
    case OPTION_WITH_MACHINE:
        options->with_machine = true;
        break;
    case OPTION_GPU:
        *LIST_ADD(reader->arena, &options->gpus) = value;
        break;
    case OPTION_DRIVER:
        options->driver = value;
        break;
    case OPTION_PLATFORM:
        options->platform = value;
        break;
    case OPTION_HOST:
        options->host = value;
        *LIST_ADD(reader->arena, &options->hosts) = value;
        break;
    case OPTION_REQUIREMENT:
        *LIST_ADD(reader->arena, &options->files) = value;
        break;
    case OPTION_KNOWLEDGE:
        options->knowledge = value;
        break;
    case OPTION_MATRIX:
        options->matrix = true;
        break;
    case OPTION_START_KERNEL:
        options->start_kernel = true;
        break;
    case OPTION_STEPS:
        options->steps = true;
        break;
    case OPTION_SNAPSHOT:
        options->snapshot = value;
        break;
    case OPTION_OUTPUT:
        options->output = value;
        break;
    case OPTION_VERIFY:
        options->lock = value;
        break;
    case OPTION_COMMIT:
        options->commit = value;
        break;
    case OPTION_RESTORE_PLAN:
        options->restore = value;
        break;
    case OPTION_TEXT:
        options->text = true;
        break;
    case OPTION_NO_REDACT:
        options->no_redact = true;
        break;
    case OPTION_JUPYTER:
        options->jupyter = true;
        break;
    case OPTION_SSH:
        options->ssh = true;
        break;
    case OPTION_COMPOSE:
        options->compose = true;
        break;
    case OPTION_FORCE:
        options->force = true;
        break;
    case OPTION_GPUS:
        *LIST_ADD(reader->arena, &options->gpus) = value;
        break;
    case OPTION_NAME:
        options->name = value;
        break;
    case OPTION_PORT:
        set_port(reader, value);
        break;
    case OPTION_BIND:
        options->bind = value;
        break;
    case OPTION_MOUNT:
        *LIST_ADD(reader->arena, &options->mounts) = value;
        break;
    case OPTION_SHM_SIZE:
        options->shm_size = value;
        break;
    case OPTION_OPTION:
        *LIST_ADD(reader->arena, &options->options) = value;
        break;
    case OPTION_DRY_RUN:
        options->dry_run = true;
        break;
    case OPTION_GROUP:
        options->group = value;
        break;
    case OPTION_DATE:
        options->date = value;
        break;
    case OPTION_SARIF:
        options->sarif = true;
        break;
    case OPTION_JSON:
        options->json = true;
        break;
    case OPTION_LANG:
        if (!lang_named(value, &options->lang))
            wrong_value(reader, id, value);
        break;
    case OPTION_COLOR:
        set_colour(reader, value);
        break;
    case OPTION_VERBOSE:
        options->verbose = true;
        break;
    case OPTION_QUIET:
        options->quiet = true;
        break;
    case OPTION_HELP:
        options->help = true;
        break;
    case OPTION_VERSION:
        options->version = true;
        break;
    case OPTION_COUNT:
        break;
    }
}

/* Reads one option, and its value where it takes one ("--root DIR" or "--root=DIR"). Returns how
 * many further arguments it used. */
static int read_option(struct reader *reader, struct str word, const char *next)
{
    struct str name, value;
    bool joined = str_starts(word, STR("--")) && str_cut(word, '=', &name, &value);
    enum option_id id = option_named(joined ? name : word);

    if (id == OPTION_COUNT)
        unknown_option(reader, joined ? name : word);
    else if (!rows[id].value && joined)
        wrong(reader, TEXT_CLI_TAKES_NO_VALUE, name, name);
    else if (!rows[id].value)
        apply(reader, id, (struct str){ NULL, 0 });
    else if (!joined && !next)
        wrong(reader, TEXT_CLI_NEEDS_VALUE, word, word);
    else if ((joined ? value : str_of(next)).len == 0)
        wrong(reader, TEXT_CLI_NEEDS_VALUE, joined ? name : word, word);
    else
        apply(reader, id, joined ? value : str_of(next));
    return id < OPTION_COUNT && rows[id].value && !joined && next ? 1 : 0;
}

static void read_command(struct reader *reader, struct str word)
{
    const struct command_row *row;

    for (row = cli_commands; row->name; row++)
        if (str_eqz(word, row->name)) {
            reader->options->command = row;
            return;
        }
    for (row = cli_commands; row->name; row++)
        if (near_enough(word, str_of(row->name))) {
            wrong(reader, TEXT_CLI_UNKNOWN_COMMAND_NEAR, word, str_of(row->name));
            return;
        }
    wrong(reader, TEXT_CLI_UNKNOWN_COMMAND, word, word);
}

static bool is_given(const struct reader *reader, enum option_id id)
{
    return reader->given & UINT64_C(1) << id;
}

/* Options of other commands. The command's name stands where the other option would. */
static void refuse_elsewhere(struct reader *reader)
{
    const struct command_row *command = reader->options->command;

    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (is_given(reader, id) && !(rows[id].of & command->bit))
            wrong(reader, TEXT_CLI_NOT_TOGETHER, str_of(command->name), str_of(rows[id].name));
}

/* A host lies beneath an image alone: what else is examined has its own. */
static void need_image(struct reader *reader)
{
    static const enum option_id ids[] = { OPTION_HOST, OPTION_WITH_MACHINE };

    for (size_t i = 0; i < 2; i++)
        if (is_given(reader, ids[i]) && !is_given(reader, OPTION_IMAGE))
            wrong(reader, TEXT_CLI_NEEDS_OTHER, str_of(rows[ids[i]].name),
                  str_of(rows[OPTION_IMAGE].name));
}

/* A container is committed, nothing else. */
static void need_container(struct reader *reader)
{
    if (is_given(reader, OPTION_COMMIT) && !is_given(reader, OPTION_CONTAINER))
        wrong(reader, TEXT_CLI_NEEDS_OTHER, str_of(rows[OPTION_COMMIT].name),
              str_of(rows[OPTION_CONTAINER].name));
}

/* What says which machine is meant: explain looks at none unless it is told to. */
static void refuse_without_machine(struct reader *reader)
{
    static const enum option_id ids[] = { OPTION_PYTHON,  OPTION_ENV,   OPTION_PID,
                                          OPTION_ROOT,    OPTION_FACTS, OPTION_NO_DRIVER,
                                          OPTION_SNAPSHOT };

    if (reader->options->command->bit & (OF_CHECK | OF_LOCK | OF_POLICY))
        need_image(reader);
    if (reader->options->command->bit != OF_EXPLAIN || is_given(reader, OPTION_WITH_MACHINE))
        return;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (is_given(reader, ids[i]))
            wrong(reader, TEXT_CLI_NEEDS_OTHER, str_of(rows[ids[i]].name),
                  str_of(rows[OPTION_WITH_MACHINE].name));
}

/* Options that name different sources of facts, or different things to do. */
static void check_together(struct reader *reader)
{
    static const enum option_id pairs[][2] = {
        { OPTION_PYTHON, OPTION_ENV },
        { OPTION_PID, OPTION_ROOT },
        { OPTION_PID, OPTION_PYTHON },
        { OPTION_PID, OPTION_ENV },
        { OPTION_IMAGE, OPTION_ROOT },
        { OPTION_IMAGE, OPTION_PID },
        { OPTION_IMAGE, OPTION_FACTS },
        { OPTION_FACTS, OPTION_ROOT },
        { OPTION_FACTS, OPTION_PID },
        { OPTION_FACTS, OPTION_PYTHON },
        { OPTION_FACTS, OPTION_ENV },
        { OPTION_CONTAINER, OPTION_IMAGE },
        { OPTION_CONTAINER, OPTION_PID },
        { OPTION_CONTAINER, OPTION_ROOT },
        { OPTION_CONTAINER, OPTION_FACTS },
        { OPTION_POD, OPTION_IMAGE },
        { OPTION_POD, OPTION_PID },
        { OPTION_POD, OPTION_ROOT },
        { OPTION_POD, OPTION_FACTS },
        { OPTION_POD, OPTION_CONTAINER },
        { OPTION_SNAPSHOT, OPTION_ROOT },
        { OPTION_SNAPSHOT, OPTION_PID },
        { OPTION_SNAPSHOT, OPTION_IMAGE },
        { OPTION_SNAPSHOT, OPTION_FACTS },
        { OPTION_SNAPSHOT, OPTION_CONTAINER },
        { OPTION_SNAPSHOT, OPTION_POD },
        { OPTION_SNAPSHOT, OPTION_THOROUGH },
        { OPTION_HOST, OPTION_ROOT },
        { OPTION_HOST, OPTION_FACTS },
        { OPTION_HOST, OPTION_ENV },
        { OPTION_HOST, OPTION_SNAPSHOT },
        { OPTION_HOST, OPTION_WITH_MACHINE },
        { OPTION_QUICK, OPTION_THOROUGH },
        { OPTION_RESTORE_PLAN, OPTION_COMMIT },
        { OPTION_RESTORE_PLAN, OPTION_OUTPUT },
        { OPTION_RESTORE_PLAN, OPTION_TEXT },
        { OPTION_RESTORE_PLAN, OPTION_NO_REDACT },
        { OPTION_RESTORE_PLAN, OPTION_IMAGE },
        { OPTION_RESTORE_PLAN, OPTION_CONTAINER },
        { OPTION_RESTORE_PLAN, OPTION_ROOT },
        { OPTION_RESTORE_PLAN, OPTION_PID },
        { OPTION_VERIFY, OPTION_OUTPUT },
        { OPTION_LIST, OPTION_WITH_MACHINE },
        { OPTION_SARIF, OPTION_JSON },
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (is_given(reader, pairs[i][0]) && is_given(reader, pairs[i][1]) &&
            !(pairs[i][1] == OPTION_PYTHON && reader->options->command->bit & (OF_PLAN | OF_IMAGE)))
            wrong(reader, TEXT_CLI_NOT_TOGETHER, str_of(rows[pairs[i][0]].name),
                  str_of(rows[pairs[i][1]].name));
    refuse_elsewhere(reader);
    refuse_without_machine(reader);
    need_container(reader);
}

/* The first of these that is set and not empty decides, as for every program (locale(7)). */
static enum lang lang_of_environment(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return str_starts(str_of(value), STR("zh")) ? LANG_ZH : LANG_EN;
    }
    return LANG_EN;
}

static bool takes_word(const struct options *options, struct str word)
{
    switch (options->command->takes) {
    case WORDS_ANY:
        return options->word.len || word.len;
    case WORDS_ONE:
        return options->words.count == 0 && word.len;
    case WORDS_TWO:
        return options->words.count < 2 && word.len;
    case WORDS_NONE:
        break;
    }
    return false;
}

static void add_word(struct arena *arena, struct options *options, struct str word)
{
    *LIST_ADD(arena, &options->words) = word;
    options->word =
        options->word.len ? arena_printf(arena, "%s %s", options->word.data, word.data) : word;
}

static bool lacks_words(const struct options *options)
{
    enum words takes = options->command->takes;

    return options->words.count < (takes == WORDS_ONE ? 1u : takes == WORDS_TWO ? 2u : 0u);
}

int options_read(struct arena *arena, int argc, char *const *argv, struct options *ret,
                 struct str *ret_wrong)
{
    struct reader reader = { .arena = arena, .options = ret };
    bool only_words = false;

    *ret = (struct options){ .lang = lang_of_environment() };
    for (int i = 1; i < argc; i++) {
        struct str word = str_of(argv[i]);

        if (!only_words && str_eqz(word, "--"))
            only_words = true;
        else if (!only_words && word.len > 1 && word.data[0] == '-')
            i += read_option(&reader, word, i + 1 < argc ? argv[i + 1] : NULL);
        else if (!ret->command)
            read_command(&reader, word);
        else if (takes_word(ret, word))
            add_word(arena, ret, word);
        else
            wrong(&reader, TEXT_CLI_NO_ARGUMENT, word, word);
    }
    if (!ret->command)
        ret->command = &cli_commands[0];
    check_together(&reader);
    if (lacks_words(ret) && !ret->help && !ret->version)
        wrong(&reader, TEXT_CLI_NEEDS_WORD, str_of(ret->command->name), str_of(ret->command->word));
    *ret_wrong = reader.wrong;
    return reader.wrong.len ? -EINVAL : 0;
}
