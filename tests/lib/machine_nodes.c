/* The lines that make one node each. */
#include "lib/line.h"
#include "lib/machine_reader.h"
#include "lib/make_elf.h"

#include "base/buf.h"

#include <errno.h>

#define CONTENT_LIMIT ((size_t) 64 << 20)

/* Attributes that any node may have. -ENOENT: the word is none of them. */
static int read_owner(struct reader *reader, struct str word, struct node *ret)
{
    struct str value;
    uint64_t number;
    int r = -ENOENT;

    if (line_attribute(word, "mode", &value)) {
        r = reader_number(reader, value, 8, &number);
        if (r == 0)
            ret->mode = (uint32_t) number;
    } else if (line_attribute(word, "uid", &value)) {
        r = reader_number(reader, value, 10, &number);
        if (r == 0)
            ret->uid = (uint32_t) number;
    } else if (line_attribute(word, "gid", &value)) {
        r = reader_number(reader, value, 10, &number);
        if (r == 0)
            ret->gid = (uint32_t) number;
    }
    return r;
}

/* "10G": K, M and G are powers of 1024. */
static int read_size(struct reader *reader, struct str text, uint64_t *ret)
{
    static const char units[] = "KMG";
    unsigned shift = 0;
    int r;

    for (unsigned i = 0; i < sizeof(units) - 1; i++)
        if (text.len && text.data[text.len - 1] == units[i])
            shift = 10 * (i + 1);
    r = reader_number(reader, shift ? str_slice(text, 0, text.len - 1) : text, 10, ret);
    *ret <<= shift;
    return r;
}

struct file_line {
    struct node node;
    uint64_t repeat;
    bool escapes;
};

static int read_file_attribute(struct reader *reader, struct str word, struct file_line *ret)
{
    struct str value;
    int r = read_owner(reader, word, &ret->node);

    if (r != -ENOENT)
        return r;
    if (line_attribute(word, "size", &value))
        return read_size(reader, value, &ret->node.size);
    if (line_attribute(word, "repeat", &value))
        return reader_number(reader, value, 10, &ret->repeat);
    if (line_attribute(word, "escapes", &value)) {
        ret->escapes = str_eqz(value, "yes");
        return 0;
    }
    return reader_fail(reader, "unknown attribute \"%.*s\"", STR_ARG(word));
}

/* Cuts " = one line" off; the content is that line, else the block. */
static struct str take_content(struct reader *reader, struct statement *statement)
{
    size_t at = str_find(statement->rest, STR(" = "));
    struct str line;

    if (at == STR_NONE)
        return statement->block;
    line = str_from(statement->rest, at + 3);
    statement->rest = str_slice(statement->rest, 0, at);
    return arena_printf(reader->arena, "%.*s\n", STR_ARG(line));
}

static int read_file(struct reader *reader, struct statement *statement)
{
    struct file_line file = { .node = { .kind = NODE_FILE, .mode = 0644 }, .repeat = 1 };
    struct str content = take_content(reader, statement), place, word;
    struct buf buf = buf_new(reader->arena, CONTENT_LIMIT);

    if (!reader_path(reader, &statement->rest, &place))
        return -EBADMSG;
    while (str_next_word(&statement->rest, &word)) {
        int r = read_file_attribute(reader, word, &file);

        if (r < 0)
            return r;
    }
    if (file.escapes)
        content = line_unescape(reader->arena, content);
    for (uint64_t i = 0; i < file.repeat && !buf.full; i++)
        buf_add(&buf, content);
    if (buf.full)
        return reader_fail(reader, "more than 64 MiB of content");
    reader_add(reader, place, file.node, buf_str(&buf));
    return 0;
}

static int read_link(struct reader *reader, struct statement *statement)
{
    struct str place, arrow, target;

    if (!reader_path(reader, &statement->rest, &place) ||
        !reader_word(reader, &statement->rest, "\"->\"", &arrow) ||
        !reader_word(reader, &statement->rest, "the target", &target))
        return -EBADMSG;
    if (!str_eqz(arrow, "->"))
        return reader_fail(reader, "not of the form PATH -> TARGET");
    reader_add_link(reader, place, target);
    return 0;
}

/* What is left of the line: nothing but mode, uid and gid. Then adds the node. */
static int add_owned(struct reader *reader, struct str rest, struct str place, struct node node)
{
    struct str word;

    while (str_next_word(&rest, &word)) {
        int r = read_owner(reader, word, &node);

        if (r == -ENOENT)
            return reader_fail(reader, "unknown attribute \"%.*s\"", STR_ARG(word));
        if (r < 0)
            return r;
    }
    reader_add(reader, place, node, STR(""));
    return 0;
}

static int read_dir(struct reader *reader, struct statement *statement)
{
    struct str place;

    if (!reader_path(reader, &statement->rest, &place))
        return -EBADMSG;
    return add_owned(reader, statement->rest, place,
                     (struct node){ .kind = NODE_DIRECTORY, .mode = 0755 });
}

