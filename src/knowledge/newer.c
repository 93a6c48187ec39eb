#include "knowledge/newer.h"

#include "knowledge/date_table.h"
#include "knowledge/dotted.h"

#include <errno.h>
#include <jansson.h>

#define SCHEMA "gpuvet-knowledge/1"

enum kind {
    TEXT,   /* may be empty */
    FILLED, /* a text that may not */
    BASIS,
    ANSWER,
};

/* A member of a row, and where it goes. */
struct column {
    const char *name;
    enum kind kind;
    size_t offset;
};

#define COLUMN(type, member, kind) \
    { \
#member, kind, offsetof(struct type, member) \
    }

struct table {
    const char *name;
    const struct column *columns;
    size_t column_count, row_size;
    /* Whether a row that follows another stands in the order in which the look-ups search. */
    bool (*rises)(const void *before, const void *row);
    /* Fills in what follows from the rest; false where it does not. NULL: nothing to do. */
    bool (*complete)(void *row);
};

struct reading {
    struct arena *arena;
    const struct table *table;
    size_t row;
    struct str why;
};

static const struct column build_columns[] = {
    COLUMN(torch_build, version, FILLED),
    COLUMN(torch_build, tag, FILLED),
    COLUMN(torch_build, platform, FILLED),
    COLUMN(torch_build, local, TEXT),
    COLUMN(torch_build, pythons, FILLED),
    COLUMN(torch_build, wheel_tags, FILLED),
    COLUMN(torch_build, cuda, TEXT),
    COLUMN(torch_build, cudnn, TEXT),
    COLUMN(torch_build, nccl, TEXT),
    COLUMN(torch_build, archs, TEXT),
    COLUMN(torch_build, arch_basis, BASIS),
    COLUMN(torch_build, pypi_default, ANSWER),
    COLUMN(torch_build, pypi_default_basis, BASIS),
    COLUMN(torch_build, min_glibc, TEXT),
    COLUMN(torch_build, cxx11_abi, ANSWER),
    COLUMN(torch_build, status, TEXT),
    COLUMN(torch_build, note, TEXT),
    COLUMN(torch_build, source, FILLED),
};

static const struct column pin_columns[] = {
    COLUMN(torch_pin, version, FILLED),     COLUMN(torch_pin, tag, FILLED),
    COLUMN(torch_pin, index, FILLED),       COLUMN(torch_pin, platforms, FILLED),
    COLUMN(torch_pin, requirement, FILLED), COLUMN(torch_pin, version_spec, TEXT),
    COLUMN(torch_pin, marker, TEXT),        COLUMN(torch_pin, basis, BASIS),
    COLUMN(torch_pin, how, TEXT),           COLUMN(torch_pin, note, TEXT),
    COLUMN(torch_pin, source, FILLED),
};

static const struct column companion_columns[] = {
    COLUMN(companion, package, FILLED),    COLUMN(companion, version, FILLED),
    COLUMN(companion, platform, FILLED),   COLUMN(companion, local, TEXT),
    COLUMN(companion, pythons, FILLED),    COLUMN(companion, requires_python, TEXT),
    COLUMN(companion, wheel_tags, FILLED), COLUMN(companion, torch, TEXT),
    COLUMN(companion, archs, TEXT),        COLUMN(companion, min_glibc, TEXT),
    COLUMN(companion, basis, BASIS),       COLUMN(companion, source, FILLED),
};

static const struct column release_columns[] = {
    COLUMN(cuda_release, version, FILLED),      COLUMN(cuda_release, release, TEXT),
    COLUMN(cuda_release, bundled_driver, TEXT), COLUMN(cuda_release, notes_driver, TEXT),
    COLUMN(cuda_release, min_driver, TEXT),     COLUMN(cuda_release, min_driver_windows, TEXT),
    COLUMN(cuda_release, cudart_soname, TEXT),  COLUMN(cuda_release, soname_basis, BASIS),
    COLUMN(cuda_release, note, TEXT),           COLUMN(cuda_release, source, FILLED),
};

static bool builds_rise(const void *before, const void *row)
{
    const struct torch_build *a = before, *b = row;

    return dotted_compare(a->version, b->version) <= 0;
}

