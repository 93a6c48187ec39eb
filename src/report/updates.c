#include "report/updates.h"

#include "report/layout.h"
#include "report/report.h"

#define SENTENCE 65536

static struct str say(const struct updates_report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

static void line(struct buf *buf, const struct updates_report *report, const char *mark,
                 struct str text, size_t indent)
{
    layout_line(buf, mark, text, indent, report->columns);
}

/* --- for people ---------------------------------------------------------------------------- */

static void write_fit(struct buf *buf, const struct updates_report *report,
                      const struct update_host *host, const struct image_fit *fit)
{
    static const enum text_id reasons[FIT_REASONS] = {
        TEXT_UPDATES_DRIVER_OLD,   TEXT_UPDATES_DRIVER_COMPAT, TEXT_UPDATES_DRIVER_UNKNOWN,
        TEXT_UPDATES_CUDA_UNKNOWN, TEXT_UPDATES_GPU,           TEXT_UPDATES_GPU_UNKNOWN
    };
    static const char *const marks[] = {
        [ANSWER_UNKNOWN] = "      ? ", [ANSWER_NO] = "      ✗ ", [ANSWER_YES] = "      ✓ "
    };
    struct buf text = buf_new(buf->arena, SENTENCE);
    struct str between = say(report, TEXT_UPDATES_BETWEEN);

    buf_add(&text,
            report_fill(buf->arena, say(report, TEXT_UPDATES_HOST), "host", host->name, NULL));
    if (fit->takes == ANSWER_YES)
        buf_add(&text, say(report, TEXT_UPDATES_TAKES));
    for (size_t i = 0, said = 0; i < FIT_REASONS; i++)
        if (fit->reasons & 1u << i) {
            if (said++)
                buf_add(&text, between);
            buf_add(&text, report_fill(buf->arena, say(report, reasons[i]), "needed", fit->needed,
                                       "driver", fit->driver, "gpu", fit->gpu, NULL));
        }
    line(buf, report, marks[fit->takes], buf_str(&text), 8);
}

/* The major version of cuDNN moves: what is built against it must be built anew. */
static bool moves_cudnn(const struct image_update *update, const struct newer_image *newer)
{
    struct str was = image_name_field(&update->name, "cudnn"), major, rest;
    struct str now = image_name_field(&newer->name, "cudnn"), other;

    (void) str_cut(was, '.', &major, &rest);
    (void) str_cut(now, '.', &other, &rest);
    return was.len && now.len && !str_eq(major, other);
}

static void write_newer(struct buf *buf, const struct updates_report *report,
                        const struct image_update *update, const struct newer_image *newer)
{
    line(buf, report, "    → ", newer->name.reference.tag, 6);
    if (moves_cudnn(update, newer))
        line(buf, report, "      ! ",
             report_fill(buf->arena, say(report, TEXT_UPDATES_CUDNN), "was",
                         image_name_field(&update->name, "cudnn"), "now",
                         image_name_field(&newer->name, "cudnn"), NULL),
             8);
    for (size_t i = 0; i < report->hosts->count; i++)
        write_fit(buf, report, &report->hosts->items[i], &newer->fits[i]);
    if (!image_name_field(&newer->name, "python").len)
        line(buf, report, "      – ", say(report, TEXT_UPDATES_PYTHON), 8);
}

static void write_update(struct buf *buf, const struct updates_report *report,
                         const struct image_update *update)
{
    static const enum text_id texts[] = { TEXT_UPDATES_CURRENT, TEXT_UPDATES_MOVED,
                                          TEXT_UPDATES_OPEN, TEXT_UPDATES_UNKNOWN };
    static const char *const marks[] = { "✓ ", "! ", "– ", "? " };
    struct arena *arena = buf->arena;

    line(buf, report, marks[update->state],
         report_fill(arena, say(report, texts[update->state]), "name", update->reference, "from",
                     update->from, "digest", update->digest, "pinned", update->pinned, "why",
                     update->why, NULL),
         2);
    if (update->state == UPDATE_UNKNOWN)
        return;
    if (!update->newer_count)
        line(buf, report, "    ", say(report, TEXT_UPDATES_NO_NEWER), 4);
    for (size_t i = 0; i < update->newer.count; i++)
        write_newer(buf, report, update, &update->newer.items[i]);
    if (update->newer_count > update->newer.count)
        line(buf, report, "    ",
             report_fill(arena, say(report, TEXT_UPDATES_MORE), "count",
                         arena_printf(arena, "%zu", update->newer_count - update->newer.count),
                         NULL),
             4);
}

void report_updates_text(struct buf *buf, const struct updates_report *report)
{
    if (!report->updates->count)
        line(buf, report, "– ",
             report_fill(buf->arena, say(report, TEXT_UPDATES_NOTHING), "files", report->files,
                         NULL),
             2);
    for (size_t i = 0; i < report->updates->count; i++)
        write_update(buf, report, &report->updates->items[i]);
}

/* --- for programs -------------------------------------------------------------------------- */

static void put_maybe(struct json *json, const char *key, struct str text)
{
    if (text.len)
        json_put_str(json, key, text);
    else
        json_put_null(json, key);
}

static void fit_json(struct json *json, struct str host, const struct image_fit *fit)
{
    json_open(json, NULL, '{');
    json_put_str(json, "host", host);
    if (fit->takes == ANSWER_UNKNOWN)
        json_put_null(json, "takes");
    else
        json_put_bool(json, "takes", fit->takes == ANSWER_YES);
    put_maybe(json, "driver", fit->driver);
    put_maybe(json, "driver_needed", fit->needed);
    json_open(json, "because", '[');
    for (enum fit_reason reason = 0; reason < FIT_REASONS; reason++)
        if (fit->reasons & 1u << reason)
            json_put_str(json, NULL, str_of(fit_reason_name(reason)));
    json_close(json, ']');
    json_close(json, '}');
}

static void update_json(struct json *json, const struct updates_report *report,
                        const struct image_update *update)
{
    static const char *const states[] = { "current", "moved", "open", "unknown" };

    json_open(json, NULL, '{');
    json_put_str(json, "reference", update->reference);
    json_put_str(json, "from", update->from);
    json_put_str(json, "state", str_of(states[update->state]));
    put_maybe(json, "pinned", update->pinned);
    put_maybe(json, "digest", update->digest);
    put_maybe(json, "why", update->why);
    json_put_int(json, "newer_count", (int64_t) update->newer_count);
    json_open(json, "newer", '[');
    for (size_t i = 0; i < update->newer.count; i++) {
        const struct newer_image *newer = &update->newer.items[i];

        json_open(json, NULL, '{');
        json_put_str(json, "tag", newer->name.reference.tag);
        json_put_bool(json, "cudnn_major_changes", moves_cudnn(update, newer));
        put_maybe(json, "python", image_name_field(&newer->name, "python"));
        json_open(json, "hosts", '[');
        for (size_t h = 0; h < report->hosts->count; h++)
            fit_json(json, report->hosts->items[h].name, &newer->fits[h]);
        json_close(json, ']');
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

void report_updates_json(struct buf *buf, const struct updates_report *report)
{
    struct json json = json_to(buf);

    report_json_open(&json, STR("image-updates"), report->files);
    json_open(&json, "updates", '[');
    for (size_t i = 0; i < report->updates->count; i++)
        update_json(&json, report, &report->updates->items[i]);
    json_close(&json, ']');
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
