/* The second half of requirement.h: markers. A reader by recursive descent that evaluates as it
 * goes; both sides of "and" and "or" are always read, so that what is malformed is refused. */
#include "format/requirement.h"

#include "format/version.h"

#include <errno.h>
#include <stdio.h>

struct reader {
    struct str rest;
    const struct marker_env *env;
    unsigned depth;
    int err; /* the first failure; after it, everything reads as unknown */
};

/* One side of a comparison. */
struct operand {
    struct str name;  /* of a variable; empty for a quoted text */
    struct str value; /* where known */
    bool known;
};

static const struct {
    struct str old, name;
} renamed[] = {
    { STR_INIT("os.name"), STR_INIT("os_name") },
    { STR_INIT("sys.platform"), STR_INIT("sys_platform") },
    { STR_INIT("platform.version"), STR_INIT("platform_version") },
    { STR_INIT("platform.machine"), STR_INIT("platform_machine") },
    { STR_INIT("platform.python_implementation"), STR_INIT("platform_python_implementation") },
    { STR_INIT("python_implementation"), STR_INIT("platform_python_implementation") },
};

static enum marker_value fail(struct reader *reader, int err)
{
    if (reader->err == 0)
        reader->err = err;
    return MARKER_UNKNOWN;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_' || c == '.';
}

/* The word at the start, without taking it. */
static struct str peek_word(struct reader *reader)
{
    size_t len = 0;

    reader->rest = str_trim(reader->rest);
    while (len < reader->rest.len && is_word_char(reader->rest.data[len]))
        len++;
    return str_slice(reader->rest, 0, len);
}

static bool take_word(struct reader *reader, struct str word)
{
    if (!str_eq(peek_word(reader), word))
        return false;
    reader->rest = str_from(reader->rest, word.len);
    return true;
}

static void look_up(struct operand *operand, const struct marker_env *env)
{
    for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
        if (str_eq(operand->name, renamed[i].old))
            operand->name = renamed[i].name;
    for (size_t i = 0; i < env->count && !operand->known; i++) {
        if (str_eq(env->variables[i].name, operand->name)) {
            operand->value = env->variables[i].value;
            operand->known = true;
        }
    }
}

static struct operand take_operand(struct reader *reader)
{
    struct operand operand = { .name = peek_word(reader) };
    size_t end;
    char quote;

    if (operand.name.len) {
        reader->rest = str_from(reader->rest, operand.name.len);
        look_up(&operand, reader->env);
        return operand;
    }
    quote = reader->rest.len ? reader->rest.data[0] : '\0';
    reader->rest = str_from(reader->rest, 1);
    end = str_find_char(reader->rest, quote);
    if ((quote != '"' && quote != '\'') || end == STR_NONE) {
        (void) fail(reader, -EBADMSG);
        return operand;
    }
    operand.value = str_slice(reader->rest, 0, end);
    operand.known = true;
    reader->rest = str_from(reader->rest, end + 1);
    return operand;
}

/* "in", "not in", or a run of the characters of which comparisons are made. */
static struct str take_comparison(struct reader *reader)
{
    size_t len = 0;
    struct str taken;

    if (take_word(reader, STR("in")))
        return STR("in");
    if (take_word(reader, STR("not")))
        return take_word(reader, STR("in")) ? STR("not in") : STR("");
    while (len < reader->rest.len &&
           str_find_char(STR("<>=!~"), reader->rest.data[len]) != STR_NONE)
        len++;
    taken = str_slice(reader->rest, 0, len);
    reader->rest = str_from(reader->rest, len);
    return taken;
}

/* Both sides as versions where both are; `*ret_is` false where they must be compared as text. */
static bool compare_versions(struct str left, struct str comparison, struct str right, bool *ret_is)
{
    char text[128];
    struct specifier specifier;
    struct version version;
    int len = snprintf(text, sizeof(text), "%.*s%.*s", STR_ARG(comparison), STR_ARG(right));

    *ret_is = len > 0 && (size_t) len < sizeof(text) &&
              specifier_parse(str_of(text), &specifier) == 0 && version_parse(left, &version) == 0;
    return *ret_is && specifier_matches(&specifier, &version);
}

