/* redact: which texts a snapshot has, and which words name somebody. */
#include "snapshot/rename.h"
#include "snapshot/snapshot.h"

/* --- where a text comes from --------------------------------------------------------------- */

static bool is_below(struct str path, const char *const *folders)
{
    for (; *folders; folders++)
        if (str_starts(path, str_of(*folders)))
            return true;
    return false;
}

static bool is_packaged(struct str path)
{
    static const char *const folders[] = { "usr/", "lib",       "opt/",           "sys/",
                                           "bin/", "etc/ld.so", "etc/os-release", NULL };

    return str_has(path, STR("-packages/")) || str_has(path, STR("conda-meta/")) ||
           is_below(path, folders);
}

static bool is_library(struct str path)
{
    struct str name = path_base(path);

    return str_has(name, STR(".so")) || str_ends(name, STR(".ko")) || str_ends(name, STR(".cache"));
}

static enum place place_of(const struct kept_answer *answer)
{
    static const char *const texts[] = { "proc/", "sys/", "dev/", NULL };
    struct str start = answer->pieces.count ? answer->pieces.items[0].bytes : answer->text;

    if (!is_below(answer->path, texts) &&
        (is_library(answer->path) || str_find_char(str_slice(start, 0, 4096), '\0') != STR_NONE))
        return PLACE_BINARY;
    return is_packaged(answer->path) ? PLACE_PACKAGE : PLACE_PRIVATE;
}

/* --- whose names --------------------------------------------------------------------------- */

/* Whether a part of a packaged path is called so: then not every such word is a name. */
static bool is_taken(const struct snapshot *snapshot, struct str name)
{
    for (size_t i = 0; i < snapshot->files->answers.count; i++) {
        struct str path = snapshot->files->answers.items[i].path, part;
        size_t site = str_find(path, STR("-packages/"));

        if (site != STR_NONE)
            path = str_from(path, site);
        else if (!is_packaged(path))
            continue;
        while (str_next_part(&path, '/', &part))
            if (str_eq(part, name))
                return true;
    }
    return false;
}

static void learn(struct rename *rename, const struct snapshot *snapshot, enum word_kind kind,
                  struct str name)
{
    rename_learn(rename, kind, name, is_taken(snapshot, name));
}

/* "gpu01.lab.example.org": the whole, and its first part, which is used alone. */
static void learn_host(struct rename *rename, const struct snapshot *snapshot, struct str name)
{
    struct str first, rest;

    name = str_trim(name);
    if (str_cut(name, '.', &first, &rest)) {
        learn(rename, snapshot, WORD_HOST, name);
        learn(rename, snapshot, WORD_HOST, rest);
    }
    learn(rename, snapshot, WORD_HOST, first);
}

static struct str content(const struct snapshot *snapshot, const char *path)
{
    const struct kept_answer *answer = recording_find(snapshot->files, ASKED_OPEN, str_of(path));

    return answer && answer->pieces.count ? answer->pieces.items[0].bytes : (struct str){ NULL, 0 };
}

/* "ada:x:1000:1000:Ada Lovelace,,,:/home/ada:/bin/bash". Accounts of the system stay. */
static void learn_accounts(struct rename *rename, const struct snapshot *snapshot)
{
    struct str text = content(snapshot, "etc/passwd"), line, fields[6], person;

    while (str_next_line(&text, &line)) {
        uint64_t uid;

        for (size_t i = 0; i < 6; i++)
            (void) str_cut(line, ':', &fields[i], &line);
        if (str_u64(fields[2], 10, &uid) < 0 || uid < 1000 || uid >= 65534)
            continue;
        learn(rename, snapshot, WORD_USER, fields[0]);
        learn(rename, snapshot, WORD_USER, path_base(fields[5]));
        (void) str_cut(fields[4], ',', &person, &fields[4]);
        learn(rename, snapshot, WORD_USER, person);
    }
}

