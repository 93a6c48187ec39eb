/* Secrets are found by the forms that their issuers give them, and by the names of their keys. */
#include "transcript/clean.h"
#include "transcript/secrets.h"

#include <string.h>

static const struct str token_starts[] = {
    STR_INIT("hf_"),   STR_INIT("sk-"),         STR_INIT("ghp_"),      STR_INIT("gho_"),
    STR_INIT("ghs_"),  STR_INIT("github_pat_"), STR_INIT("glpat-"),    STR_INIT("xoxb-"),
    STR_INIT("xoxp-"), STR_INIT("AKIA"),        STR_INIT("dckr_pat_"), STR_INIT("nvapi-"),
    STR_INIT("pypi-"), STR_INIT("eyJ"),         STR_INIT("ASIA"),      STR_INIT("xoxa-"),
    STR_INIT("ghu_"),  STR_INIT("ghr_"),        STR_INIT("glrt-"),     STR_INIT("r8_"),
    STR_INIT("AIza"),
};
static const struct str key_names[] = {
    STR_INIT("token"),         STR_INIT("password"), STR_INIT("passwd"),     STR_INIT("secret"),
    STR_INIT("api_key"),       STR_INIT("apikey"),   STR_INIT("api-key"),    STR_INIT("access_key"),
    STR_INIT("authorization"), STR_INIT("bearer"),   STR_INIT("accountkey"), STR_INIT("sig"),
};
/* An option whose value is a secret only of this program: -p is a port, too. */
static const struct secret_option {
    struct str option, program;
} secret_options[] = {
    { STR_INIT(" -p "), STR_INIT("login ") },
    { STR_INIT(" -u "), STR_INIT("curl ") },
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How far before it an option's program is looked for, and how long the option's name is. */
#define COMMAND_MAX 128
#define OPTION_MAX 32

/* The shortest tail that makes a known start a token: "sk-learn" is none. */
#define TOKEN_TAIL 16

static bool is_word_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_token_char(char c)
{
    return is_word_char(c) || c == '-' || c == '.';
}

static size_t token_end(struct str text, size_t at)
{
    while (at < text.len && is_token_char(text.data[at]))
        at++;
    return at;
}

/* Whether a token of a known form starts at `at`. */
static bool is_token(struct str text, size_t at)
{
    struct str rest = str_from(text, at);

    if (!strchr("Adeghnprsx", text.data[at]) || (at > 0 && is_token_char(text.data[at - 1])))
        return false;
    for (size_t i = 0; i < COUNT(token_starts); i++)
        if (rest.data[0] == token_starts[i].data[0] && str_starts(rest, token_starts[i]) &&
            token_end(text, at) >= at + token_starts[i].len + TOKEN_TAIL)
            return true;
    return false;
}

/* "Authorization: Bearer …": the secret is the second word. */
static size_t past_scheme(struct str text, size_t at)
{
    static const struct str schemes[] = { STR_INIT("bearer "), STR_INIT("basic ") };

    for (size_t i = 0; i < COUNT(schemes); i++)
        if (str_eq_nocase(str_slice(text, at, at + schemes[i].len), schemes[i]))
            return at + schemes[i].len;
    return at;
}

/* Whether the word in which `at` stands begins with "--": its value follows a blank. */
static bool is_in_option(struct str text, size_t at)
{
    size_t least = at > OPTION_MAX ? at - OPTION_MAX : 0;

    while (at > least && is_token_char(text.data[at - 1]))
        at--;
    return str_starts(str_from(text, at), STR("--"));
}

/* Where the value begins of an option that stands at `at`. 0: none does. */
static size_t value_of_option(struct str text, size_t at)
{
    if (text.data[at] != ' ')
        return 0;
    for (size_t i = 0; i < COUNT(secret_options); i++) {
        const struct secret_option *row = &secret_options[i];
        struct str before = str_slice(text, at > COMMAND_MAX ? at - COMMAND_MAX : 0, at + 1);
        size_t line = str_rfind_char(before, '\n');

        if (str_starts(str_from(text, at), row->option) &&
            str_has(str_from(before, line == STR_NONE ? 0 : line), row->program))
            return at + row->option.len;
    }
    return 0;
}

/* Where the value of a secret's key begins: after "token=", "password: ", "Bearer ", and the blank
 * of "--password ". 0: no key. */
static size_t value_of_key(struct str text, size_t at)
{
    if (!strchr("abpstABPST", text.data[at]))
        return 0; /* no name begins like this */
    for (size_t i = 0; i < COUNT(key_names); i++) {
        size_t end = at + key_names[i].len;
        bool blank;

        if (!str_eq_nocase(str_slice(text, at, end), key_names[i]))
            continue;
        blank = str_eqz(key_names[i], "bearer") || is_in_option(text, at);
        while (end < text.len && (text.data[end] == '"' || text.data[end] == '\''))
            end++;
        while (!blank && end < text.len && text.data[end] == ' ')
            end++;
        if (end >= text.len ||
            !(text.data[end] == '=' || text.data[end] == ':' || (blank && text.data[end] == ' ')))
            continue;
        end++;
        while (end < text.len &&
               (text.data[end] == ' ' || text.data[end] == '"' || text.data[end] == '\''))
            end++;
        return past_scheme(text, end);
    }
    return 0;
}

/* What is quoted goes as far as its quotation mark, or the line. */
static size_t value_end(struct str text, size_t at)
{
    char mark = at > 0 && at < text.len ? text.data[at - 1] : '\0';

    if (mark == '"' || mark == '\'') {
        while (at < text.len && text.data[at] != mark && text.data[at] != '\n')
            at++;
        return at;
    }
    while (at < text.len && !strchr(" \t\n\"'&;,)", text.data[at]))
        at++;
    return at;
}

/* "user:password@" after "://": where the password begins and ends. */
static bool find_password(struct str text, size_t at, size_t *ret_from, size_t *ret_to)
{
    size_t colon = 0;

    for (size_t end = at; end < text.len; end++) {
        char c = text.data[end];

        if (c == ':' && !colon)
            colon = end;
        if (c == '@') {
            *ret_from = colon ? colon + 1 : at;
            *ret_to = end;
            return end > *ret_from;
        }
        if (c == '/' || c == ' ' || c == '\n' || c == '"' || c == '\'')
            return false;
    }
    return false;
}

/* A private key in PEM: from its first line to its last, or as far as the text goes. 0: none. */
static size_t key_end(struct str text, size_t at)
{
    static const struct str last = STR_INIT("PRIVATE KEY-----");
    struct str rest = str_from(text, at);
    size_t line = str_find_char(rest, '\n'), end;

    if (text.data[at] != '-' || !str_starts(rest, STR("-----BEGIN ")) ||
        !str_has(str_slice(rest, 0, line), last))
        return 0;
    if (line == STR_NONE)
        return text.len;
    end = str_find(str_from(rest, line), last);
    return end == STR_NONE ? text.len : at + line + end + last.len;
}

bool secret_next(struct str text, size_t at, size_t *ret_from, size_t *ret_to)
{
    while (at < text.len) {
        size_t from = at, to = 0;

        if (text.data[at] == ':' && str_starts(str_from(text, at), STR("://"))) {
            at += 3;
            if (!find_password(text, at, &from, &to))
                continue;
        } else if ((to = key_end(text, at)) > 0) {
            from = at;
        } else if (is_token(text, at)) {
            to = token_end(text, at);
        } else if ((from = value_of_option(text, at)) > 0 || (from = value_of_key(text, at)) > 0) {
            to = value_end(text, from);
            at = from;
        } else {
            at++;
        }
        if (to > from) {
            *ret_from = from;
            *ret_to = to;
            return true;
        }
    }
    return false;
}

/* Replaces bytes [from, to) by "***"; returns where the text goes on. */
static size_t mask(struct cleaned *text, size_t from, size_t to)
{
    size_t keep = to - from < 3 ? to - from : 3;

    memset(text->bytes + from, '*', keep);
    memmove(text->bytes + from + keep, text->bytes + to, text->len - to + 1);
    memmove(text->origin + from + keep, text->origin + to,
            (text->len - to + 1) * sizeof(text->origin[0]));
    text->len -= to - from - keep;
    return from + keep;
}

void mask_secrets(struct cleaned *text)
{
    size_t at = 0, from, to;

    while (secret_next(cleaned_str(text), at, &from, &to))
        at = mask(text, from, to);
}
