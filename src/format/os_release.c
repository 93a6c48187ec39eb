#include "format/os_release.h"

/* A value as a shell reads it: bare, in single quotes, or in double quotes with backslashes. */
static struct str unquote(struct arena *arena, struct str value)
{
    char quote = value.len ? value.data[0] : '\0';
    char *copy;
    size_t len = 0;

    if (quote != '"' && quote != '\'')
        return value;
    copy = arena_alloc(arena, value.len);
    for (size_t i = 1; i < value.len && value.data[i] != quote; i++) {
        if (quote == '"' && value.data[i] == '\\' && i + 1 < value.len)
            i++;
        copy[len++] = value.data[i];
    }
    return (struct str){ copy, len };
}

struct os_release os_release_parse(struct str text, struct arena *arena)
{
    struct os_release release = { 0 };
    const struct {
        struct str key;
        struct str *value;
    } rows[] = {
        { STR("ID"), &release.id },
        { STR("ID_LIKE"), &release.id_like },
        { STR("VERSION_ID"), &release.version_id },
        { STR("VERSION_CODENAME"), &release.codename },
        { STR("VARIANT_ID"), &release.variant_id },
        { STR("PRETTY_NAME"), &release.name },
    };
    struct str line, key, value;

    while (str_next_line(&text, &line)) {
        if (!str_cut(str_trim(line), '=', &key, &value))
            continue;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            if (str_eq(key, rows[i].key))
                *rows[i].value = unquote(arena, value);
    }
    return release;
}