static bool names_secret(struct str name)
{
    static const char *const words[] = { "TOKEN",  "SECRET", "PASS",   "CREDENTIAL", "AUTH",
                                         "COOKIE", "_KEY",   "APIKEY", "PRIVATE",    "DSN" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        for (size_t at = 0; at + strlen(words[i]) <= name.len; at++)
            if (str_eq_nocase(str_slice(name, at, at + strlen(words[i])), str_of(words[i])))
                return true;
    return str_eq_nocase(name, STR("KEY"));
}

static bool is_one_of(struct str name, const char *const *names)
{
    for (; *names; names++)
        if (str_eqz(name, *names))
            return true;
    return false;
}

static void learn_variable(struct rename *rename, const struct snapshot *snapshot,
                           struct str variable)
{
    static const char *const users[] = { "USER",    "LOGNAME",        "SUDO_USER", "USERNAME",
                                         "NB_USER", "SLURM_JOB_USER", NULL };
    static const char *const hosts[] = { "HOSTNAME",           "HOST",
                                         "SLURMD_NODENAME",    "SLURM_SUBMIT_HOST",
                                         "SLURM_JOB_NODELIST", "SLURM_NODELIST",
                                         "NODE_NAME",          NULL };
    struct str name, value;

    (void) str_cut(variable, '=', &name, &value);
    if (is_one_of(name, users))
        learn(rename, snapshot, WORD_USER, value);
    else if (is_one_of(name, hosts))
        learn_host(rename, snapshot, value);
    else if (names_secret(name) && value.len >= 6)
        rename_learn(rename, WORD_SECRET, value, false);
}

static void learn_all(struct rename *rename, const struct snapshot *snapshot)
{
    const struct recording *files = snapshot->files;

    for (size_t i = 0; i < snapshot->eyes.variable_count; i++) {
        learn_variable(rename, snapshot, snapshot->eyes.variables[i]);
        rename_learn_homes(rename, snapshot->eyes.variables[i]);
    }
    learn_accounts(rename, snapshot);
    learn_host(rename, snapshot, content(snapshot, "etc/hostname"));
    learn_host(rename, snapshot, content(snapshot, "proc/sys/kernel/hostname"));
    learn_host(rename, snapshot, snapshot->told.facts.machine.name.value); /* of the host beneath */
    for (size_t i = 0; i < files->answers.count; i++) {
        const struct kept_answer *answer = &files->answers.items[i];

        rename_learn_homes(rename, answer->path);
        rename_learn_homes(rename, answer->text);
        if (str_eqz(answer->path, "home"))
            for (size_t n = 0; n < answer->list.count; n++)
                learn(rename, snapshot, WORD_USER, answer->list.items[n]);
        for (size_t p = 0; p < answer->pieces.count; p++)
            rename_learn_homes(rename, answer->pieces.items[p].bytes);
    }
}

/* --- what is renamed ----------------------------------------------------------------------- */

static void redact_recording(struct rename *rename, struct recording *recording)
{
    for (size_t i = 0; i < recording->answers.count; i++) {
        struct kept_answer *answer = &recording->answers.items[i];
        enum place place = place_of(answer);

        for (size_t p = 0; p < answer->pieces.count; p++)
            answer->pieces.items[p].bytes =
                rename_text(rename, answer->pieces.items[p].bytes, place);
        answer->text = rename_text(rename, answer->text,
                                   answer->question == ASKED_LINK ? PLACE_PACKAGE : place);
        for (size_t n = 0; n < answer->list.count; n++)
            answer->list.items[n] = rename_text(rename, answer->list.items[n], PLACE_PACKAGE);
        answer->path = rename_text(rename, answer->path, PLACE_PACKAGE);
    }
    recording_index(recording);
}

static void redact_child(struct rename *rename, struct child_result *child)
{
    child->answers = rename_text(rename, child->answers, PLACE_PACKAGE);
    child->complaints = rename_text(rename, child->complaints, PLACE_PRIVATE);
}

static struct str redact_variable(struct rename *rename, struct str variable)
{
    struct str name, value;

    if (!str_cut(variable, '=', &name, &value))
        return variable;
    value = names_secret(name)
                ? rename_hide(rename, value)
                : rename_text(rename, value,
                              str_has(name, STR("VERSION")) ? PLACE_PACKAGE : PLACE_PRIVATE);
    return arena_printf(rename->arena, "%s=%s", arena_copy(rename->arena, name).data,
                        arena_copy(rename->arena, value).data);
}

static void redact_eyes(struct rename *rename, struct eyes *eyes)
{
    struct str *variables = arena_array(rename->arena, eyes->variable_count, sizeof(*variables));

    for (size_t i = 0; i < eyes->variable_count; i++)
        variables[i] = redact_variable(rename, eyes->variables[i]);
    eyes->variables = variables;
    eyes->working_directory = rename_text(rename, eyes->working_directory, PLACE_PACKAGE);
}

/* What an engine says may be an address; what the driver says is none. */
static struct str redact_told(void *context, struct str layer, struct str text)
{
    return rename_text(context, text, str_eqz(layer, "container") ? PLACE_PRIVATE : PLACE_PACKAGE);
}

void snapshot_redact(struct arena *arena, struct snapshot *snapshot)
{
    struct rename rename = { .arena = arena };

    learn_all(&rename, snapshot);
    redact_eyes(&rename, &snapshot->eyes);
    redact_child(&rename, &snapshot->heard.nvml);
    redact_child(&rename, &snapshot->heard.cuda);
    redact_child(&rename, &snapshot->heard.clean_nvml);
    redact_child(&rename, &snapshot->heard.clean_cuda);
    redact_recording(&rename, snapshot->files);
    redact_recording(&rename, snapshot->proc);
    told_change(&snapshot->told, redact_told, &rename);
    snapshot->name = rename_text(&rename, snapshot->name, PLACE_PACKAGE);
    snapshot->python = rename_text(&rename, snapshot->python, PLACE_PACKAGE);
    snapshot->environment = rename_text(&rename, snapshot->environment, PLACE_PACKAGE);
    snapshot->redacted = true;
}
