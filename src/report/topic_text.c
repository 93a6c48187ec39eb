#include "report/layout.h"
#include "report/report.h"
#include "report/topic.h"

#define WORDS_AT 16
#define CODES_SHOWN 12

struct str topic_code_title(struct arena *arena, const struct error_info *code, enum lang lang)
{
    static const enum text_id titles[] = {
        [ERROR_CUDA_DRIVER] = TEXT_EXPLAIN_FAMILY_CUDA_DRIVER,
        [ERROR_CUDA_RUNTIME] = TEXT_EXPLAIN_FAMILY_CUDA_RUNTIME,
        [ERROR_NVML] = TEXT_EXPLAIN_FAMILY_NVML,
        [ERROR_CUDNN8] = TEXT_EXPLAIN_FAMILY_CUDNN8,
        [ERROR_CUDNN9] = TEXT_EXPLAIN_FAMILY_CUDNN9,
        [ERROR_XID] = TEXT_EXPLAIN_FAMILY_XID,
    };

    return report_fill(arena, text_of(titles[code->family], lang), "code",
                       arena_printf(arena, "%u", code->code), NULL);
}

static void indent(struct buf *buf, size_t at, size_t column)
{
    if (at < column)
        buf_repeat(buf, ' ', column - at);
}

static void section(struct buf *buf, const struct topic_report *report, enum text_id title)
{
    buf_add_char(buf, '\n');
    (void) layout_wrap(buf, text_of(title, report->lang), 0, 0, report->columns);
    buf_add_char(buf, '\n');
}

static void paragraph(struct buf *buf, const struct topic_report *report, struct str text)
{
    buf_addz(buf, "  ");
    (void) layout_wrap(buf, text, 2, 4, report->columns);
    buf_add_char(buf, '\n');
}

/* "  Means       …"; nothing where there is nothing to say. */
static void row(struct buf *buf, const struct topic_report *report, enum text_id title,
                struct str text)
{
    struct str name = text_of(title, report->lang);

    if (text.len == 0)
        return;
    buf_addz(buf, "  ");
    buf_add(buf, name);
    indent(buf, 2 + text_width(name), WORDS_AT + 2);
    (void) layout_wrap(buf, text, WORDS_AT + 2, WORDS_AT + 2, report->columns);
    buf_add_char(buf, '\n');
}

/* Text, and at the right edge, or below, a name. */
static void headed(struct buf *buf, const struct topic_report *report, struct str text, size_t at,
                   struct str name)
{
    size_t width = text_width(name);
    size_t end = layout_wrap(buf, text, at, at, report->columns);

    if (end + 2 + width > report->columns) {
        buf_add_char(buf, '\n');
        end = 0;
    }
    indent(buf, end, report->columns > width ? report->columns - width : 0);
    buf_add(buf, name);
    buf_add_char(buf, '\n');
}

static void cause_line(struct buf *buf, const struct topic_report *report,
                       const struct cause *cause)
{
    buf_addz(buf, "  ");
    headed(buf, report, cause->title[report->lang], 2, cause->slug);
}

static void causes(struct buf *buf, const struct topic_report *report, enum text_id title,
                   const struct cause *const *items, size_t count)
{
    if (count)
        section(buf, report, title);
    for (size_t i = 0; i < count; i++)
        cause_line(buf, report, items[i]);
}

static void rules(struct buf *buf, const struct topic_report *report, const struct topic_page *page)
{
    static const enum text_id names[] = { TEXT_EXPLAIN_POSSIBLE, TEXT_EXPLAIN_LIKELY,
                                          TEXT_EXPLAIN_CERTAIN };

    if (page->rules.count)
        section(buf, report, TEXT_EXPLAIN_FOUND);
    for (size_t i = 0; i < page->rules.count; i++) {
        const struct rule *rule = page->rules.items[i];

        buf_addz(buf, "  ");
        headed(buf, report, rule->headline[report->lang], 2,
               text_of(names[rule->certainty], report->lang));
    }
}

/* Words as they stand in the tables: a {fact} is not yet one word of a shell. */
static struct str command_line(struct arena *arena, struct range words)
{
    struct buf line = buf_new(arena, 64u * 1024u);

    for (unsigned i = 0; i < words.count; i++) {
        struct str word = rule_word(words, i);

        if (i)
            buf_add_char(&line, ' ');
        if (str_starts(word, STR("?{")))
            word = str_from(word, 1);
        if (str_has(word, STR("{")) && !str_has(word, STR(" ")))
            buf_add(&line, word);
        else
            text_shell_quote(&line, word);
    }
    return buf_str(&line);
}

