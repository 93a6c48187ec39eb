#include "lib/case.h"

#include "lib/line.h"

#include <errno.h>

#define CASE_LIMIT ((size_t) 1 << 20)
#define FOLDER_LIMIT 1000
#define DEPTH_LIMIT 8

/* One line: where it goes, and its text after the first word. */
struct setting {
    struct arena *arena;
    struct test_case *into;
    struct str text;
};

static int one(struct setting *setting, struct str *into)
{
    if (into->len || !setting->text.len || str_find_char(setting->text, ' ') != STR_NONE)
        return -EBADMSG; /* twice, or not one word */
    *into = setting->text;
    return 0;
}

static int one_more(struct setting *setting, struct case_list *into)
{
    if (!setting->text.len || str_find_char(setting->text, ' ') != STR_NONE)
        return -EBADMSG;
    *LIST_ADD(setting->arena, into) = setting->text;
    return 0;
}

static int read_root(struct setting *setting)
{
    return one(setting, &setting->into->root);
}

static int read_source(struct setting *setting)
{
    return one(setting, &setting->into->source);
}

static int read_state(struct setting *setting)
{
    return one(setting, &setting->into->state);
}

static int read_cause(struct setting *setting)
{
    return one(setting, &setting->into->cause);
}

static int read_or(struct setting *setting)
{
    int r = one(setting, &setting->into->alternative);

    return r == 0 && !str_eqz(setting->text, "undecided") ? -EBADMSG : r;
}

static int read_explained(struct setting *setting)
{
    return one(setting, &setting->into->explained);
}

static int read_certainty(struct setting *setting)
{
    return one(setting, &setting->into->certainty);
}

static int read_consequence(struct setting *setting)
{
    return one_more(setting, &setting->into->consequences);
}

static int read_independent(struct setting *setting)
{
    return one_more(setting, &setting->into->independents);
}

static int read_candidate(struct setting *setting)
{
    return one_more(setting, &setting->into->candidates);
}

static int read_evidence(struct setting *setting)
{
    return one_more(setting, &setting->into->evidence);
}

static int one_line(struct setting *setting, struct case_list *into)
{
    if (!setting->text.len)
        return -EBADMSG;
    *LIST_ADD(setting->arena, into) = setting->text;
    return 0;
}

static int read_command(struct setting *setting)
{
    return one_line(setting, &setting->into->commands);
}

static int read_check(struct setting *setting)
{
    return one_line(setting, &setting->into->checks);
}

static int read_never(struct setting *setting)
{
    return one_line(setting, &setting->into->never);
}

static int read_thorough(struct setting *setting)
{
    setting->into->wishes.thorough = true;
    return 0;
}

static int read_doors(struct setting *setting)
{
    setting->into->wishes.inside = true;
    return str_eqz(setting->text, "any") ? 0 : one(setting, &setting->into->wishes.user);
}

static int read_reads(struct setting *setting)
{
    return str_u64(setting->text, 10, &setting->into->reads);
}

static int read_ms(struct setting *setting)
{
    return str_u64(setting->text, 10, &setting->into->milliseconds);
}

/* "NAME = value", or "NAME absent". */
static int read_fact(struct setting *setting)
{
    struct fact_line line;
    int r = fact_line_read(setting->arena, setting->text, &line);

    if (r == 0)
        *LIST_ADD(setting->arena, &setting->into->facts) = line;
    return r;
}

static const struct {
    const char *word;
    int (*read)(struct setting *setting);
} rows[] = {
    { "root", read_root },
    { "source", read_source },
    { "state", read_state },
    { "cause", read_cause },
    { "or", read_or },
    { "certainty", read_certainty },
    { "explained", read_explained },
    { "consequence", read_consequence },
    { "independent", read_independent },
    { "candidate", read_candidate },
    { "evidence", read_evidence },
    { "fact", read_fact },
    { "command", read_command },
    { "check", read_check },
    { "never", read_never },
    { "reads", read_reads },
    { "thorough", read_thorough },
    { "doors", read_doors },
    { "ms", read_ms },
};

static int read_setting(struct arena *arena, struct test_case *into, struct str line)
{
    struct setting setting = { .arena = arena, .into = into, .text = line };
    struct str word;

    (void) str_next_word(&setting.text, &word);
    setting.text = str_trim(setting.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_eqz(word, rows[i].word))
            return rows[i].read(&setting);
    return -EBADMSG;
}

static const char *incomplete(const struct test_case *it)
{
    if (!it->root.len)
        return "no root";
    if (!it->state.len)
        return "no state";
    if (!it->cause.len)
        return "no cause";
    if (!it->evidence.count && !str_eqz(it->cause, "null") && !str_eqz(it->cause, "none/healthy"))
        return "a cause without evidence";
    return NULL;
}

static int read_lines(struct arena *arena, struct str text, struct test_case *ret, unsigned *line)
{
    struct str here;

    while (line_next(&text, line, &here)) {
        if (!str_trim(here).len || here.data[0] == '#')
            continue;
        if (str_eqz(here, "overlay")) {
            ret->overlay.line = *line;
            ret->overlay.lines = line_block(arena, &text, line);
            continue;
        }
        if (read_setting(arena, ret, here) < 0)
            return -EBADMSG;
    }
    return 0;
}

int case_read(struct arena *arena, struct root *library, struct str path, struct test_case *ret,
              struct str *ret_why)
{
    struct test_case it = {
        .name = arena_copy(arena, str_slice(path, 0, path.len - (sizeof(".case") - 1))),
    };
    const char *missing;
    struct str text;
    unsigned line = 0;
    int r = root_read(library, path, CASE_LIMIT, &text);

    if (r < 0)
        return r;
    it.overlay.name = path;
    if (read_lines(arena, text, &it, &line) < 0) {
        *ret_why = arena_printf(arena, "%.*s:%u: cannot be read", STR_ARG(path), line);
        return -EBADMSG;
    }
    missing = incomplete(&it);
    if (missing) {
        *ret_why = arena_printf(arena, "%.*s:%u: %s", STR_ARG(path), line, missing);
        return -EBADMSG;
    }
    if (str_eqz(it.cause, "null"))
        it.cause = STR("");
    *ret = it;
    return 0;
}

static int find_below(struct arena *arena, struct root *library, struct str folder,
                      const char *ending, unsigned depth, struct case_list *ret)
{
    struct names names;
    int r = root_list(library, folder, FOLDER_LIMIT, &names);

    if (r < 0)
        return r;
    for (size_t i = 0; i < names.count; i++) {
        struct str path = arena_join(arena, folder, names.items[i]);
        struct node node;

        if (str_ends(path, str_of(ending)))
            *LIST_ADD(arena, ret) = path;
        else if (depth < DEPTH_LIMIT && root_stat(library, path, &node) == 0 &&
                 node.kind == NODE_DIRECTORY)
            r = find_below(arena, library, path, ending, depth + 1, ret);
        if (r < 0)
            return r;
    }
    return 0;
}

int find_descriptions(struct arena *arena, struct root *library, struct str folder,
                      const char *ending, struct names *ret)
{
    struct case_list found = { 0 };
    int r = find_below(arena, library, folder, ending, 0, &found);

    *ret = (struct names){ found.items, found.count };
    return r;
}
