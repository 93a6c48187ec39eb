#include "lib/line.h"
#include "lib/machine_reader.h"

#include "base/buf.h"
#include "root/backend.h"

#include <errno.h>

#define PAGE_LIMIT ((size_t) 4 << 20)
#define DEPTH_LIMIT 8

int reader_fail(struct reader *reader, const char *format, ...)
{
    struct str what;
    va_list args;

    if (reader->why.len) /* the first reason counts */
        return -EBADMSG;
    va_start(args, format);
    what = arena_vprintf(reader->arena, format, args);
    va_end(args);
    reader->why = arena_printf(reader->arena, "%.*s:%u: %.*s", STR_ARG(reader->page->name),
                               reader->page->line, STR_ARG(what));
    return -EBADMSG;
}

bool reader_word(struct reader *reader, struct str *rest, const char *what, struct str *ret)
{
    struct str word;

    if (!str_next_word(rest, &word)) {
        (void) reader_fail(reader, "%s is missing", what);
        return false;
    }
    *ret = line_unescape(reader->arena, word);
    return true;
}

/* What is not there yet is no link. */
static int link_so_far(void *self, struct str path, struct arena *arena, struct str *ret)
{
    int r = root_link(self, path, ret);

    (void) arena;
    return r == -ENOENT || r == -ENOTDIR ? -EINVAL : r;
}

struct str reader_place(struct reader *reader, struct str path)
{
    struct str place;

    if (!str_starts(path, STR("/")))
        path = arena_join(reader->arena, reader->page->folder, path);
    if (resolve_links(reader->arena, link_so_far, reader->so_far, path, false, &place) < 0)
        return path;
    return place;
}

bool reader_path(struct reader *reader, struct str *rest, struct str *ret)
{
    struct str path;

    if (!reader_word(reader, rest, "the path", &path))
        return false;
    *ret = reader_place(reader, path);
    return true;
}

void reader_add(struct reader *reader, struct str place, struct node node, struct str content)
{
    tree_add(reader->tree, place, node, content);
}

void reader_add_file(struct reader *reader, struct str place, struct str content)
{
    reader_add(reader, place, (struct node){ .kind = NODE_FILE, .mode = 0644 }, content);
}

void reader_add_link(struct reader *reader, struct str place, struct str target)
{
    reader_add(reader, place, (struct node){ .kind = NODE_LINK, .mode = 0777 }, target);
}

int reader_number(struct reader *reader, struct str text, unsigned base, uint64_t *ret)
{
    if (str_u64(text, base, ret) < 0)
        return reader_fail(reader, "\"%.*s\" is no number", STR_ARG(text));
    return 0;
}

/* --- the eyes ------------------------------------------------------------------------------ */

static int read_user(struct reader *reader, struct statement *statement)
{
    struct str word;
    uint64_t id;
    int r;

    if (!reader_word(reader, &statement->rest, "the user's number", &word))
        return -EBADMSG;
    r = reader_number(reader, word, 10, &id);
    if (r < 0)
        return r;
    reader->eyes.uid = (uint32_t) id;
    reader->groups.count = 0;
    if (str_next_word(&statement->rest, &word) && !str_eqz(word, "groups"))
        return reader_fail(reader, "after the user only \"groups …\" may stand");
    while (str_next_word(&statement->rest, &word)) {
        r = reader_number(reader, word, 10, &id);
        if (r < 0)
            return r;
        *LIST_ADD(reader->arena, &reader->groups) = (uint32_t) id;
    }
    return 0;
}

static void forget(struct reader *reader, struct str name)
{
    size_t kept = 0;

    for (size_t i = 0; i < reader->variables.count; i++) {
        struct str key, value;

        (void) str_cut(reader->variables.items[i], '=', &key, &value);
        if (!str_eq(key, name))
            reader->variables.items[kept++] = reader->variables.items[i];
    }
    reader->variables.count = kept;
}

static int read_env(struct reader *reader, struct statement *statement)
{
    struct str setting = str_trim(statement->rest), name, value;

    if (str_eqz(setting, "none")) {
        reader->eyes.known = false;
        return 0;
    }
    if (!str_cut(setting, '=', &name, &value) || !name.len)
        return reader_fail(reader, "not of the form NAME=value");
    forget(reader, name);
    *LIST_ADD(reader->arena, &reader->variables) = line_unescape(reader->arena, setting);
    return 0;
}

static int read_unset(struct reader *reader, struct statement *statement)
{
    forget(reader, str_trim(statement->rest));
    return 0;
}

static int read_cwd(struct reader *reader, struct statement *statement)
{
    struct str path;

    if (!reader_word(reader, &statement->rest, "the folder", &path))
        return -EBADMSG;
    reader->eyes.working_directory = path;
    return 0;
}

static int read_nvml(struct reader *reader, struct statement *statement)
{
    if (answers_read(reader->arena, false, str_trim(statement->rest), statement->block,
                     &reader->answers) < 0)
        return reader_fail(reader, "no answer of NVML");
    return 0;
}

static int read_cuda(struct reader *reader, struct statement *statement)
{
    if (answers_read(reader->arena, true, str_trim(statement->rest), statement->block,
                     &reader->answers) < 0)
        return reader_fail(reader, "no answer of libcuda");
    return 0;
}

static int read_told(struct reader *reader, struct statement *statement)
{
    struct fact_line line;

    if (fact_line_read(reader->arena, str_trim(statement->rest), &line) < 0 ||
        fact_line_tell(&line, STR("engine"), ARENA_NEW(reader->arena, struct facts)) < 0)
        return reader_fail(reader, "no fact, or no value of it");
    *LIST_ADD(reader->arena, &reader->told) = line;
    return 0;
}

