#include "format/dependencies.h"

#include "base/buf.h"
#include "format/requirement.h"
#include "format/toml.h"
#include "format/version.h"

#include <errno.h>

static int add(struct arena *arena, struct dependencies *list, struct dependency dependency)
{
    if (list->count == DEPENDENCIES_MAX)
        return -E2BIG;
    *LIST_ADD(arena, list) = dependency;
    return 0;
}

int dependencies_add(struct str text, struct arena *arena, struct dependencies *ret)
{
    struct requirement requirement;

    if (requirement_parse(text, &requirement) < 0 || requirement.url.len)
        return 0;
    return add(arena, ret,
               (struct dependency){ requirement.name, requirement.specifiers, requirement.marker });
}

/* --- requirements.txt ----------------------------------------------------------------------- */

/* A comment begins at "#" at the start, or after a blank. */
static struct str without_comment(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] == '#' && (i == 0 || line.data[i - 1] == ' ' || line.data[i - 1] == '\t'))
            return str_slice(line, 0, i);
    return line;
}

/* The next line, with those that "\" joins to it. */
static bool next_logical_line(struct str *rest, struct arena *arena, struct str *ret)
{
    struct str line, joined;

    if (!str_next_line(rest, &joined))
        return false;
    while (str_ends(joined, STR("\\")) && joined.len < REQUIREMENT_LEN &&
           str_next_line(rest, &line))
        joined = arena_printf(arena, "%.*s %.*s", (int) joined.len - 1, joined.data, STR_ARG(line));
    *ret = joined;
    return true;
}

static int read_requirements(struct str text, struct arena *arena, struct dependencies *ret)
{
    struct str line;
    int r = 0;

    while (r == 0 && next_logical_line(&text, arena, &line)) {
        size_t option = str_find(line, STR(" --")); /* "--hash=sha256:…" */

        line = str_trim(without_comment(str_slice(line, 0, option)));
        if (line.len && line.data[0] != '-')
            r = dependencies_add(line, arena, ret);
    }
    return r;
}

/* --- pyproject.toml ------------------------------------------------------------------------- */

/* The release's first `keep` numbers, the last of them one higher: the bound of "^" and "~". */
static struct str raised(struct arena *arena, const struct version *version, unsigned keep)
{
    struct buf buf = buf_new(arena, 512);

    for (unsigned i = 0; i < keep && i < version->release_count; i++) {
        unsigned long long number = version->release[i];

        buf_addf(&buf, i ? ".%llu" : "%llu", i + 1 == keep ? number + 1 : number);
    }
    return buf_str(&buf);
}

/* "^0.19.1" keeps the first number that is not 0, "~2.4.1" the first two. */
static struct str poetry_bound(struct arena *arena, struct str text, bool caret)
{
    struct version version;
    unsigned keep = 1;

    text = str_trim(text);
    if (version_parse(text, &version) < 0)
        return (struct str){ NULL, 0 };
    while (caret && keep < version.release_count && version.release[keep - 1] == 0)
        keep++;
    if (!caret && version.release_count > 1)
        keep = 2;
    return arena_printf(arena, ">=%.*s,<%.*s", STR_ARG(text),
                        STR_ARG(raised(arena, &version, keep)));
}

static struct str poetry_clause(struct arena *arena, struct str clause)
{
    clause = str_trim(clause);
    if (clause.len == 0 || str_eqz(clause, "*"))
        return (struct str){ NULL, 0 };
    if (clause.data[0] == '^')
        return poetry_bound(arena, str_from(clause, 1), true);
    if (clause.data[0] == '~' && !str_starts(clause, STR("~=")))
        return poetry_bound(arena, str_from(clause, 1), false);
    if (clause.data[0] >= '0' && clause.data[0] <= '9')
        return arena_printf(arena, "==%.*s", STR_ARG(clause));
    return clause;
}

static struct str poetry_specifiers(struct arena *arena, struct str text)
{
    struct buf buf = buf_new(arena, REQUIREMENT_LEN);
    struct str clause;

    while (str_next_part(&text, ',', &clause)) {
        struct str plain = poetry_clause(arena, clause);

        buf_addz(&buf, buf.len && plain.len ? "," : "");
        buf_add(&buf, plain);
    }
    return buf_str(&buf);
}

static int read_poetry(const struct toml *table, struct arena *arena, struct dependencies *ret)
{
    int r = 0;

    for (const struct toml *entry = table ? table->first : NULL; entry && r == 0;
         entry = entry->next) {
        struct str version = entry->kind == TOML_TEXT ? entry->text : toml_text(entry, "version");

        if (str_eqz(entry->key, "python") ||
            (entry->kind != TOML_TEXT && entry->kind != TOML_TABLE))
            continue;
        r = add(arena, ret,
                (struct dependency){ entry->key, poetry_specifiers(arena, version),
                                     toml_text(entry, "markers") });
    }
    return r;
}

static int read_pyproject(const struct toml *top, struct arena *arena, struct dependencies *ret)
{
    const struct toml *list = toml_get(top, "project.dependencies");
    int r = 0;

    for (const struct toml *entry = list && list->kind == TOML_ARRAY ? list->first : NULL;
         entry && r == 0; entry = entry->next)
        if (entry->kind == TOML_TEXT)
            r = dependencies_add(entry->text, arena, ret);
    list = toml_get(top, "tool.poetry.dependencies");
    return r ? r : read_poetry(list && list->kind == TOML_TABLE ? list : NULL, arena, ret);
}

/* --- uv.lock -------------------------------------------------------------------------------- */

/* A package may stand there once for each platform: then the plain version is asked for, of which
 * every local version is one. */
static int read_lock(const struct toml *top, struct arena *arena, struct dependencies *ret)
{
    const struct toml *list = toml_get(top, "package");
    int r = 0;

    for (const struct toml *entry = list && list->kind == TOML_ARRAY ? list->first : NULL;
         entry && r == 0; entry = entry->next) {
        struct str name = toml_text(entry, "name"), version = toml_text(entry, "version"), local;
        struct version parsed;

        (void) str_cut(version, '+', &version, &local);
        if (name.len && version_parse(version, &parsed) == 0)
            r = add(arena, ret,
                    (struct dependency){
                        name, arena_printf(arena, "==%.*s", STR_ARG(version)), { NULL, 0 } });
    }
    return r;
}

int dependencies_read(struct str path, struct str text, struct arena *arena,
                      struct dependencies *ret)
{
    struct str name = path_base(path);
    struct dependencies list = { 0 };
    struct toml *top = NULL;
    int r;

    if (text.len > DEPENDENCIES_LEN)
        return -E2BIG;
    if (str_ends(name, STR(".yml")) || str_ends(name, STR(".yaml"))) {
        r = dependencies_of_conda(text, arena, &list);
    } else if (str_ends(name, STR(".toml")) || str_ends(name, STR(".lock"))) {
        r = toml_parse(text, arena, &top);
        if (r == 0)
            r = str_ends(name, STR(".lock")) ? read_lock(top, arena, &list)
                                             : read_pyproject(top, arena, &list);
    } else {
        r = read_requirements(text, arena, &list);
    }
    if (r == 0)
        *ret = list;
    return r;
}
