#include "format/torch_init.h"

static void add(struct torch_preload *rows, size_t *count, struct torch_preload row)
{
    if (*count < TORCH_INIT_ROWS)
        rows[(*count)++] = row;
}

/* Takes the next quoted text off *rest. */
static bool next_quoted(struct str *rest, struct str *ret)
{
    size_t at = 0, end;

    while (at < rest->len && rest->data[at] != '"' && rest->data[at] != '\'')
        at++;
    if (at == rest->len)
        return false;
    end = str_find_char(str_from(*rest, at + 1), rest->data[at]);
    if (end == STR_NONE)
        return false;
    *ret = str_slice(*rest, at + 1, at + 1 + end);
    *rest = str_from(*rest, at + end + 2);
    return true;
}

/* A folder and a pattern: `"cublas": "libcublas.so.*[0-9]"`, as a pair, or as two arguments. */
static bool read_row(struct str line, struct torch_preload *ret)
{
    struct torch_preload row = { .required = !str_has(line, STR("required=False")),
                                 .from_cuda_12 = str_starts(line, STR("cuda_libs[")) };

    if (!next_quoted(&line, &row.folder) || !next_quoted(&line, &row.pattern))
        return false;
    if (!str_starts(row.pattern, STR("lib")) || !str_has(row.pattern, STR(".so.")))
        return false;
    *ret = row;
    return true;
}

/* A call without a library means all of them. */
static void read_call(struct str arguments, struct torch_init *ret)
{
    struct torch_preload row;
    bool best_effort = str_starts(arguments, STR("required=False"));

    if (read_row(arguments, &row)) {
        add(ret->always, &ret->always_count, row);
    } else if (str_starts(arguments, STR(")")) || best_effort) {
        for (size_t i = 0; i < ret->fallback_count; i++) {
            row = ret->fallback[i];
            row.required = row.required && !best_effort;
            add(ret->always, &ret->always_count, row);
        }
    }
}

static void read_line(struct str line, struct torch_init *ret)
{
    static const struct str call = STR_INIT("_preload_cuda_deps(");
    struct torch_preload row;

    if (str_starts(line, STR("#")) || str_starts(line, STR("def ")))
        return;
    if (str_starts(line, call))
        read_call(str_from(line, call.len), ret);
    else if (str_has(line, STR("not in _maps")))
        (void) next_quoted(&line, &ret->condition);
    else if (str_has(line, STR("os.path.join(path, lib_folder,")))
        ret->beside = true;
    else if (str_has(line, STR("not os.path.exists(nvidia_path)")))
        ret->only_with_nvidia = true;
    else if (str_has(line, STR("f\"cu{maj_cuda_version}\"")))
        ret->by_major = true;
    else if (read_row(line, &row))
        add(ret->fallback, &ret->fallback_count, row);
}

void torch_init_parse(struct str text, struct torch_init *ret)
{
    struct torch_init init = { 0 };
    struct str line;

    for (unsigned n = 0; n < TORCH_INIT_LINES && str_next_line(&text, &line); n++)
        read_line(str_trim(line), &init);
    *ret = init;
}

bool torch_preload_fits(struct str pattern, struct str name)
{
    struct str start, end;

    if (!str_cut(pattern, '*', &start, &end))
        return str_eq(pattern, name);
    return name.len > start.len && str_starts(name, start) && str_eqz(end, "[0-9]") &&
           name.data[name.len - 1] >= '0' && name.data[name.len - 1] <= '9';
}
