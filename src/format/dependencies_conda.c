/* The conda half of dependencies.h. */
#include "format/dependencies.h"

#include "format/version.h"

#include <errno.h>

static size_t indent_of(struct str line)
{
    size_t indent = 0;

    while (indent < line.len && line.data[indent] == ' ')
        indent++;
    return indent;
}

static struct str unquoted(struct str text)
{
    bool quoted = text.len >= 2 && (text.data[0] == '"' || text.data[0] == '\'') &&
                  text.data[text.len - 1] == text.data[0];

    return quoted ? str_slice(text, 1, text.len - 1) : text;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

/*
 * "=2.4" is the start of a version, "==2.4" the whole, "2.4.*" a pattern; what follows a second "="
 * is the build (https://docs.conda.io/projects/conda-build/en/latest/resources/package-spec.html).
 * Alternatives ("|") have no PEP 440 form: any version then.
 */
static struct str specifiers_of(struct arena *arena, struct str text)
{
    bool exact = str_starts(text, STR("=="));
    struct str build, plain;

    text = str_trim(text);
    if (text.len == 0 || str_find_char(text, '|') != STR_NONE)
        return (struct str){ NULL, 0 };
    if (text.data[0] != '=')
        return text.data[0] >= '0' && text.data[0] <= '9'
                   ? arena_printf(arena, "==%.*s", STR_ARG(text))
                   : text;
    text = str_trim(str_from(text, exact ? 2 : 1));
    (void) str_cut(text, '=', &plain, &build);
    if (str_eqz(plain, "*"))
        return (struct str){ NULL, 0 };
    return arena_printf(arena,
                        exact || build.len || str_ends(plain, STR("*")) ? "==%.*s" : "==%.*s.*",
                        STR_ARG(plain));
}

/* conda's names of what pip calls torch. */
static struct str pip_name(struct str name)
{
    static const char *const torch[] = { "pytorch", "pytorch-gpu", "pytorch-cpu" };

    for (size_t i = 0; i < sizeof(torch) / sizeof(torch[0]); i++)
        if (str_eqz(name, torch[i]))
            return STR("torch");
    return name;
}

/* "conda-forge::pytorch=2.5.1=cuda126_py312", "python >=3.10". */
static int add_spec(struct str spec, struct arena *arena, struct dependencies *ret)
{
    size_t channel = str_find(spec, STR("::")), len = 0;
    struct str name, specifiers;
    bool matches;
    struct version zero;

    if (channel != STR_NONE)
        spec = str_from(spec, channel + 2);
    while (len < spec.len && is_name_char(spec.data[len]))
        len++;
    name = str_slice(spec, 0, len);
    specifiers = specifiers_of(arena, str_trim(str_from(spec, len)));
    if (name.len == 0 || version_parse(STR("0"), &zero) < 0 ||
        specifiers_match(specifiers, &zero, &matches) < 0)
        return 0; /* a form of conda's own: says nothing here */
    if (str_eqz(name, "python") && str_starts(specifiers, STR("=="))) {
        struct str version = str_from(specifiers, 2);

        ret->python =
            str_ends(version, STR(".*")) ? str_slice(version, 0, version.len - 2) : version;
    }
    if (ret->count == DEPENDENCIES_MAX)
        return -E2BIG;
    *LIST_ADD(arena, ret) = (struct dependency){ pip_name(name), specifiers, { NULL, 0 } };
    return 0;
}

/* What follows "- " on a list's line; false where the line is none. */
static bool list_item(struct str line, struct str *ret)
{
    size_t comment = str_find(line, STR(" #"));

    line = str_trim(str_slice(line, 0, comment));
    if (!str_starts(line, STR("- ")))
        return false;
    *ret = unquoted(str_trim(str_from(line, 2)));
    return true;
}

/* Where an item of a flow list ends: at a comma or the bracket, outside of quotes. */
static size_t flow_end(struct str text)
{
    char quote = 0;

    for (size_t at = 0; at < text.len; at++) {
        char c = text.data[at];

        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == ',' || c == ']')
            return at;
    }
    return STR_NONE;
}

/* "a, 'b>=2,<3']", on one line or several. A list or map in it (pip's) is beyond this reader. */
static int flow_list(struct str text, struct arena *arena, struct dependencies *ret)
{
    bool last = false;
    int r = 0;

    while (r == 0 && !last) {
        size_t end = flow_end(text);
        struct str item;

        if (end == STR_NONE)
            return -EBADMSG;
        item = unquoted(str_trim(str_slice(text, 0, end)));
        last = text.data[end] == ']';
        text = str_from(text, end + 1);
        if (str_starts(item, STR("{")) || str_starts(item, STR("[")))
            return -EBADMSG;
        if (item.len)
            r = add_spec(item, arena, ret);
    }
    return r;
}

int dependencies_of_conda(struct str text, struct arena *arena, struct dependencies *ret)
{
    struct str line, item, rest = text;
    bool inside = false;
    size_t pip_at = 0; /* 1 + the column of "- pip:"; 0: not below it */
    int r = 0;

    for (; r == 0 && str_next_line(&text, &line); rest = text) {
        size_t indent = indent_of(line);

        if (str_trim(line).len == 0 || str_trim(line).data[0] == '#')
            continue;
        if (indent == 0 && line.data[0] != '-') {
            inside = str_starts(line, STR("dependencies:"));
            item = str_trim(str_from(line, inside ? STR("dependencies:").len : line.len));
            if (str_starts(item, STR("[")))
                return flow_list(str_from(rest, str_find_char(line, '[') + 1), arena, ret);
            continue;
        }
        if (!inside || !list_item(line, &item))
            continue;
        if (pip_at && indent + 1 <= pip_at)
            pip_at = 0;
        if (str_eqz(item, "pip:"))
            pip_at = indent + 1;
        else
            r = pip_at ? dependencies_add(item, arena, ret) : add_spec(item, arena, ret);
    }
    return r;
}
