#include "driver/lines.h"

#include "base/buf.h"

/* The helper writes a byte outside ASCII as \u00XX of its own value: here it becomes that byte
 * again. jansson hands out UTF-8, in which those are two bytes, C2 or C3 first. */
struct str line_text(struct arena *arena, const json_t *line, const char *member)
{
    const json_t *value = json_object_get(line, member);
    struct buf buf = buf_new(arena, 4096);
    struct str text = { json_string_value(value), json_string_length(value) };

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char) text.data[i];

        if ((c == 0xc2 || c == 0xc3) && i + 1 < text.len)
            c = (unsigned char) ((c & 3u) << 6 | ((unsigned char) text.data[++i] & 0x3fu));
        buf_add_char(&buf, (char) c);
    }
    return buf_str(&buf);
}

int64_t line_number(const json_t *line, const char *member, int64_t otherwise)
{
    const json_t *value = json_object_get(line, member);

    return json_is_integer(value) ? (int64_t) json_integer_value(value) : otherwise;
}

double line_real(const json_t *line, const char *member)
{
    const json_t *value = json_object_get(line, member);

    return json_is_number(value) ? json_number_value(value) : 0;
}

bool line_true(const json_t *line, const char *member)
{
    return json_is_true(json_object_get(line, member));
}

struct said said_in(struct arena *arena, const json_t *line, const char *member)
{
    struct said said = { .code = (int) line_number(line, "code", 0) };
    const json_t *value = member ? json_object_get(line, member) : NULL;

    if (line_true(line, "enter"))
        said.state = SAID_UNFINISHED;
    else if (line_true(line, "missing"))
        said.state = SAID_MISSING;
    else if (said.code != 0)
        said.state = SAID_CODE;
    else if (!member || value)
        said.state = SAID_VALUE;
    if (json_is_string(value))
        said.text = line_text(arena, line, member);
    else if (json_is_integer(value))
        said.number = (int64_t) json_integer_value(value);
    return said;
}

static void read_call(struct lines *lines, const json_t *line, struct str stage, int gpu)
{
    struct str *open = &lines->open[gpu + 1];

    if (line_true(line, "enter")) {
        *open = arena_copy(lines->arena, stage);
        lines->opened_at[gpu + 1] = lines->count;
    } else {
        *open = (struct str){ NULL, 0 }; /* whatever it says, it is past the call */
    }
}

static void read_head(struct lines *lines, const json_t *line, struct str stage)
{
    struct answer_head *head = lines->head;

    if (str_eqz(stage, "done"))
        head->done = true;
    if (str_eqz(stage, "path") && !head->path.len)
        head->path = line_text(lines->arena, line, "path");
    if (str_eqz(stage, "dlopen") && json_object_get(line, "ok")) {
        head->loaded = line_true(line, "ok");
        if (!head->loaded)
            head->load_error = line_text(lines->arena, line, "error");
    }
}

/* Of several calls that never ended the latest is named: where one crashed, it is the likeliest. */
static void end_head(struct lines *lines)
{
    size_t latest = 0;

    for (size_t i = 0; i <= ANSWER_GPUS_MAX; i++) {
        if (!lines->open[i].len || lines->opened_at[i] < latest)
            continue;
        latest = lines->opened_at[i];
        lines->head->within = lines->open[i];
        lines->head->within_gpu = (int) i - 1;
    }
}

struct lines lines_of(struct arena *arena, const struct child_result *child,
                      struct answer_head *head)
{
    *head = (struct answer_head){ .child = child, .within_gpu = -1 };
    return (struct lines){ .arena = arena, .head = head, .rest = child->answers };
}

json_t *lines_next(struct lines *lines, struct str *ret_stage, int *ret_gpu)
{
    struct str text;

    while (str_next_line(&lines->rest, &text)) {
        json_error_t error;
        json_t *line = json_loadb(text.data, text.len, 0, &error);
        const json_t *stage = line ? json_object_get(line, "stage") : NULL;
        int64_t gpu = line_number(line, "gpu", -1);

        lines->count++;
        if (json_is_string(stage) && gpu >= -1 && gpu < ANSWER_GPUS_MAX) {
            *ret_stage = (struct str){ json_string_value(stage), json_string_length(stage) };
            *ret_gpu = (int) gpu;
            read_call(lines, line, *ret_stage, (int) gpu);
            read_head(lines, line, *ret_stage);
            return line;
        }
        lines->head->garbage++;
        json_decref(line);
    }
    end_head(lines);
    return NULL;
}
