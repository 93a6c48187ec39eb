#include "format/yaml.h"

#include "base/buf.h"

#include <errno.h>

/* libyaml's header declares functions with empty brackets. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <yaml.h>
#pragma GCC diagnostic pop

struct anchor {
    struct str name;
    struct yaml *node;
};

struct reader {
    struct arena *arena;
    yaml_parser_t parser;
    size_t nodes;
    LIST(struct anchor) anchors;
    struct yaml_error *error;
};

static int fault(struct reader *reader, int code, yaml_mark_t at, const char *what)
{
    reader->error->line = (unsigned) at.line + 1;
    reader->error->column = (unsigned) at.column + 1;
    reader->error->what = arena_copy(reader->arena, str_of(what));
    return code;
}

static int next_event(struct reader *reader, yaml_event_t *ret)
{
    if (yaml_parser_parse(&reader->parser, ret))
        return 0;
    return fault(reader, -EBADMSG, reader->parser.problem_mark,
                 reader->parser.problem ? reader->parser.problem : "not YAML");
}

static struct str copied(struct reader *reader, const yaml_char_t *bytes, size_t len)
{
    return arena_copy(reader->arena, (struct str){ (const char *) bytes, len });
}

static struct yaml *new_node(struct reader *reader, enum yaml_kind kind, yaml_mark_t at)
{
    struct yaml *node = ARENA_NEW(reader->arena, struct yaml);

    node->kind = kind;
    node->line = (unsigned) at.line + 1;
    node->column = (unsigned) at.column + 1;
    return node;
}

static void append(struct yaml *to, struct yaml *node)
{
    if (to->last)
        to->last->next = node;
    else
        to->first = node;
    to->last = node;
    to->count++;
}

static struct yaml *member(const struct yaml *map, struct str key)
{
    struct yaml *node = map->kind == YAML_MAP ? map->first : NULL;

    while (node && !str_eq(node->key, key))
        node = node->next;
    return node;
}

static void remember(struct reader *reader, const yaml_char_t *name, struct yaml *node)
{
    if (name)
        *LIST_ADD(reader->arena, &reader->anchors) =
            (struct anchor){ arena_copy(reader->arena, str_of((const char *) name)), node };
}

/* A copy of all that is below, since a node knows its neighbours. Bounded by YAML_NODES. */
static int copy(struct reader *reader, const struct yaml *from, unsigned depth, struct yaml **ret)
{
    struct yaml *to;

    if (++reader->nodes > YAML_NODES || depth > YAML_DEPTH)
        return fault(reader, -E2BIG,
                     (yaml_mark_t){ .line = from->line - 1, .column = from->column - 1 },
                     "too many values");
    to = ARENA_NEW(reader->arena, struct yaml);
    *to = *from;
    to->first = to->last = to->next = NULL;
    to->count = 0;
    for (const struct yaml *item = from->first; item; item = item->next) {
        struct yaml *inner;
        int r = copy(reader, item, depth + 1, &inner);

        if (r < 0)
            return r;
        append(to, inner);
    }
    *ret = to;
    return 0;
}

static int alias(struct reader *reader, const yaml_event_t *event, unsigned depth,
                 struct yaml **ret)
{
    struct str name = str_of((const char *) event->data.alias.anchor);

    for (size_t i = reader->anchors.count; i-- > 0;)
        if (str_eq(reader->anchors.items[i].name, name))
            return copy(reader, reader->anchors.items[i].node, depth, ret);
    return fault(reader, -EBADMSG, event->start_mark, "found undefined alias");
}

static int read_node(struct reader *reader, const yaml_event_t *event, unsigned depth,
                     struct yaml **ret);

static bool is_null(const yaml_event_t *event, struct str text)
{
    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    return text.len == 0 || str_eqz(text, "~") || str_eqz(text, "null");
}

static struct yaml *scalar(struct reader *reader, const yaml_event_t *event)
{
    struct str text = copied(reader, event->data.scalar.value, event->data.scalar.length);
    struct yaml *node =
        new_node(reader, is_null(event, text) ? YAML_NULL : YAML_TEXT, event->start_mark);

