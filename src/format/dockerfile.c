#include "format/dockerfile.h"

#include "base/buf.h"
#include "base/near.h"

#include <errno.h>

#define HEREDOCS 16 /* that one instruction opens */

static const char *const names[] = {
    "ADD",    "ARG",   "CMD",         "COPY",  "ENTRYPOINT", "ENV",
    "EXPOSE", "FROM",  "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
    "RUN",    "SHELL", "STOPSIGNAL",  "USER",  "VOLUME",     "WORKDIR",
};

struct reader {
    struct arena *arena;
    struct str rest;
    unsigned line; /* of the file, the one that was read last */
    struct dockerfile *file;
    struct docker_error *error;
};

static int fault(struct reader *reader, enum docker_fault what, unsigned line, struct str word)
{
    *reader->error = (struct docker_error){ .fault = what, .line = line, .word = word };
    return what == DOCKER_TOO_LARGE ? -E2BIG : -EBADMSG;
}

static bool next_line(struct reader *reader, struct str *ret)
{
    if (!str_next_line(&reader->rest, ret))
        return false;
    reader->line++;
    return true;
}

/* "# escape=`" counts only above everything else: the first line that is no directive ends them. */
static void read_directives(struct reader *reader)
{
    struct str line, name, value;

    while (reader->rest.len) {
        struct str after = reader->rest;

        (void) str_next_line(&after, &line);
        line = str_trim(line);
        if (!str_starts(line, STR("#")) || !str_cut(str_from(line, 1), '=', &name, &value))
            return;
        value = str_trim(value);
        if (str_find_char(str_trim(name), ' ') != STR_NONE)
            return;
        if (str_eq_nocase(str_trim(name), STR("escape")) && str_eqz(value, "`"))
            reader->file->escape = '`';
        reader->rest = after;
        reader->line++;
    }
}

/* A line goes on where its last character but blanks is a single escape. */
static bool takes_continuation(const struct reader *reader, struct str *line)
{
    size_t end = line->len;

    while (end && (line->data[end - 1] == ' ' || line->data[end - 1] == '\t'))
        end--;
    if (end == 0 || line->data[end - 1] != reader->file->escape ||
        (end > 1 && line->data[end - 2] == reader->file->escape))
        return false;
    *line = str_slice(*line, 0, end - 1);
    return true;
}

/* An instruction's text as it is gathered, with the lines it comes from. */
struct gathered {
    struct buf text;
    LIST(struct docker_line) lines;
};

static void gather(struct reader *reader, struct gathered *to, struct str line)
{
    *LIST_ADD(reader->arena, &to->lines) = (struct docker_line){ to->text.len, reader->line };
    buf_add(&to->text, line);
}

static bool is_skipped(struct str line)
{
    line = str_trim(line);
    return line.len == 0 || line.data[0] == '#';
}

/* The line at hand and those that continue it: comments and empty lines between them do not count.
 */
static void gather_lines(struct reader *reader, struct gathered *to, struct str line)
{
    bool more = takes_continuation(reader, &line);

    gather(reader, to, line);
    while (more && next_line(reader, &line)) {
        if (is_skipped(line))
            continue;
        more = takes_continuation(reader, &line);
        buf_add_char(&to->text, ' ');
        gather(reader, to, line);
    }
}

/* --- heredocs ------------------------------------------------------------------------------ */

struct heredoc {
    struct str end;
    bool tabs; /* "<<-": leading tabs are taken off */
};

/* "<<EOF", "<<-'EOF'", "3<<EOF"; "<<<" is none. */
static bool read_heredoc(struct str word, struct heredoc *ret)
{
    size_t at = 0;

    while (at < word.len && word.data[at] >= '0' && word.data[at] <= '9')
        at++;
    word = str_from(word, at);
    if (!str_starts(word, STR("<<")) || str_starts(word, STR("<<<")))
        return false;
    word = str_from(word, 2);
    ret->tabs = str_starts(word, STR("-"));
    word = str_from(word, ret->tabs);
    if (word.len > 2 && (word.data[0] == '"' || word.data[0] == '\''))
        word = str_slice(word, 1, word.len - 1);
    ret->end = word;
    return word.len > 0;
}

static bool takes_heredocs(struct str name)
{
    return str_eqz(name, "RUN") || str_eqz(name, "COPY") || str_eqz(name, "ADD");
}

/* A shell reads the body where nothing else is told to. */
static bool is_script(struct str name, struct str text)
{
    static const char *const shells[] = { "bash", "sh", "/bin/bash", "/bin/sh" };
    struct str word = text;

    if (!str_eqz(name, "RUN") || !str_next_word(&text, &word))
        return false;
    if (str_has(word, STR("<<")))
        return true;
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
        if (str_eqz(word, shells[i]))
            return true;
    return false;
}

static int read_body(struct reader *reader, struct gathered *to, const struct heredoc *heredoc,
                     bool is_kept, unsigned opened)
{
    struct str line;

    while (next_line(reader, &line)) {
        struct str bare = line;

        while (heredoc->tabs && str_starts(bare, STR("\t")))
            bare = str_from(bare, 1);
        if (str_eq(bare, heredoc->end))
            return 0;
        if (!is_kept)
            continue;
        buf_add_char(&to->text, '\n');
        gather(reader, to, line);
    }
    return fault(reader, DOCKER_HEREDOC, opened, heredoc->end);
}

static int read_heredocs(struct reader *reader, struct gathered *to, struct str name,
                         struct str text, unsigned opened)
{
    struct heredoc heredocs[HEREDOCS];
    bool is_kept = is_script(name, text);
    size_t count = 0;
    struct str word;
    int r = 0;