static int read_fifo(struct reader *reader, struct statement *statement)
{
    struct str place;

    if (!reader_path(reader, &statement->rest, &place))
        return -EBADMSG;
    return add_owned(reader, statement->rest, place,
                     (struct node){ .kind = NODE_OTHER, .mode = 0644 });
}

static int read_node(struct reader *reader, struct statement *statement)
{
    struct node node = { .mode = 0600 };
    struct str place, kind, numbers, major_text, minor_text;
    uint64_t major, minor;

    if (!reader_path(reader, &statement->rest, &place) ||
        !reader_word(reader, &statement->rest, "the kind", &kind) ||
        !reader_word(reader, &statement->rest, "MAJOR:MINOR", &numbers))
        return -EBADMSG;
    if (!str_eqz(kind, "c") && !str_eqz(kind, "b"))
        return reader_fail(reader, "a node is of kind c or b");
    (void) str_cut(numbers, ':', &major_text, &minor_text);
    if (reader_number(reader, major_text, 10, &major) < 0 ||
        reader_number(reader, minor_text, 10, &minor) < 0)
        return -EBADMSG;
    node.kind = str_eqz(kind, "c") ? NODE_CHAR : NODE_BLOCK;
    node.major = (uint32_t) major;
    node.minor = (uint32_t) minor;
    return add_owned(reader, statement->rest, place, node);
}

static int read_elf(struct reader *reader, struct statement *statement)
{
    struct elf_shape shape = { .machine = ELF_X86_64, .text = statement->block };
    struct {
        const char *key;
        struct str *value;
    } keys[] = {
        { "soname", &shape.soname },
        { "needed", &shape.needed },
        { "rpath", &shape.rpath },
        { "runpath", &shape.runpath },
        { "interp", &shape.interpreter },
        { "verdef", &shape.versions },
        { "verneed", &shape.needs },
        { "imports", &shape.imports },
        { "leftovers", &shape.leftovers },
        { "exports", &shape.exports },
        { "gpu", &shape.gpu },
        { "symbol", &shape.symbol },
        { "body", &shape.text },
    };
    struct str place, word, value;

    if (!reader_path(reader, &statement->rest, &place))
        return -EBADMSG;
    while (str_next_word(&statement->rest, &word)) {
        bool known = false;

        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
            if (line_attribute(word, keys[i].key, &value)) {
                *keys[i].value = line_unescape(reader->arena, value);
                known = true;
            }
        if (line_attribute(word, "arch", &value)) {
            int r = reader_architecture(reader, value, &shape.machine);

            if (r < 0)
                return r;
        } else if (!known) {
            return reader_fail(reader, "unknown attribute \"%.*s\"", STR_ARG(word));
        }
    }
    reader_add(reader, place, (struct node){ .kind = NODE_FILE, .mode = 0755 },
               make_elf(reader->arena, &shape));
    return 0;
}

static int read_bytes(struct reader *reader, struct statement *statement)
{
    size_t at = str_find(statement->rest, STR(" = "));
    struct buf buf = buf_new(reader->arena, CONTENT_LIMIT);
    struct str place, hex;

    if (at == STR_NONE)
        return reader_fail(reader, "not of the form PATH = hex");
    hex = str_trim(str_from(statement->rest, at + 3));
    statement->rest = str_slice(statement->rest, 0, at);
    if (!reader_path(reader, &statement->rest, &place))
        return -EBADMSG;
    for (size_t i = 0; i < hex.len; i += 2) {
        uint64_t byte;

        if (hex.len % 2 || str_u64(str_slice(hex, i, i + 2), 16, &byte) < 0)
            return reader_fail(reader, "not pairs of hex digits");
        buf_add_char(&buf, (char) byte);
    }
    reader_add_file(reader, place, buf_str(&buf));
    return 0;
}

static int read_refuse(struct reader *reader, struct statement *statement)
{
    static const struct {
        const char *name;
        int error;
    } errors[] = {
        { "EACCES", -EACCES }, { "EPERM", -EPERM }, { "EIO", -EIO }, { "ELOOP", -ELOOP }
    };
    struct str place, name;

    if (!reader_path(reader, &statement->rest, &place) ||
        !reader_word(reader, &statement->rest, "the error", &name))
        return -EBADMSG;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (str_eqz(name, errors[i].name)) {
            tree_refuse(reader->tree, place, errors[i].error);
            return 0;
        }
    return reader_fail(reader, "unknown error \"%.*s\"", STR_ARG(name));
}

static int read_remove(struct reader *reader, struct statement *statement)
{
    struct str place;

    if (!reader_path(reader, &statement->rest, &place))
        return -EBADMSG;
    tree_remove(reader->tree, place);
    return 0;
}

statement_reader node_statement(struct str word)
{
    static const struct {
        const char *word;
        statement_reader read;
    } rows[] = {
        { "file", read_file },   { "link", read_link },     { "dir", read_dir },
        { "fifo", read_fifo },   { "node", read_node },     { "elf", read_elf },
        { "bytes", read_bytes }, { "refuse", read_refuse }, { "remove", read_remove },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_eqz(word, rows[i].word))
            return rows[i].read;
    return NULL;
}
