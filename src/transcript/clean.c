#include "transcript/clean.h"

/* What a person's tools made of a character, and the character. */
struct spelling {
    struct str spelt;
    char c;
};
static const struct spelling spellings[] = {
    { STR_INIT("&quot;"), '"' },        { STR_INIT("&#34;"), '"' },
    { STR_INIT("&#39;"), '\'' },        { STR_INIT("&#x27;"), '\'' },
    { STR_INIT("&apos;"), '\'' },       { STR_INIT("&lt;"), '<' },
    { STR_INIT("&gt;"), '>' },          { STR_INIT("&amp;"), '&' },
    { STR_INIT("&nbsp;"), ' ' },        { STR_INIT("\xc2\xa0"), ' ' },
    { STR_INIT("\xe2\x80\x98"), '\'' }, { STR_INIT("\xe2\x80\x99"), '\'' },
    { STR_INIT("\xe2\x80\x9c"), '"' },  { STR_INIT("\xe2\x80\x9d"), '"' },
    { STR_INIT("\xe3\x80\x80"), ' ' },  { STR_INIT("\xef\xbc\x9a"), ':' },
    { STR_INIT("\xef\xbc\x88"), '(' },  { STR_INIT("\xef\xbc\x89"), ')' },
    { STR_INIT("\xef\xbc\x8c"), ',' },  { STR_INIT("\xe2\x80\x90"), '-' },
    { STR_INIT("\xe2\x80\x91"), '-' },
};
#define SPELLING_COUNT (sizeof(spellings) / sizeof(spellings[0]))

const struct str clean_signs[] = {
    STR_INIT("\x1b["),        STR_INIT("&quot;"),       STR_INIT("&#"),
    STR_INIT("&apos;"),       STR_INIT("&lt;"),         STR_INIT("&gt;"),
    STR_INIT("&nbsp;"),       STR_INIT("\xc2\xa0"),     STR_INIT("\xe2\x80\x98"),
    STR_INIT("\xe2\x80\x99"), STR_INIT("\xe2\x80\x9c"), STR_INIT("\xe2\x80\x9d"),
    STR_INIT("\xef\xbc\x9a"), STR_INIT("\xef\xbc\x88"),
};
const size_t clean_sign_count = sizeof(clean_signs) / sizeof(clean_signs[0]);

/* Bytes of the terminal sequence at `at`: ESC [ … letter, ESC ] … BEL, or ESC and one more. */
static size_t sequence_size(struct str raw, size_t at)
{
    size_t end = at + 2;
    bool title = end <= raw.len && raw.data[at + 1] == ']';

    if (end > raw.len || (raw.data[at + 1] != '[' && !title))
        return 2;
    while (end < raw.len && raw.data[end] != '\n') {
        char c = raw.data[end++];

        if (title ? c == '\a' : c >= '@' && c <= '~')
            break;
    }
    return end - at;
}

/* "> " and "> > " at the start of a line. A shell's prompt is no quotation, but goes as well. */
static size_t quotation_size(struct str raw, size_t at)
{
    size_t end = at;

    while (end < raw.len && raw.data[end] == '>') {
        end++;
        if (end < raw.len && raw.data[end] == ' ')
            end++;
    }
    return end - at;
}

static const struct spelling *spelling_at(struct str rest)
{
    unsigned char first = (unsigned char) rest.data[0];

    if (first != '&' && first != 0xc2 && first != 0xe2 && first != 0xe3 && first != 0xef)
        return NULL;
    for (size_t i = 0; i < SPELLING_COUNT; i++)
        if (str_starts(rest, spellings[i].spelt))
            return &spellings[i];
    return NULL;
}

static void keep(struct cleaned *text, char c, size_t origin)
{
    text->bytes[text->len] = c;
    text->origin[text->len++] = (uint16_t) origin;
}

void clean_text(struct str raw, struct cleaned *ret)
{
    size_t at = 0;

    raw = str_slice(raw, 0, CLEAN_MAX);
    ret->len = 0;
    while (at < raw.len) {
        const struct spelling *spelling = spelling_at(str_from(raw, at));

        if ((at == 0 || raw.data[at - 1] == '\n') && raw.data[at] == '>') {
            at += quotation_size(raw, at);
        } else if (raw.data[at] == '\x1b') {
            at += sequence_size(raw, at);
        } else if (raw.data[at] == '\r') {
            at++;
        } else if (spelling) {
            keep(ret, spelling->c, at);
            at += spelling->spelt.len;
        } else {
            keep(ret, raw.data[at], at);
            at++;
        }
    }
    ret->bytes[ret->len] = '\0';
    ret->origin[ret->len] = (uint16_t) raw.len;
}
