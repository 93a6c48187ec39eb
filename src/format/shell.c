#include "format/shell.h"

static bool is_separator(char c)
{
    return c == ';' || c == '&' || c == '|' || c == '\n' || c == '(' || c == ')';
}

/* The end of the word that begins at `at`: a separator or a blank outside of quotes. */
static size_t word_end(const struct docker_scope *scope, struct str text, size_t at)
{
    char quote = '\0';

    for (; at < text.len; at++) {
        char c = text.data[at];

        if (quote) {
            if (c == '\\' && quote == '"')
                at++;
            else if (c == quote)
                quote = '\0';
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (scope->escape && c == scope->escape) {
            at++;
        } else if (c == ' ' || c == '\t' || c == '\r' || is_separator(c)) {
            return at;
        }
    }
    return text.len;
}

/* Words that open or close a construct, and stand where a command could. */
static bool is_keyword(struct str word)
{
    static const char *const words[] = { "if",    "then",  "elif", "else", "fi", "for",
                                         "while", "until", "do",   "done", "!",  "{",
                                         "}",     "time",  "exec", "sudo" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_eqz(word, words[i]))
            return true;
    return false;
}

static void add_word(const struct docker_scope *scope, struct str raw, size_t at,
                     struct shell_command *to)
{
    struct shell_word word = { .offset = at };

    if (to->count == 0 && is_keyword(raw))
        return;
    if (to->count < SHELL_WORDS && docker_next_word(scope, &raw, &word.text, &word.known))
        *LIST_ADD(scope->arena, to) = word;
}

static size_t line_end(struct str text, size_t at)
{
    size_t end = str_find_char(str_from(text, at), '\n');

    return end == STR_NONE ? text.len : at + end;
}

bool shell_next(const struct docker_scope *scope, struct str text, size_t *at,
                struct shell_command *ret)
{
    struct shell_command command = { 0 };

    while (*at < text.len) {
        char c = text.data[*at];
        size_t end;

        if (is_separator(c)) {
            (*at)++;
            if (command.count)
                break;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            (*at)++;
        } else if (c == '#') {
            *at = line_end(text, *at);
        } else {
            end = word_end(scope, text, *at);
            add_word(scope, str_slice(text, *at, end), *at, &command);
            *at = end > text.len ? text.len : end;
        }
    }
    *ret = command;
    return command.count > 0;
}