static bool pins_rise(const void *before, const void *row)
{
    const struct torch_pin *a = before, *b = row;
    int order = dotted_compare(a->version, b->version);

    return order ? order < 0 : str_compare(a->tag, b->tag) <= 0;
}

static bool companions_rise(const void *before, const void *row)
{
    const struct companion *a = before, *b = row;
    int order = str_compare(a->package, b->package);

    return order ? order < 0 : dotted_compare(a->version, b->version) <= 0;
}

static bool releases_rise(const void *before, const void *row)
{
    const struct cuda_release *a = before, *b = row;

    return dotted_compare(a->version, b->version) <= 0;
}

static bool complete_release(void *row)
{
    struct cuda_release *release = row;
    struct str major, minor, rest;

    (void) str_cut(release->version, '.', &major, &minor);
    (void) str_cut(minor, '.', &minor, &rest);
    return dotted_first(major, &release->major) == 0 && dotted_first(minor, &release->minor) == 0 &&
           release->major < 1000 && release->minor < 1000;
}

#define TABLE(name, columns, type, rises, complete) \
    { \
        name, columns, sizeof(columns) / sizeof((columns)[0]), sizeof(struct type), rises, \
            complete \
    }

static const struct table build_table =
    TABLE("torch_builds", build_columns, torch_build, builds_rise, NULL);
static const struct table pin_table = TABLE("torch_pins", pin_columns, torch_pin, pins_rise, NULL);
static const struct table companion_table =
    TABLE("companions", companion_columns, companion, companions_rise, NULL);
static const struct table release_table =
    TABLE("cuda_releases", release_columns, cuda_release, releases_rise, complete_release);

static int refuse(struct reading *reading, int error, const char *member, const char *why)
{
    reading->why = arena_printf(reading->arena, "%s[%zu]%s%s: %s", reading->table->name,
                                reading->row, *member ? "." : "", member, why);
    return error;
}

static int read_text(struct reading *reading, const struct column *column, const json_t *value,
                     void *to)
{
    struct str text = { json_string_value(value), json_string_length(value) };

    if (!json_is_string(value))
        return refuse(reading, -EBADMSG, column->name, "no text");
    if (text.len > KNOWLEDGE_TEXT)
        return refuse(reading, -E2BIG, column->name, "too long");
    if (column->kind == FILLED && text.len == 0)
        return refuse(reading, -EBADMSG, column->name, "empty");
    *(struct str *) to = arena_copy(reading->arena, text);
    return 0;
}

static int read_basis(struct reading *reading, const struct column *column, const json_t *value,
                      void *to)
{
    for (enum basis basis = BASIS_UNVERIFIED; json_is_string(value) && basis <= BASIS_MEASURED;
         basis++)
        if (str_eqz(basis_name(basis), json_string_value(value))) {
            *(enum basis *) to = basis;
            return 0;
        }
    return refuse(reading, -EBADMSG, column->name,
                  "not one of unverified, derived, read, measured");
}

static int read_answer(struct reading *reading, const struct column *column, const json_t *value,
                       void *to)
{
    if (!json_is_boolean(value) && !json_is_null(value))
        return refuse(reading, -EBADMSG, column->name, "neither true, false, nor null");
    *(enum answer *) to = json_is_null(value)   ? ANSWER_UNKNOWN
                          : json_is_true(value) ? ANSWER_YES
                                                : ANSWER_NO;
    return 0;
}

static int read_member(struct reading *reading, const struct column *column, const json_t *object,
                       void *row)
{
    const json_t *value = json_object_get(object, column->name);
    void *to = (char *) row + column->offset;

    if (!value)
        return refuse(reading, -EBADMSG, column->name, "missing");
    switch (column->kind) {
    case BASIS:
        return read_basis(reading, column, value, to);
    case ANSWER:
        return read_answer(reading, column, value, to);
    case TEXT:
    case FILLED:
        break;
    }
    return read_text(reading, column, value, to);
}