    while (str_next_word(&text, &word))
        if (count < HEREDOCS && read_heredoc(word, &heredocs[count]))
            count++;
    for (size_t i = 0; i < count && r == 0; i++)
        r = read_body(reader, to, &heredocs[i], is_kept, opened);
    return r;
}

/* --- instructions -------------------------------------------------------------------------- */

static struct str upper(struct arena *arena, struct str word)
{
    char *copy = arena_alloc(arena, word.len + 1);

    for (size_t i = 0; i < word.len; i++)
        copy[i] = (char) (word.data[i] >= 'a' && word.data[i] <= 'z' ? word.data[i] - 'a' + 'A'
                                                                     : word.data[i]);
    return (struct str){ copy, word.len };
}

static bool is_name(struct str name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_eqz(name, names[i]))
            return true;
    return false;
}

static int unknown(struct reader *reader, unsigned line, struct str word, struct str name)
{
    int r = fault(reader, DOCKER_UNKNOWN, line, word);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (near_enough(name, str_of(names[i])))
            reader->error->near = str_of(names[i]);
    return r;
}

static struct str take_word(struct str *text)
{
    struct str word = { NULL, 0 };

    (void) str_next_word(text, &word);
    *text = str_trim(*text);
    return word;
}

/* Takes the leading "--name=value" words off the text; what stays begins at *text. */
static struct str take_flags(struct str *text)
{
    struct str all = *text, rest = *text, word;

    while (str_starts(rest, STR("--"))) {
        *text = rest;
        word = take_word(&rest);
        *text = rest;
    }
    (void) word;
    return str_trim(str_slice(all, 0, (size_t) (text->data - all.data)));
}

/* Offsets of lines are those of the text behind the name and the flags. */
static void set_lines(struct docker_instruction *to, struct gathered *from, struct str whole)
{
    size_t skipped = to->text.len ? (size_t) (to->text.data - whole.data) : whole.len;

    for (size_t i = 0; i < from->lines.count; i++) {
        size_t *offset = &from->lines.items[i].offset;

        *offset = *offset > skipped ? *offset - skipped : 0;
    }
    to->lines = from->lines.items;
    to->line_count = from->lines.count;
}

static int add(struct reader *reader, struct gathered *from, unsigned line)
{
    struct str whole = buf_str(&from->text), text = str_trim(whole), word = take_word(&text);
    struct docker_instruction *to;
    struct str name = upper(reader->arena, word);
    bool on_build = str_eqz(name, "ONBUILD");

    if (on_build) {
        word = take_word(&text);
        name = upper(reader->arena, word);
    }
    if (!is_name(name))
        return unknown(reader, line, word, name);
    if (reader->file->count >= DOCKERFILE_INSTRUCTIONS)
        return fault(reader, DOCKER_TOO_LARGE, line, name);
    to = LIST_ADD(reader->arena, reader->file);
    to->name = name;
    to->on_build = on_build;
    to->line = line;
    to->flags = take_flags(&text);
    to->text = text;
    to->json = str_starts(text, STR("[")) && str_ends(text, STR("]"));
    set_lines(to, from, whole);
    return text.len ? 0 : fault(reader, DOCKER_EMPTY, line, name);
}

static int read_instruction(struct reader *reader, struct str first)
{
    struct gathered gathered = { .text = buf_new(reader->arena, DOCKERFILE_LEN) };
    unsigned line = reader->line;
    struct str text, name;
    int r = 0;

    gather_lines(reader, &gathered, first);
    text = buf_str(&gathered.text);
    name = upper(reader->arena, take_word(&text));
    if (takes_heredocs(name))
        r = read_heredocs(reader, &gathered, name, text, line);
    return r < 0 ? r : add(reader, &gathered, line);
}

/* Only ARG may stand above the first FROM. */
static int check_order(struct reader *reader)
{
    const struct dockerfile *file = reader->file;

    for (size_t i = 0; i < file->count; i++) {
        if (str_eqz(file->items[i].name, "FROM"))
            return 0;
        if (!str_eqz(file->items[i].name, "ARG"))
            return fault(reader, DOCKER_NO_FROM, file->items[i].line, file->items[i].name);
    }
    return fault(reader, DOCKER_NO_FROM, 1, STR("FROM"));
}

int dockerfile_parse(struct str text, struct arena *arena, struct dockerfile *ret,
                     struct docker_error *ret_error)
{
    struct dockerfile *file = ARENA_NEW(arena, struct dockerfile);
    struct reader reader = { .arena = arena, .rest = text, .file = file, .error = ret_error };
    struct str line;
    int r = 0;

    file->escape = '\\';
    if (text.len > DOCKERFILE_LEN)
        return fault(&reader, DOCKER_TOO_LARGE, 1, STR("FROM"));
    if (str_starts(text, STR("\xef\xbb\xbf")))
        reader.rest = str_from(text, 3);
    read_directives(&reader);
    while (r == 0 && next_line(&reader, &line))
        if (!is_skipped(line))
            r = read_instruction(&reader, line);
    if (r == 0)
        r = check_order(&reader);
    if (r == 0)
        *ret = *file;
    return r;
}

unsigned docker_line_at(const struct docker_instruction *instruction, size_t offset)
{
    unsigned line = instruction->line;

    for (size_t i = 0; i < instruction->line_count; i++)
        if (instruction->lines[i].offset <= offset)
            line = instruction->lines[i].line;
    return line;
}

bool docker_flag(const struct docker_instruction *instruction, const char *name, struct str *ret)
{
    struct str rest = instruction->flags, word, key, value;

    while (str_next_word(&rest, &word)) {
        (void) str_cut(word, '=', &key, &value);
        if (str_eqz(key, name)) {
            *ret = value;
            return true;
        }
    }
    return false;
}