static void command(struct buf *buf, const struct topic_report *report, struct range words)
{
    buf_repeat(buf, ' ', 4);
    (void) layout_wrap(buf, command_line(buf->arena, words), 4, 6, report->columns);
    buf_add_char(buf, '\n');
}

static bool same_words(struct range a, struct range b)
{
    for (unsigned i = 0; i < a.count && a.count == b.count; i++)
        if (!str_eq(rule_word(a, i), rule_word(b, i)))
            return false;
    return a.count == b.count;
}

/* One way of a remedy; its title, and how to check, only where the ones beside it differ. */
static void way(struct buf *buf, const struct topic_report *report,
                const struct remedy_way *const *ways, size_t at, size_t count)
{
    const struct remedy_way *this = ways[at];
    struct str place = this->place[report->lang], title = this->title[report->lang];

    if (at == 0 || !str_eq(title, ways[at - 1]->title[report->lang])) {
        buf_addz(buf, "  ");
        headed(buf, report, title, 2, report_needs(buf->arena, this->needs, report->lang));
    }
    if (place.len) {
        buf_repeat(buf, ' ', 4);
        (void) layout_wrap(buf,
                           report_fill(buf->arena, text_of(TEXT_EXPLAIN_PLACE, report->lang),
                                       "place", place, NULL),
                           4, 4, report->columns);
        buf_add_char(buf, '\n');
    }
    for (unsigned c = 0; c < this->commands.count; c++)
        command(buf, report, rule_command(this->commands, c));
    if (at + 1 < count && same_words(this->check, ways[at + 1]->check))
        return;
    buf_addz(buf, "    ");
    (void) layout_wrap(buf,
                       report_fill(buf->arena, text_of(TEXT_EXPLAIN_CHECK, report->lang), "command",
                                   command_line(buf->arena, this->check), NULL),
                       4, 6, report->columns);
    buf_add_char(buf, '\n');
}

static void remedies(struct buf *buf, const struct topic_report *report,
                     const struct topic_page *page)
{
    if (page->ways.count)
        section(buf, report, TEXT_EXPLAIN_REMEDIES);
    for (size_t i = 0; i < page->ways.count; i++)
        way(buf, report, page->ways.items, i, page->ways.count);
}

static void codes_of_cause(struct buf *buf, const struct topic_report *report,
                           const struct topic_page *page)
{
    if (page->codes.count)
        section(buf, report, TEXT_EXPLAIN_CODES);
    for (size_t i = 0; i < page->codes.count && i < CODES_SHOWN; i++) {
        const struct error_info *code = &page->codes.items[i];

        buf_addz(buf, "  ");
        headed(buf, report, code->name, 2, topic_code_title(buf->arena, code, report->lang));
    }
    if (page->codes.count > CODES_SHOWN)
        buf_addf(buf, "  … +%zu\n", page->codes.count - CODES_SHOWN);
}

static struct str joined(struct arena *arena, const struct str *words, size_t count)
{
    struct buf line = buf_new(arena, 64u * 1024u);

    for (size_t i = 0; i < count; i++) {
        buf_addz(&line, i ? ", " : "");
        buf_add(&line, words[i]);
    }
    return buf_str(&line);
}

static void cause_text(struct buf *buf, const struct topic_report *report,
                       const struct cause *cause)
{
    struct topic_page page;

    topic_page(buf->arena, cause, &page);
    headed(buf, report, cause->title[report->lang], 0, cause->slug);
    buf_add_char(buf, '\n');
    row(buf, report, TEXT_EXPLAIN_SEEN_AS, cause->evidence[report->lang]);
    if (page.advice) {
        row(buf, report, TEXT_EXPLAIN_ARISES, page.advice->arises[report->lang]);
        row(buf, report, TEXT_EXPLAIN_APART, page.advice->apart[report->lang]);
        row(buf, report, TEXT_EXPLAIN_AVOID, page.advice->avoid[report->lang]);
    }
    row(buf, report, TEXT_EXPLAIN_RESTS_ON, joined(buf->arena, page.facts.items, page.facts.count));
    rules(buf, report, &page);
    remedies(buf, report, &page);
    causes(buf, report, TEXT_EXPLAIN_RULED_OUT, page.explained_by.items, page.explained_by.count);
    causes(buf, report, TEXT_EXPLAIN_BRINGS, page.explains.items, page.explains.count);
    causes(buf, report, TEXT_EXPLAIN_ALIKE, page.alike.items, page.alike.count);
    codes_of_cause(buf, report, &page);
    if (page.sources.count)
        section(buf, report, TEXT_EXPLAIN_SOURCES);
    for (size_t i = 0; i < page.sources.count; i++)
        paragraph(buf, report, page.sources.items[i]);
}