/* --- pages --------------------------------------------------------------------------------- */

static bool parameter(const struct page *page, struct str name, struct str *ret)
{
    for (; page; page = page->outer)
        for (size_t i = 0; i < page->parameters.count; i++)
            if (str_eq(page->parameters.items[i].name, name)) {
                *ret = page->parameters.items[i].value;
                return true;
            }
    return false;
}

/* The line with each ${NAME} replaced; comments may speak of them. */
static int fill_in(struct reader *reader, struct str text, struct buf *ret)
{
    size_t at;

    if (str_starts(text, STR("#")))
        return 0;
    while ((at = str_find(text, STR("${"))) != STR_NONE) {
        struct str name, value, after;

        buf_add(ret, str_slice(text, 0, at));
        if (!str_cut(str_from(text, at + 2), '}', &name, &after))
            return reader_fail(reader, "\"${\" without its \"}\"");
        if (!parameter(reader->page, name, &value))
            return reader_fail(reader, "nobody says what ${%.*s} is", STR_ARG(name));
        buf_add(ret, value);
        text = after;
    }
    buf_add(ret, text);
    return 0;
}

static int read_lines(struct reader *reader, struct str text);

static int read_page(struct reader *reader, struct page *page)
{
    struct page *outer = reader->page;
    struct buf filled = buf_new(reader->arena, PAGE_LIMIT);
    struct str text, line;
    int r = root_read(reader->library, page->name, PAGE_LIMIT, &text);

    if (r < 0)
        return outer ? reader_fail(reader, "cannot include %.*s: %s", STR_ARG(page->name),
                                   strerrorname_np(-r))
                     : r;
    page->outer = outer;
    reader->page = page;
    while (r == 0 && line_next(&text, &page->line, &line)) {
        r = fill_in(reader, line, &filled);
        buf_add_char(&filled, '\n');
    }
    page->line = 0;
    if (r == 0)
        r = read_lines(reader, buf_str(&filled));
    reader->page = outer;
    return r;
}

static int read_include(struct reader *reader, struct statement *statement)
{
    struct page page = { .folder = reader->page->folder };
    struct str word;
    unsigned depth = 0;

    for (const struct page *outer = reader->page; outer; outer = outer->outer)
        depth++;
    if (depth == DEPTH_LIMIT)
        return reader_fail(reader, "more than %d descriptions inside each other", DEPTH_LIMIT);
    if (!reader_word(reader, &statement->rest, "the file", &page.name))
        return -EBADMSG;
    while (str_next_word(&statement->rest, &word)) {
        struct parameter given;

        if (str_eqz(word, "at")) {
            if (!reader_path(reader, &statement->rest, &page.folder))
                return -EBADMSG;
            continue;
        }
        if (!str_cut(word, '=', &given.name, &given.value))
            return reader_fail(reader, "\"%.*s\" is neither \"at\" nor NAME=value", STR_ARG(word));
        *LIST_ADD(reader->arena, &page.parameters) = given;
    }
    return read_page(reader, &page);
}

static const struct {
    const char *word;
    statement_reader read;
} eye_statements[] = {
    { "include", read_include }, { "user", read_user }, { "env", read_env },
    { "unset", read_unset },     { "cwd", read_cwd },   { "nvml", read_nvml },
    { "cuda", read_cuda },       { "told", read_told },
};

static statement_reader find_statement(struct str word)
{
    statement_reader found = node_statement(word);

    for (size_t i = 0; i < sizeof(eye_statements) / sizeof(eye_statements[0]); i++)
        if (str_eqz(word, eye_statements[i].word))
            return eye_statements[i].read;
    return found ? found : compound_statement(word);
}

static int read_lines(struct reader *reader, struct str text)
{
    struct str line;

    while (line_next(&text, &reader->page->line, &line)) {
        struct statement statement = { .rest = line };
        unsigned here = reader->page->line, after = here;
        struct str word;
        statement_reader read;
        int r;

        if (!str_next_word(&statement.rest, &word) || word.data[0] == '#')
            continue;
        read = find_statement(word);
        if (word.data != line.data || !read)
            return reader_fail(reader, "unknown line \"%.*s\"", STR_ARG(line));
        statement.block = line_block(reader->arena, &text, &after);
        r = read(reader, &statement);
        if (r < 0)
            return r;
        reader->page->line = after;
    }
    return 0;
}

int machine_read(struct arena *arena, struct root *library, struct str path,
                 const struct overlay *overlay, struct machine *ret, struct str *ret_why)
{
    struct tree *tree = tree_new(arena);
    struct reader reader = { .arena = arena,
                             .library = library,
                             .tree = tree,
                             .so_far = tree_root(tree),
                             .eyes = { .known = true },
                             .answers = answers_none() };
    struct page top = { .name = path };
    int r = read_page(&reader, &top);

    if (r == 0 && overlay) {
        struct page laid = { .name = overlay->name, .line = overlay->line };

        reader.page = &laid;
        r = read_lines(&reader, overlay->lines);
    }
    if (r < 0) {
        *ret_why = reader.why.len
                       ? reader.why
                       : arena_printf(arena, "%.*s: %s", STR_ARG(path), strerrorname_np(-r));
        return r;
    }
    tree_user(tree, reader.eyes.uid, reader.groups.items, reader.groups.count);
    reader.eyes.variables = reader.variables.items;
    reader.eyes.variable_count = reader.variables.count;
    reader.answers.told = reader.told.items;
    reader.answers.told_count = reader.told.count;
    *ret = (struct machine){ tree_root(tree), reader.eyes, reader.answers };
    return 0;
}
