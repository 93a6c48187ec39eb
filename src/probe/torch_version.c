#include "probe/torch_version.h"

#define LINES 1000

/* The text between the quotes of "name = 'text'" or "name: Optional[str] = 'text'". */
static bool take_line(struct str line, struct str *ret_name, struct str *ret_value)
{
    struct str name, value, skipped;
    char quote;

    if (!str_cut(line, '=', &name, &value))
        return false;
    (void) str_cut(name, ':', &name, &skipped);
    *ret_name = str_trim(name);
    value = str_trim(value);
    *ret_value = STR("");
    quote = value.len ? value.data[0] : '\0';
    if (quote == '\'' || quote == '"')
        (void) str_cut(str_from(value, 1), quote, ret_value, &skipped);
    return true;
}

bool torch_version_parse(struct str text, struct torch_version *ret)
{
    struct torch_version version = { 0 };
    struct str line, name, value;

    for (int i = 0; i < LINES && str_next_line(&text, &line); i++) {
        if (!take_line(line, &name, &value))
            continue;
        if (str_eqz(name, "__version__"))
            version.version = value;
        else if (str_eqz(name, "cuda"))
            version.cuda = value;
        else if (str_eqz(name, "hip") || (str_eqz(name, "rocm") && !version.hip.len))
            version.hip = value;
        else if (str_eqz(name, "xpu"))
            version.xpu = value;
        version.has_cuda = version.has_cuda || str_eqz(name, "cuda");
    }
    *ret = version;
    return version.version.len > 0;
}

struct str torch_release(struct str version)
{
    struct str local;

    (void) str_cut(version, '+', &version, &local);
    return version;
}

struct str torch_local(struct str version)
{
    struct str local;

    (void) str_cut(version, '+', &version, &local);
    return local;
}

/* What the local part names, where the file's other lines do not say. */
static const struct {
    struct str start;
    const char *kind;
} locals[] = {
    { STR_INIT("cpu"), "cpu" },     { STR_INIT("cu"), "cuda" },    { STR_INIT("rocm"), "rocm" },
    { STR_INIT("xpu"), "xpu" },     { STR_INIT("musa"), "other" }, { STR_INIT("metax"), "other" },
    { STR_INIT("corex"), "other" }, { STR_INIT("dtk"), "other" },  { STR_INIT("das"), "other" },
};

const char *torch_build_kind(const struct torch_version *version)
{
    struct str local = torch_local(version->version);

    if (version->hip.len)
        return "rocm";
    if (version->cuda.len)
        return "cuda";
    if (version->xpu.len)
        return "xpu";
    for (size_t i = 0; i < sizeof(locals) / sizeof(locals[0]); i++)
        if (str_starts(local, locals[i].start))
            return locals[i].kind;
    return version->has_cuda ? "cpu" : NULL;
}

/* "12.1" of "12.1.105", with `dot` between the numbers. */
static struct str two_parts(struct arena *arena, const char *start, struct str text,
                            const char *dot)
{
    struct str major, minor, rest;

    (void) str_cut(text, '.', &major, &minor);
    (void) str_cut(minor, '.', &minor, &rest);
    return arena_printf(arena, "%s%.*s%s%.*s", start, STR_ARG(major), dot, STR_ARG(minor));
}

struct str torch_build_tag(struct arena *arena, const struct torch_version *version)
{
    const char *kind = torch_build_kind(version);
    struct str local = torch_local(version->version), rest;

    for (size_t i = 0; i < 4; i++)
        if (str_starts(local, locals[i].start)) {
            /* "cpu.cxx11.abi" is tagged cpu; "rocm6.1" keeps its dot. */
            if (str_starts(local, STR("cpu")))
                (void) str_cut(local, '.', &local, &rest);
            return local;
        }
    if (!kind)
        return STR("");
    if (str_eqz(str_of(kind), "cuda"))
        return two_parts(arena, "cu", version->cuda, "");
    if (str_eqz(str_of(kind), "rocm"))
        return two_parts(arena, "rocm", version->hip, ".");
    return str_eqz(str_of(kind), "other") ? STR("") : str_of(kind);
}
