/* torch/version.py: assignments of constants at the start of a line. */
#include "format/python_files.h"

#include <errno.h>

/* The constant at the start of `text`; what may follow is a comment or the like. */
static struct python_value read_value(struct str text)
{
    struct python_value value = { .kind = PYTHON_UNSET };
    struct str word;
    char quote;

    text = str_trim(text);
    quote = text.len ? text.data[0] : '\0';
    if (quote == '\'' || quote == '"') {
        size_t end = str_find_char(str_from(text, 1), quote);

        if (end != STR_NONE) {
            value.kind = PYTHON_TEXT;
            value.text = str_slice(text, 1, end + 1);
        }
        return value;
    }
    (void) str_next_word(&text, &word);
    if (str_eqz(word, "None")) {
        value.kind = PYTHON_NONE;
    } else if (str_eqz(word, "True") || str_eqz(word, "False")) {
        value.kind = PYTHON_BOOL;
        value.truth = str_eqz(word, "True");
    }
    return value;
}

/* "cuda: Optional[str] = '12.1'" in its name and what is assigned. */
static bool read_assignment(struct str line, struct str *ret_name, struct str *ret_value)
{
    struct str name;

    if (!str_cut(line, '=', &name, ret_value))
        return false;
    (void) str_cut(name, ':', &name, &line);
    *ret_name = name;
    while (ret_name->len && ret_name->data[ret_name->len - 1] == ' ')
        ret_name->len--;
    return true;
}

int torch_version_parse(struct str text, struct torch_version *ret)
{
    struct torch_version torch = { 0 };
    const struct {
        struct str name;
        struct python_value *value;
    } rows[] = {
        { STR("__version__"), &torch.version },
        { STR("cuda"), &torch.cuda },
        { STR("hip"), &torch.hip },
        { STR("rocm"), &torch.rocm },
        { STR("xpu"), &torch.xpu },
        { STR("debug"), &torch.debug },
        { STR("git_version"), &torch.git_version },
    };
    struct str line, name, value;

    while (str_next_line(&text, &line)) {
        if (!read_assignment(line, &name, &value))
            continue;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            if (str_eq(name, rows[i].name))
                *rows[i].value = read_value(value);
    }
    if (torch.version.kind != PYTHON_TEXT)
        return -EBADMSG;
    *ret = torch;
    return 0;
}