/* Texts have no order: "<" and ">" are false, "<=" and ">=" mean "==". */
static int compare_texts(struct str left, struct str comparison, struct str right, bool *ret)
{
    bool equal = str_eq(left, right);

    if (str_eqz(comparison, "<") || str_eqz(comparison, ">"))
        *ret = false;
    else if (str_eqz(comparison, "!="))
        *ret = !equal;
    else if (str_eqz(comparison, "==") || str_eqz(comparison, "===") || str_eqz(comparison, "<=") ||
             str_eqz(comparison, ">="))
        *ret = equal;
    else
        return -EBADMSG;
    return 0;
}

static enum marker_value truth(bool value)
{
    return value ? MARKER_TRUE : MARKER_FALSE;
}

static enum marker_value comparison(struct reader *reader)
{
    struct operand left = take_operand(reader);
    struct str op = take_comparison(reader);
    struct operand right = take_operand(reader);
    bool is_extra = str_eqz(left.name, "extra") || str_eqz(right.name, "extra");
    bool result, is_version;
    int err;

    if (reader->err || op.len == 0)
        return fail(reader, -EBADMSG);
    if (!left.known || !right.known)
        return MARKER_UNKNOWN;
    if (str_eqz(op, "in"))
        return truth(str_has(right.value, left.value));
    if (str_eqz(op, "not in"))
        return truth(!str_has(right.value, left.value));
    if (is_extra && str_eqz(op, "=="))
        return truth(package_eq(left.value, right.value));
    if (is_extra && str_eqz(op, "!="))
        return truth(!package_eq(left.value, right.value));
    result = compare_versions(left.value, op, right.value, &is_version);
    if (is_version)
        return truth(result);
    err = compare_texts(left.value, op, right.value, &result);
    return err ? fail(reader, err) : truth(result);
}

static enum marker_value any(struct reader *reader);

static enum marker_value atom(struct reader *reader)
{
    enum marker_value value;

    reader->rest = str_trim(reader->rest);
    if (reader->rest.len == 0 || reader->rest.data[0] != '(')
        return comparison(reader);
    if (reader->depth == MARKER_DEPTH)
        return fail(reader, -E2BIG);
    reader->depth++;
    reader->rest = str_from(reader->rest, 1);
    value = any(reader);
    reader->depth--;
    reader->rest = str_trim(reader->rest);
    if (reader->rest.len == 0 || reader->rest.data[0] != ')')
        return fail(reader, -EBADMSG);
    reader->rest = str_from(reader->rest, 1);
    return value;
}

static enum marker_value all(struct reader *reader)
{
    enum marker_value value = atom(reader);

    while (!reader->err && take_word(reader, STR("and"))) {
        enum marker_value next = atom(reader);

        if (value == MARKER_FALSE || next == MARKER_FALSE)
            value = MARKER_FALSE;
        else if (next == MARKER_UNKNOWN)
            value = MARKER_UNKNOWN;
    }
    return value;
}

static enum marker_value any(struct reader *reader)
{
    enum marker_value value = all(reader);

    while (!reader->err && take_word(reader, STR("or"))) {
        enum marker_value next = all(reader);

        if (value == MARKER_TRUE || next == MARKER_TRUE)
            value = MARKER_TRUE;
        else if (next == MARKER_UNKNOWN)
            value = MARKER_UNKNOWN;
    }
    return value;
}

int marker_evaluate(struct str marker, const struct marker_env *env, enum marker_value *ret)
{
    struct reader reader = { .rest = str_trim(marker), .env = env };
    enum marker_value value;

    if (marker.len > REQUIREMENT_LEN)
        return -E2BIG;
    if (reader.rest.len == 0) {
        *ret = MARKER_TRUE;
        return 0;
    }
    value = any(&reader);
    if (reader.err == 0 && str_trim(reader.rest).len)
        reader.err = -EBADMSG;
    if (reader.err)
        return reader.err;
    *ret = value;
    return 0;
}