    node->text = text;
    remember(reader, event->data.scalar.anchor, node);
    return node;
}

static int read_list(struct reader *reader, struct yaml *list, unsigned depth)
{
    for (;;) {
        struct yaml *item = NULL;
        yaml_event_t event;
        int r = next_event(reader, &event);

        if (r < 0)
            return r;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return 0;
        }
        r = read_node(reader, &event, depth + 1, &item);
        yaml_event_delete(&event);
        if (r < 0)
            return r;
        append(list, item);
    }
}

/* Members of the merged maps come behind the map's own, which win (yaml.org/type/merge.html). */
static int merge(struct reader *reader, struct yaml *map, const struct yaml *from, unsigned depth)
{
    for (const struct yaml *item = from->first; item; item = item->next) {
        struct yaml *inner;
        int r;

        if (from->kind == YAML_LIST && depth < YAML_DEPTH) {
            r = merge(reader, map, item, depth + 1);
        } else if (from->kind != YAML_MAP || member(map, item->key)) {
            continue;
        } else {
            r = copy(reader, item, depth + 1, &inner);
            if (r == 0)
                append(map, inner);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

/* One key and its value; *ret_end at the map's end. What "<<" holds is kept in *merged. */
static int read_member(struct reader *reader, struct yaml *map, struct yaml *merged, unsigned depth,
                       bool *ret_end)
{
    struct yaml *key = NULL, *value = NULL;
    yaml_event_t event;
    int r = next_event(reader, &event);

    if (r < 0)
        return r;
    *ret_end = event.type == YAML_MAPPING_END_EVENT;
    if (!*ret_end)
        r = read_node(reader, &event, depth + 1, &key);
    yaml_event_delete(&event);
    if (r < 0 || *ret_end)
        return r;
    r = next_event(reader, &event);
    if (r < 0)
        return r;
    r = read_node(reader, &event, depth + 1, &value);
    yaml_event_delete(&event);
    if (r < 0)
        return r;
    value->key = key->text;
    value->line = key->line;
    value->column = key->column;
    append(str_eqz(key->text, "<<") ? merged : map, value);
    return 0;
}

static int read_map(struct reader *reader, struct yaml *map, unsigned depth)
{
    struct yaml merged = { .kind = YAML_LIST };
    bool end = false;
    int r = 0;

    while (r == 0 && !end)
        r = read_member(reader, map, &merged, depth, &end);
    return r < 0 ? r : merge(reader, map, &merged, depth);
}

static int read_node(struct reader *reader, const yaml_event_t *event, unsigned depth,
                     struct yaml **ret)
{
    yaml_mark_t at = event->start_mark;

    if (++reader->nodes > YAML_NODES || depth > YAML_DEPTH)
        return fault(reader, -E2BIG, at, "too many values");
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return alias(reader, event, depth, ret);
    case YAML_SCALAR_EVENT:
        *ret = scalar(reader, event);
        return 0;
    case YAML_SEQUENCE_START_EVENT:
        *ret = new_node(reader, YAML_LIST, at);
        remember(reader, event->data.sequence_start.anchor, *ret);
        return read_list(reader, *ret, depth);
    case YAML_MAPPING_START_EVENT:
        *ret = new_node(reader, YAML_MAP, at);
        remember(reader, event->data.mapping_start.anchor, *ret);
        return read_map(reader, *ret, depth);
    default:
        return fault(reader, -EBADMSG, at, "a value is missing");
    }
}

/* The next document's value: the events around it carry none. 1; 0 at the end. */
static int read_document(struct reader *reader, struct yaml **ret)
{
    for (;;) {
        bool is_value, is_end;
        yaml_event_t event;
        int r = next_event(reader, &event);

        if (r < 0)
            return r;
        is_end = event.type == YAML_STREAM_END_EVENT;
        is_value = !is_end && event.type != YAML_STREAM_START_EVENT &&
                   event.type != YAML_DOCUMENT_START_EVENT && event.type != YAML_DOCUMENT_END_EVENT;
        if (is_value)
            r = read_node(reader, &event, 0, ret);
        yaml_event_delete(&event);
        if (is_value || is_end)
            return r < 0 ? r : is_value;
    }
}

static int read_documents(struct reader *reader, struct yaml *list)
{
    struct yaml *document;
    int r;

    while ((r = read_document(reader, &document)) > 0)
        append(list, document);
    return r;
}

/* The text with comments blanked, so that every line keeps its number. */
static struct str without_comments(struct arena *arena, struct str text)
{
    struct str copy = arena_copy(arena, text);
    char *bytes = arena_alloc(arena, text.len + 1);
    bool quoted = false;
    size_t i = 0;

    while (i < copy.len) {
        struct str rest = str_from(copy, i);
        size_t end = 0;

        if (!quoted && str_starts(rest, STR("//")))
            end = str_find_char(rest, '\n');
        else if (!quoted && str_starts(rest, STR("/*")))
            end = str_find(str_from(rest, 2), STR("*/"));
        else if (quoted && copy.data[i] == '\\' && i + 1 < copy.len) {
            bytes[i] = copy.data[i];
            i++;
        } else if (copy.data[i] == '"') {
            quoted = !quoted;
        }
        if (end && str_starts(rest, STR("/*")))
            end = end == STR_NONE ? end : end + 4;
        end = end > rest.len ? rest.len : end;
        for (size_t n = 0; n < end; n++)
            bytes[i + n] = rest.data[n] == '\n' ? '\n' : ' ';
        if (end == 0)
            bytes[i] = copy.data[i];
        i += end ? end : 1;
    }
    return (struct str){ bytes, text.len };
}

static int open_reader(struct arena *arena, struct str text, struct yaml_error *error,
                       struct reader **ret)
{
    struct reader *reader = ARENA_NEW(arena, struct reader);

    reader->arena = arena;
    reader->error = error;
    if (text.len > YAML_LEN)
        return fault(reader, -E2BIG, (yaml_mark_t){ 0 }, "too large");
    if (!yaml_parser_initialize(&reader->parser))
        return fault(reader, -ENOMEM, (yaml_mark_t){ 0 }, "out of memory");
    yaml_parser_set_input_string(&reader->parser,
                                 (const unsigned char *) (text.len ? text.data : ""), text.len);
    *ret = reader;
    return 0;
}

int yaml_parse(struct str text, bool comments, struct arena *arena, const struct yaml **ret,
               struct yaml_error *ret_error)
{
    struct yaml *top = NULL;
    struct reader *reader;
    int r = open_reader(arena, comments ? without_comments(arena, text) : text, ret_error, &reader);

    if (r < 0)
        return r;
    r = read_document(reader, &top);
    if (r == 0)
        top = new_node(reader, YAML_NULL, (yaml_mark_t){ 0 });
    yaml_parser_delete(&reader->parser);
    if (r >= 0)
        *ret = top;
    return r < 0 ? r : 0;
}

int yaml_parse_all(struct str text, struct arena *arena, const struct yaml **ret,
                   struct yaml_error *ret_error)
{
    struct reader *reader;
    struct yaml *list;
    int r = open_reader(arena, text, ret_error, &reader);

    if (r < 0)
        return r;
    list = new_node(reader, YAML_LIST, (yaml_mark_t){ 0 });
    r = read_documents(reader, list);
    yaml_parser_delete(&reader->parser);
    if (r == 0)
        *ret = list;
    return r;
}

const struct yaml *yaml_get(const struct yaml *map, const char *path)
{
    struct str rest = str_of(path), key;

    while (map && str_next_part(&rest, '.', &key))
        map = member(map, key);
    return map;
}

struct str yaml_text(const struct yaml *map, const char *path)
{
    const struct yaml *node = yaml_get(map, path);

    return node && node->kind == YAML_TEXT ? node->text : (struct str){ NULL, 0 };
}