/* "RESET_GPU: reset the GPU"; what has no words of its own stands for itself. */
static struct str action_text(struct arena *arena, struct str action, enum lang lang)
{
    static const struct {
        struct str action;
        enum text_id means;
    } rows[] = {
        { STR_INIT("CONTACT_SUPPORT"), TEXT_EXPLAIN_ACTION_CONTACT_SUPPORT },
        { STR_INIT("RESTART_APP"), TEXT_EXPLAIN_ACTION_RESTART_APP },
        { STR_INIT("IGNORE"), TEXT_EXPLAIN_ACTION_IGNORE },
        { STR_INIT("RESET_GPU"), TEXT_EXPLAIN_ACTION_RESET_GPU },
        { STR_INIT("RESTART_BM"), TEXT_EXPLAIN_ACTION_RESTART_BM },
        { STR_INIT("RESTART_VM"), TEXT_EXPLAIN_ACTION_RESTART_VM },
        { STR_INIT("CHECK_MECHANICALS"), TEXT_EXPLAIN_ACTION_CHECK_MECHANICALS },
        { STR_INIT("UPDATE_SWFW"), TEXT_EXPLAIN_ACTION_UPDATE_SWFW },
        { STR_INIT("CHECK_UVM"), TEXT_EXPLAIN_ACTION_CHECK_UVM },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (str_eq(action, rows[i].action)) {
            struct str means = text_of(rows[i].means, lang);

            return arena_printf(arena, "%.*s: %.*s", (int) action.len, action.data, (int) means.len,
                                means.data);
        }
    }
    return action;
}

static void code_text(struct buf *buf, const struct topic_report *report,
                      const struct error_info *code)
{
    headed(buf, report, code->name, 0, topic_code_title(buf->arena, code, report->lang));
    row(buf, report, TEXT_EXPLAIN_MESSAGE, code->message);
    row(buf, report, TEXT_EXPLAIN_NOTE, code->note[report->lang]);
    row(buf, report, TEXT_EXPLAIN_SINCE, code->since);
    row(buf, report, TEXT_EXPLAIN_ACTION, action_text(buf->arena, code->action, report->lang));
    row(buf, report, TEXT_EXPLAIN_SOURCE, code->source);
}

static void codes_text(struct buf *buf, const struct topic_report *report)
{
    const struct topic *topic = report->topic;
    struct causes_found found;

    for (size_t i = 0; i < topic->code_count; i++) {
        buf_addz(buf, i ? "\n" : "");
        code_text(buf, report, &topic->codes[i]);
    }
    topic_causes(buf->arena, topic->codes, topic->code_count, &found);
    if (found.count == 0)
        section(buf, report, TEXT_EXPLAIN_NO_CAUSE);
    causes(buf, report, found.count > 1 ? TEXT_EXPLAIN_SEVERAL_CAUSES : TEXT_EXPLAIN_ONE_CAUSE,
           found.items, found.count);
}

static void list_text(struct buf *buf, const struct topic_report *report)
{
    const struct cause *cause;
    struct str layer = { NULL, 0 };

    for (size_t i = 0; (cause = cause_at(i)) != NULL; i++) {
        if (!str_eq(layer, cause->layer)) {
            buf_addz(buf, i ? "\n" : "");
            buf_add(buf, cause->layer);
            buf_add_char(buf, '\n');
        }
        layer = cause->layer;
        buf_addz(buf, "  ");
        buf_add(buf, cause->slug);
        buf_add_char(buf, '\n');
        buf_addz(buf, "    ");
        (void) layout_wrap(buf, cause->title[report->lang], 4, 4, report->columns);
        buf_add_char(buf, '\n');
    }
}

void topic_text(struct buf *buf, const struct topic_report *report)
{
    if (!report->topic)
        list_text(buf, report);
    else if (report->topic->cause)
        cause_text(buf, report, report->topic->cause);
    else
        codes_text(buf, report);
}
