/* A Dockerfile: stages, each with its scope, from the first line to the last. */
#include "image/place.h"

#include <errno.h>

#define STAGES 256 /* of one file */

static const struct str nothing = { NULL, 0 };

struct walk {
    const struct place *empty;
    struct docker_scope global; /* ARG above the first FROM */
    struct place *items;        /* stages: finished ones and, the last, the one at hand */
    size_t count, room;
};

/* Variables that the builder sets by itself: what they hold is not in the file
 * (https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope). */
static void declare_platform(struct docker_scope *scope)
{
    static const char *const names[] = { "TARGETPLATFORM", "TARGETOS",      "TARGETARCH",
                                         "TARGETVARIANT",  "BUILDPLATFORM", "BUILDOS",
                                         "BUILDARCH",      "BUILDVARIANT" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        docker_scope_set(scope, str_of(names[i]), nothing, false);
}

/* "ARG a=1 b": one that has no value here has that of the global scope, if any. */
static void read_args(const struct walk *walk, struct docker_scope *scope, struct str text)
{
    struct str word, name, value;
    bool known;

    while (docker_next_word(scope, &text, &word, &known)) {
        const struct docker_variable *outer;
        bool given = str_cut(word, '=', &name, &value);

        outer = docker_scope_find(&walk->global, name);
        if (!given && outer && scope != &walk->global)
            docker_scope_set(scope, name, outer->value, outer->known);
        else
            docker_scope_set(scope, name, value, given && known);
    }
}

static size_t skip_blanks(struct str text, size_t at)
{
    while (at < text.len && (text.data[at] == ' ' || text.data[at] == '\t'))
        at++;
    return at;
}

/* "ENV a=1 b=2", and the old form "ENV a the rest". */
static void read_env(struct place *place, const struct docker_instruction *instruction)
{
    struct str text = instruction->text, rest = text, word, name, value;
    bool known = true;
    size_t offset = 0;

    (void) str_next_word(&rest, &word);
    if (str_find_char(word, '=') == STR_NONE) {
        known = docker_expand(&place->scope, str_trim(rest), &value);
        place_env(place, instruction->line, word, value, known);
        return;
    }
    rest = text;
    while (docker_next_word(&place->scope, &rest, &word, &known)) {
        (void) str_cut(word, '=', &name, &value);
        place_env(place, docker_line_at(instruction, offset), name, value, known);
        offset = skip_blanks(text, (size_t) (rest.data - text.data));
    }
}

static const struct place *stage_named(const struct walk *walk, struct str name)
{
    for (size_t i = walk->count; i-- > 0;)
        if (walk->items[i].stage.len && str_eq_nocase(walk->items[i].stage, name))
            return &walk->items[i];
    return NULL;
}

/* What was started in the stage at hand, now that its last line is read. */
static void end_stage(struct walk *walk)
{
    if (walk->count)
        (void) place_start(&walk->items[walk->count - 1]);
}

/* "FROM --platform=… image AS name". A stage goes on with all that its base had. */
static int read_from(struct walk *walk, const struct docker_instruction *instruction)
{
    struct str text = instruction->text, reference, word, name = nothing, platform;
    const struct place *base;
    struct place stage = *walk->empty;
    bool known = false;

    (void) docker_next_word(&walk->global, &text, &reference, &known);
    if (str_next_word(&text, &word) && str_eq_nocase(word, STR("as")))
        (void) str_next_word(&text, &name);
    end_stage(walk);
    base = stage_named(walk, reference);
    if (base)
        stage = *base;
    stage.scope = docker_scope_copy(&stage.scope);
    stage.stage = name;
    stage.scope.escape = walk->global.escape;
    if (docker_flag(instruction, "--platform", &platform) &&
        docker_expand(&walk->global, platform, &platform))
        stage.platform = platform;
    declare_platform(&stage.scope);
    if (!base && !str_eqz(reference, "scratch")) {
        place_set_base(&stage, reference, known);
        (void) place_add(&stage, instruction->line, "from", name, instruction->text);
    }
    if (walk->count >= STAGES)
        return -E2BIG;
    *LIST_ADD(stage.arena, walk) = stage;
    return 0;
}

/* The last word is where it goes. */
static void read_copy(struct place *place, const struct docker_instruction *instruction)
{
    struct shell_command words = { 0 };
    struct place_lines lines = { instruction, instruction->line };

    place_words(place, instruction->text, instruction->json, &words);
    for (size_t i = 0; i + 1 < words.count; i++) {
        struct str path = words.items[i].text;
        struct recipe_facts *facts;

        place->jupyter_configured |= str_has(path, STR("jupyter"));
        if (!place_is_driver_file(path))
            continue;
        facts = place_add(place, place_line(&lines, words.items[i].offset), "copy", nothing, path);
        place_bool(facts, &facts->driver_file, true);
    }
}

static void read_user(struct place *place, struct str text)
{
    struct str user, group, value;
    bool known = docker_expand(&place->scope, text, &value);

    (void) str_cut(value, ':', &user, &group);
    place->root = (struct fact_bool){ .state = known ? FACT_KNOWN : FACT_UNKNOWN,
                                      .value = str_eqz(user, "root") || str_eqz(user, "0") };
}

static void read_run(struct place *place, const struct docker_instruction *instruction)
{
    struct place_lines lines = { instruction, instruction->line };
    struct shell_command words = { 0 };

    place->jupyter_configured |= str_has(instruction->text, STR("jupyter_server_config")) ||
                                 str_has(instruction->text, STR("jupyter_notebook_config")) ||
                                 str_has(instruction->text, STR("--generate-config"));
    if (!instruction->json) {
        place_run(place, &lines, instruction->text);
        return;
    }
    place_words(place, instruction->text, true, &words);
    place_run_command(place, &lines, &words);
}

/* The last of each counts; a new entry point sets aside the command of the base. */
static void read_start(struct place *place, const struct docker_instruction *instruction)
{
    struct shell_command words = { 0 };

    place_words(place, instruction->text, instruction->json, &words);
    place->started_at = instruction->line;
    if (str_eqz(instruction->name, "CMD")) {
        place->command = words;
        return;
    }
    place->entrypoint = words;
}

static int read_instruction(struct walk *walk, const struct docker_instruction *instruction)
{
    struct place *place = walk->count ? &walk->items[walk->count - 1] : NULL;
    struct str name = instruction->name;

    if (str_eqz(name, "FROM"))
        return read_from(walk, instruction);
    if (str_eqz(name, "ARG"))
        read_args(walk, place ? &place->scope : &walk->global, instruction->text);
    else if (str_eqz(name, "ENV"))
        read_env(place, instruction);
    else if (str_eqz(name, "RUN"))
        read_run(place, instruction);
    else if (str_eqz(name, "COPY") || str_eqz(name, "ADD"))
        read_copy(place, instruction);
    else if (str_eqz(name, "USER"))
        read_user(place, instruction->text);
    else if (str_eqz(name, "CMD") || str_eqz(name, "ENTRYPOINT"))
        read_start(place, instruction);
    return 0;
}

int recipe_of_dockerfile(struct place *place, struct str text, struct docker_error *ret_error)
{
    struct dockerfile file = { 0 };
    struct walk walk = { .empty = place };
    int r = dockerfile_parse(text, place->arena, &file, ret_error);

    if (r < 0)
        return r;
    place->scope.escape = file.escape;
    walk.global = place->scope;
    declare_platform(&walk.global);
    for (size_t i = 0; i < file.count; i++) {
        r = read_instruction(&walk, &file.items[i]);
        if (r < 0) {
            *ret_error = (struct docker_error){ DOCKER_TOO_LARGE, file.items[i].line,
                                                file.items[i].name, nothing };
            return r;
        }
    }
    end_stage(&walk);
    return 0;
}
