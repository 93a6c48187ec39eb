#include "report/steps.h"

#include "facts/fill.h"
#include "report/layout.h"
#include "report/parts.h"

/* Columns: number at 2, question and answers at 5, what follows a title at its width more. */
#define WORDS_AT 5

/* --- for people ---------------------------------------------------------------------------- */

static struct str answer_word(const struct report *report, enum link_state state)
{
    static const enum text_id words[] = {
        [LINK_OK] = TEXT_STEPS_YES,
        [LINK_BROKEN] = TEXT_STEPS_NO,
        [LINK_NOT_REACHED] = TEXT_STEPS_NOT_REACHED,
        [LINK_UNKNOWN] = TEXT_STEPS_UNKNOWN,
        [LINK_ABSENT] = TEXT_STEPS_ABSENT,
    };

    return report_say(report, words[state]);
}

static void write_question(struct buf *buf, const struct report *report,
                           const struct walked_step *step, size_t number)
{
    struct str word = answer_word(report, step->state), mark;
    enum paint how;
    size_t at, width = text_width(word) + 2;

    mark = report_mark(step->state, &how);
    buf_addf(buf, "  %zu  ", number);
    at = layout_wrap(buf, step->row->question[report->lang], WORDS_AT, WORDS_AT, report->columns);
    if (at + 2 + width > report->columns) {
        buf_add_char(buf, '\n');
        at = 0;
    }
    report_pad(buf, at, report->columns > width ? report->columns - width : 0);
    report_paint(buf, report, how, mark);
    buf_add_char(buf, ' ');
    buf_add(buf, word);
    buf_add_char(buf, '\n');
}

static void write_answer(struct buf *buf, const struct report *report, struct str title,
                         const struct link_case *text)
{
    struct str words = text ? report_shown(buf->arena, report, text->text[report->lang])
                            : report_say(report, TEXT_REPORT_UNKNOWN_LINK);
    size_t at = WORDS_AT;

    buf_repeat(buf, ' ', WORDS_AT);
    if (title.len) {
        buf_add(buf, title);
        buf_add(buf, report_say(report, TEXT_STEPS_COLON));
        at += text_width(title) + text_width(report_say(report, TEXT_STEPS_COLON));
    }
    (void) layout_wrap(buf, words, at, WORDS_AT + 2, report->columns);
    buf_add_char(buf, '\n');
}

/* A faint title, and the column after it. */
static size_t write_title(struct buf *buf, const struct report *report, enum text_id id)
{
    struct str title = report_say(report, id);
    size_t other = text_width(
        report_say(report, id == TEXT_STEPS_READ_IN ? TEXT_STEPS_BY_HAND : TEXT_STEPS_READ_IN));
    size_t column = WORDS_AT + 2 + (text_width(title) > other ? text_width(title) : other);

    buf_repeat(buf, ' ', WORDS_AT);
    report_paint(buf, report, PAINT_FAINT, title);
    report_pad(buf, WORDS_AT + text_width(title), column);
    return column;
}

static void write_read(struct buf *buf, const struct report *report, const struct walked_step *step)
{
    for (size_t i = 0, column = 0; i < step->read.count; i++) {
        struct fact_ref ref;
        struct str said;

        (void) facts_find(report->verdict->facts, step->read.items[i], &ref);
        said = report_evidence(buf->arena, report, step->read.items[i], &ref);
        if (i == 0)
            column = write_title(buf, report, TEXT_STEPS_READ_IN);
        else
            buf_repeat(buf, ' ', column);
        (void) layout_wrap(buf, report_escaped(buf->arena, said), column, column + 2,
                           report->columns);
        buf_add_char(buf, '\n');
    }
}

static void write_hand(struct buf *buf, const struct report *report, const struct walked_step *step)
{
    size_t column;

    if (!step->hand)
        return;
    column = write_title(buf, report, TEXT_STEPS_BY_HAND);
    (void) layout_command(buf, step->command.words, step->command.count, report_home(report),
                          column, column + 2, report->columns);
    buf_add_char(buf, '\n');
    buf_repeat(buf, ' ', column);
    (void) layout_wrap(buf,
                       report_fill(buf->arena, report_say(report, TEXT_STEPS_SHOWS), "what",
                                   step->hand->shows[report->lang], NULL),
                       column, column, report->columns);
    buf_add_char(buf, '\n');
}

void report_steps_text(struct buf *buf, const struct report *report)
{
    for (size_t i = 0; i < report->walk->steps.count; i++) {
        const struct walked_step *step = &report->walk->steps.items[i];

        if (i)
            buf_add_char(buf, '\n');
        write_question(buf, report, step, i + 1);
        for (size_t l = 0; l < step->links.count; l++)
            write_answer(buf, report, step->links.items[l]->link->title[report->lang],
                         step->links.items[l]->text);
        if (step->row->cases.count)
            write_answer(buf, report, (struct str){ NULL, 0 }, step->text);
        write_read(buf, report, step);
        write_hand(buf, report, step);
    }
}

/* --- for programs -------------------------------------------------------------------------- */

static void write_step(struct json *json, const struct report *report,
                       const struct walked_step *step)
{
    json_open(json, NULL, '{');
    json_put_str(json, "question", step->row->question[report->lang]);
    json_put_str(json, "state", str_of(link_state_name(step->state)));
    json_open(json, "layers", '[');
    for (size_t i = 0; i < step->links.count; i++)
        json_put_str(json, NULL, step->links.items[i]->link->layer);
    json_close(json, ']');
    json_open(json, "evidence", '[');
    for (size_t i = 0; i < step->read.count; i++)
        report_evidence_json(json, report, step->read.items[i]);
    json_close(json, ']');
    if (step->hand) {
        json_open(json, "by_hand", '{');
        report_command_json(json, "command", &step->command);
        json_put_str(json, "shows", step->hand->shows[report->lang]);
        json_close(json, '}');
    }
    json_close(json, '}');
}

void report_steps_json(struct json *json, const struct report *report)
{
    json_open(json, "steps", '[');
    for (size_t i = 0; i < report->walk->steps.count; i++)
        write_step(json, report, &report->walk->steps.items[i]);
    json_close(json, ']');
}
