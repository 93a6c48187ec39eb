#include "probe/torch_kind.h"

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

static struct str hip_of(const struct torch_version *version)
{
    return version->hip.text.len ? version->hip.text : version->rocm.text;
}

const char *torch_kind(const struct torch_version *version)
{
    struct str local = torch_local(version->version.text);

    if (hip_of(version).len)
        return "rocm";
    if (version->cuda.text.len)
        return "cuda";
    if (version->xpu.text.len)
        return "xpu";
    for (size_t i = 0; i < sizeof(locals) / sizeof(locals[0]); i++)
        if (str_starts(local, locals[i].start))
            return locals[i].kind;
    return version->cuda.kind != PYTHON_UNSET ? "cpu" : NULL;
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

struct str torch_tag(struct arena *arena, const struct torch_version *version)
{
    const char *kind = torch_kind(version);
    struct str local = torch_local(version->version.text), rest;

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
        return two_parts(arena, "cu", version->cuda.text, "");
    if (str_eqz(str_of(kind), "rocm"))
        return two_parts(arena, "rocm", hip_of(version), ".");
    return str_eqz(str_of(kind), "other") ? STR("") : str_of(kind);
}
