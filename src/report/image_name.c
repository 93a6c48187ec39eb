#include "report/image_name.h"

#include "base/text.h"
#include "report/layout.h"
#include "report/report.h"

/* Columns: a title at 2, what it says at 16. */
#define TITLE_AT 2
#define WORDS_AT 16
#define PART_LIMIT (64u * 1024u)

static struct str say(const struct image_name_report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

static struct str escaped(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, PART_LIMIT);

    text_escape(&out, text);
    return buf_str(&out);
}

static void write_row(struct buf *buf, const struct image_name_report *report, struct str title,
                      struct str words)
{
    size_t width = TITLE_AT + text_width(title);

    buf_repeat(buf, ' ', TITLE_AT);
    buf_add(buf, title);
    buf_repeat(buf, ' ', width < WORDS_AT ? WORDS_AT - width : 1);
    (void) layout_wrap(buf, escaped(buf->arena, words), WORDS_AT, WORDS_AT, report->columns);
    buf_add_char(buf, '\n');
}

static enum text_id answer_of(const struct image_name *name)
{
    if (!name->publisher)
        return TEXT_IMAGE_NAME_UNKNOWN;
    if (!name->tag)
        return name->reference.tag.len || name->near.len ? TEXT_IMAGE_NAME_NO_SUCH
                                                         : TEXT_IMAGE_NAME_DIGEST;
    return name->seen ? TEXT_IMAGE_NAME_SEEN : TEXT_IMAGE_NAME_FITS;
}

static void write_first_line(struct buf *buf, const struct image_name_report *report)
{
    const struct image_name *name = report->name;
    struct str text =
        report_fill(buf->arena, say(report, answer_of(name)), "name", report->asked, "publisher",
                    name->publisher ? name->publisher->shown : (struct str){ NULL, 0 }, NULL);

    buf_addz(buf, !name->publisher ? "? " : name->tag ? "✓ " : "✗ ");
    (void) layout_wrap(buf, escaped(buf->arena, text), 2, 2, report->columns);
    buf_addz(buf, "\n\n");
}

/* "torch" among the things that every such image has (YES), or has not (NO). */
static struct str things(struct arena *arena, const struct image_tag *tag, enum answer answer)
{
    const struct {
        const char *name;
        enum answer has;
    } rows[] = { { "PyTorch", tag->torch }, { "Jupyter", tag->jupyter }, { "sshd", tag->ssh } };
    struct buf out = buf_new(arena, PART_LIMIT);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].has == answer) {
            buf_addz(&out, out.len ? ", " : "");
            buf_addz(&out, rows[i].name);
        }
    return buf_str(&out);
}

static void write_tag(struct buf *buf, const struct image_name_report *report)
{
    const struct image_name *name = report->name;
    struct str has = things(buf->arena, name->tag, ANSWER_YES);
    struct str lacks = things(buf->arena, name->tag, ANSWER_NO);

    for (size_t i = 0; i < name->field_count; i++)
        write_row(buf, report, name->fields[i].name, name->fields[i].value);
    write_row(buf, report, say(report, TEXT_IMAGE_NAME_BUILT_FOR), name->tag->accelerator);
    if (report->driver.len)
        write_row(buf, report, say(report, TEXT_IMAGE_NAME_DRIVER), report->driver);
    if (has.len)
        write_row(buf, report, say(report, TEXT_IMAGE_NAME_HAS), has);
    if (lacks.len)
        write_row(buf, report, say(report, TEXT_IMAGE_NAME_LACKS), lacks);
}

void report_image_name_text(struct buf *buf, const struct image_name_report *report)
{
    const struct image_name *name = report->name;

    write_first_line(buf, report);
    if (!name->publisher) {
        write_row(buf, report, say(report, TEXT_IMAGE_NAME_REGISTRY), name->reference.registry);
        write_row(buf, report, say(report, TEXT_IMAGE_NAME_REPOSITORY), name->reference.repository);
        return;
    }
    if (name->near.len)
        write_row(buf, report, say(report, TEXT_IMAGE_NAME_NEAREST),
                  arena_printf(buf->arena, "%.*s:%.*s", STR_ARG(name->publisher->shown),
                               STR_ARG(name->near)));
    if (name->tag)
        write_tag(buf, report);
    write_row(buf, report, say(report, TEXT_IMAGE_NAME_PUBLISHER),
              name->publisher->says[report->lang]);
    write_row(buf, report, say(report, TEXT_IMAGE_NAME_SOURCE), name->publisher->source);
}

static void put_answer(struct json *json, const char *key, enum answer answer)
{
    if (answer == ANSWER_UNKNOWN)
        json_put_null(json, key);
    else
        json_put_bool(json, key, answer == ANSWER_YES);
}

static void tag_json(struct json *json, const struct image_name *name)
{
    json_put_bool(json, "seen", name->seen);
    json_open(json, "fields", '{');
    for (size_t i = 0; i < name->field_count; i++)
        json_put_str(json, arena_copy(json->buf->arena, name->fields[i].name).data,
                     name->fields[i].value);
    json_close(json, '}');
    json_put_str(json, "accelerator", name->tag->accelerator);
    json_open(json, "has", '{');
    put_answer(json, "torch", name->tag->torch);
    put_answer(json, "jupyter", name->tag->jupyter);
    put_answer(json, "ssh", name->tag->ssh);
    json_close(json, '}');
}

void report_image_name_json(struct buf *buf, const struct image_name_report *report)
{
    const struct image_name *name = report->name;
    struct json json = json_to(buf);

    report_json_open(&json, STR("image-name"), report->asked);
    json_open(&json, "image", '{');
    json_put_str(&json, "registry", name->reference.registry);
    json_put_str(&json, "repository", name->reference.repository);
    json_put_str(&json, "tag", name->reference.tag);
    json_put_str(&json, "digest", name->reference.digest);
    if (name->publisher) {
        json_put_str(&json, "publisher", name->publisher->shown);
        json_put_bool(&json, "fits", name->tag != NULL);
        json_put_str(&json, "source", name->publisher->source);
    }
    if (name->tag)
        tag_json(&json, name);
    if (report->driver.len)
        json_put_str(&json, "driver", report->driver);
    if (name->near.len)
        json_put_str(&json, "nearest", name->near);
    json_close(&json, '}');
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
