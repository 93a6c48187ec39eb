/* Commands: what a RUN line does to sshd, and what is started in the end. */
#include "image/place.h"

#define NESTING 4 /* shells within shells */

static const struct str nothing = { NULL, 0 };

void place_words(struct place *place, struct str text, bool json, struct shell_command *ret)
{
    const struct yaml *list;
    struct yaml_error error;
    size_t at = 0;

    if (!json) {
        struct shell_command part;

        while (shell_next(&place->scope, text, &at, &part))
            for (size_t i = 0; i < part.count && ret->count < SHELL_WORDS; i++)
                *LIST_ADD(place->arena, ret) = part.items[i];
        return;
    }
    if (yaml_parse(text, false, place->arena, &list, &error) < 0)
        return;
    for (const struct yaml *item = list->first; item; item = item->next)
        if (ret->count < SHELL_WORDS)
            *LIST_ADD(place->arena, ret) = (struct shell_word){ .text = item->text, .known = true };
}

static bool is_shell(struct str word)
{
    struct str name = path_base(word);

    return str_eqz(name, "bash") || str_eqz(name, "sh") || str_eqz(name, "dash");
}

/* What a shell is given behind "-c", "-lc" and the like; NULL: nothing. */
static const struct shell_word *script_of(const struct shell_command *command)
{
    for (size_t i = 0; i + 2 < command->count + 1; i++) {
        if (!is_shell(command->items[i].text))
            continue;
        for (size_t n = i + 1; n + 1 < command->count; n++)
            if (str_starts(command->items[n].text, STR("-")) &&
                str_ends(command->items[n].text, STR("c")))
                return &command->items[n + 1];
    }
    return NULL;
}

/* "sed -i 's/…/PermitRootLogin yes/' /etc/ssh/sshd_config", "ssh-keygen -A". */
static void read_sshd(struct place *place, const struct place_lines *lines,
                      const struct shell_command *command)
{
    for (size_t i = 0; i < command->count; i++) {
        struct str word = command->items[i].text;
        unsigned line = place_line(lines, command->items[i].offset);

        if (str_has(word, STR("PermitRootLogin yes")) || str_has(word, STR("PermitRootLogin=yes")))
            (void) place_add(place, line, "sshd", STR("PermitRootLogin"), STR("yes"));
        if (str_eqz(path_base(word), "ssh-keygen"))
            (void) place_add(place, line, "sshd", STR("ssh-keygen"), STR("ssh-keygen"));
    }
}

static void read_export(struct place *place, const struct shell_command *command)
{
    struct str name, value;

    for (size_t i = 1; i < command->count; i++)
        if (str_cut(command->items[i].text, '=', &name, &value))
            docker_scope_set(&place->scope, name, value, command->items[i].known);
}

static void run_text(struct place *place, const struct place_lines *lines, struct str text,
                     unsigned depth);

static void run_command(struct place *place, const struct place_lines *lines,
                        const struct shell_command *command, unsigned depth)
{
    const struct shell_word *script = script_of(command);

    if (command->count && str_eqz(command->items[0].text, "export"))
        read_export(place, command);
    if (script && depth < NESTING) {
        struct place_lines there = { NULL, place_line(lines, script->offset) };

        run_text(place, &there, script->text, depth + 1);
        return;
    }
    if (!place_install(place, lines, command))
        read_sshd(place, lines, command);
}

static void run_text(struct place *place, const struct place_lines *lines, struct str text,
                     unsigned depth)
{
    struct docker_scope before = place->scope;
    struct shell_command command;
    size_t at = 0;

    /* What is exported holds to the end of the line. */
    place->scope = docker_scope_copy(&before);
    while (shell_next(&place->scope, text, &at, &command))
        run_command(place, lines, &command, depth);
    place->scope = before;
}

void place_run(struct place *place, const struct place_lines *lines, struct str text)
{
    run_text(place, lines, text, 0);
}

void place_run_command(struct place *place, const struct place_lines *lines,
                       const struct shell_command *command)
{
    run_command(place, lines, command, 0);
}

/* --- what is started ----------------------------------------------------------------------- */

static bool is_jupyter(struct str word)
{
    static const char *const names[] = { "jupyter", "jupyter-lab", "jupyter-notebook",
                                         "jupyter-server", "jupyter-labhub" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_eqz(path_base(word), names[i]))
            return true;
    return false;
}

/* The value of an option in either form, by the last part of its name: "--ip", "--ServerApp.ip". */
static bool option_value(const struct shell_command *command, const char *name, struct str *ret)
{
    for (size_t i = 0; i < command->count; i++) {
        struct str word = command->items[i].text, key, value;
        bool joined = str_cut(word, '=', &key, &value);
        size_t dot = str_rfind_char(key, '.');

        if (!str_starts(key, STR("--")))
            continue;
        key = str_from(key, dot == STR_NONE ? 2 : dot + 1);
        if (!str_eqz(key, name))
            continue;
        *ret = joined ? value : i + 1 < command->count ? command->items[i + 1].text : nothing;
        return true;
    }
    return false;
}

/* Quotes that no shell takes off are Python's: Jupyter reads the value as Python would. */
static bool is_empty(struct str value)
{
    return value.len == 0 || str_eqz(value, "''") || str_eqz(value, "\"\"");
}

static void read_jupyter(const struct place *place, struct recipe_facts *facts,
                         const struct shell_command *command)
{
    struct str value;

    if (option_value(command, "ip", &value))
        place_str(facts, &facts->address, value);
    else if (place->jupyter_configured || option_value(command, "config", &value) ||
             fact_is(&facts->base_jupyter, STR("yes")))
        place_str(facts, &facts->address, STR("configured"));
    place_bool(facts, &facts->allows_root,
               option_value(command, "allow-root", &value) ||
                   option_value(command, "allow_root", &value) || place->jupyter_configured);
    if (option_value(command, "token", &value))
        place_str(facts, &facts->token,
                  is_empty(value)                         ? STR("empty")
                  : str_find_char(value, '$') == STR_NONE ? STR("given")
                                                          : STR("variable"));
}

struct recipe_facts *place_start(struct place *place)
{
    struct shell_command all = { 0 };
    const struct shell_word *script;
    struct recipe_facts *facts;
    bool found = false;

    for (size_t i = 0; i < place->entrypoint.count; i++)
        *LIST_ADD(place->arena, &all) = place->entrypoint.items[i];
    for (size_t i = 0; i < place->command.count; i++)
        *LIST_ADD(place->arena, &all) = place->command.items[i];
    script = script_of(&all);
    if (script)
        place_words(place, script->text, false, &all);
    for (size_t i = 0; i < all.count; i++)
        found |= is_jupyter(all.items[i].text);
    if (!found || place->started_at == 0)
        return NULL;
    facts = place_add(place, place->started_at, "jupyter", nothing, STR("jupyter"));
    read_jupyter(place, facts, &all);
    return facts;
}