static int read_row(struct reading *reading, const json_t *object, void *row)
{
    const struct table *table = reading->table;

    if (!json_is_object(object))
        return refuse(reading, -EBADMSG, "", "no object");
    if (json_object_size(object) > table->column_count)
        return refuse(reading, -EBADMSG, "", "members that the schema does not have");
    for (size_t i = 0; i < table->column_count; i++) {
        int r = read_member(reading, &table->columns[i], object, row);

        if (r < 0)
            return r;
    }
    if (table->complete && !table->complete(row))
        return refuse(reading, -EBADMSG, "version", "no version");
    return 0;
}

static int read_table(struct reading *reading, const struct table *table, const json_t *whole,
                      void *ret_rows, size_t *ret_count)
{
    const json_t *list = json_object_get(whole, table->name);
    size_t count = json_array_size(list), size = table->row_size;
    char *rows;

    if (!json_is_array(list) || count > KNOWLEDGE_ROWS) {
        reading->why = arena_printf(reading->arena, "%s: %s", table->name,
                                    json_is_array(list) ? "too many rows" : "no list");
        return json_is_array(list) ? -E2BIG : -EBADMSG;
    }
    reading->table = table;
    rows = arena_array(reading->arena, count, size);
    for (size_t i = 0; i < count; i++) {
        int r;

        reading->row = i;
        r = read_row(reading, json_array_get(list, i), rows + i * size);
        if (r < 0)
            return r;
        if (i && !table->rises(rows + (i - 1) * size, rows + i * size))
            return refuse(reading, -EBADMSG, "", "out of order");
    }
    *(void **) ret_rows = rows;
    *ret_count = count;
    return 0;
}

/* "2026-11-24" */
static bool is_date(struct str text)
{
    static const char shape[] = "9999-99-99";

    for (size_t i = 0; text.len == sizeof(shape) - 1 && i < text.len; i++)
        if (shape[i] == '9' ? text.data[i] < '0' || text.data[i] > '9' : text.data[i] != shape[i])
            return false;
    return text.len == sizeof(shape) - 1;
}

static int read_head(struct reading *reading, const json_t *whole, struct knowledge *to)
{
    const json_t *schema = json_object_get(whole, "schema"), *date = json_object_get(whole, "date");
    struct str text = { json_string_value(date), json_string_length(date) };

    if (!json_is_string(schema) || !str_eqz(str_of(json_string_value(schema)), SCHEMA)) {
        reading->why = STR("schema: not \"" SCHEMA "\"");
        return -EBADMSG;
    }
    if (!json_is_string(date) || !is_date(text)) {
        reading->why = STR("date: no day like \"2026-11-24\"");
        return -EBADMSG;
    }
    to->date = arena_copy(reading->arena, text);
    return 0;
}

static int read_whole(struct reading *reading, const json_t *whole, struct knowledge *to)
{
    int r = read_head(reading, whole, to);

    if (r == 0)
        r = read_table(reading, &build_table, whole, &to->builds, &to->build_count);
    if (r == 0)
        r = read_table(reading, &pin_table, whole, &to->pins, &to->pin_count);
    if (r == 0)
        r = read_table(reading, &companion_table, whole, &to->companions, &to->companion_count);
    if (r == 0)
        r = read_table(reading, &release_table, whole, &to->releases, &to->release_count);
    return r;
}

int knowledge_read(struct arena *arena, struct str json, struct knowledge *ret, struct str *ret_why)
{
    struct reading reading = { .arena = arena };
    struct knowledge read = { .build_count = 0 };
    json_error_t error;
    json_t *whole;
    int r;

    if (json.len > KNOWLEDGE_SIZE) {
        *ret_why = STR("the file is too large");
        return -E2BIG;
    }
    whole = json_loadb(json.data ? json.data : "", json.len, JSON_REJECT_DUPLICATES, &error);
    if (!whole) {
        *ret_why = arena_printf(arena, "line %d: %s", error.line, error.text);
        return -EBADMSG;
    }
    r = read_whole(&reading, whole, &read);
    json_decref(whole);
    if (r == 0)
        *ret = read;
    else
        *ret_why = reading.why;
    return r;
}

struct str knowledge_date(const struct knowledge *knowledge)
{
    return knowledge ? knowledge->date : str_of(knowledge_day);
}
