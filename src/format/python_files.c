/* pyvenv.cfg, .pth files and shebang lines. */
#include "format/python_files.h"

#include <errno.h>

int pyvenv_parse(struct str text, struct pyvenv *ret)
{
    struct pyvenv pyvenv = { .system_site_packages = true }; /* what site.py begins with */
    struct str line, key, value;

    while (str_next_line(&text, &line)) {
        if (!str_cut(line, '=', &key, &value))
            continue;
        key = str_trim(key);
        value = str_trim(value);
        if (str_eq_nocase(key, STR("home")))
            pyvenv.home = value;
        else if (str_eq_nocase(key, STR("version")) || str_eq_nocase(key, STR("version_info")))
            pyvenv.version = value;
        else if (str_eq_nocase(key, STR("include-system-site-packages")))
            pyvenv.system_site_packages = str_eq_nocase(value, STR("true"));
    }
    if (pyvenv.home.len == 0)
        return -EBADMSG;
    *ret = pyvenv;
    return 0;
}

/* By a piece of the code. The first that fits decides, so what changes sys.path stands first. */
static const struct {
    struct str piece;
    enum pth_effect effect;
} known_code[] = {
    { STR_INIT("sys.path"), PTH_SEARCH_PATH },
    { STR_INIT("addsitedir"), PTH_SEARCH_PATH },
    { STR_INIT("__editable___"), PTH_FINDER },    /* setuptools, command/editable_wheel.py */
    { STR_INIT("_editable_impl_"), PTH_FINDER },  /* github.com/pfmoore/editables */
    { STR_INIT("_distutils_hack"), PTH_NONE },    /* setuptools, distutils-precedence.pth */
    { STR_INIT("import _virtualenv"), PTH_NONE }, /* virtualenv, _virtualenv.pth */
    { STR_INIT("coverage.process_startup"), PTH_NONE },
    { STR_INIT("pytest_cov.embed"), PTH_NONE },
    { STR_INIT("has_mfs"), PTH_NONE }, /* setuptools, namespaces.py: "…-nspkg.pth" */
    { STR_INIT("f_locals['sitedir']"), PTH_NONE },
};

static enum pth_effect effect_of(struct str code)
{
    for (size_t i = 0; i < sizeof(known_code) / sizeof(known_code[0]); i++)
        if (str_has(code, known_code[i].piece))
            return known_code[i].effect;
    return PTH_UNKNOWN;
}

bool pth_next(struct str *rest, struct pth_line *ret)
{
    struct str line;

    while (str_next_line(rest, &line)) {
        struct pth_line got = { .kind = PTH_PATH, .text = str_trim(line) };

        if (got.text.len == 0 || line.data[0] == '#')
            continue;
        /* As CPython's site.py: only at the very start of the line. */
        if (str_starts(line, STR("import ")) || str_starts(line, STR("import\t"))) {
            got.kind = PTH_IMPORT;
            got.effect = effect_of(line);
        }
        *ret = got;
        return true;
    }
    return false;
}

/* Takes one word of a shell line: quoted as a whole, or bare. */
static bool next_shell_word(struct str *rest, struct str *ret)
{
    size_t end;

    *rest = str_trim(*rest);
    if (rest->len == 0 || (rest->data[0] != '"' && rest->data[0] != '\''))
        return str_next_word(rest, ret);
    end = str_find_char(str_from(*rest, 1), rest->data[0]);
    if (end == STR_NONE)
        return false;
    *ret = str_slice(*rest, 1, end + 1);
    *rest = str_from(*rest, end + 2);
    return ret->len > 0;
}

/*
 * Where a path is too long for the kernel or has blanks, pip and uv write a script that is both
 * shell and Python: "#!/bin/sh", then "'''exec' "/long path/python" "$0" "$@"", then "' '''".
 */
static int parse_trampoline(struct str text, struct shebang *ret)
{
    static const struct str begin = STR_INIT("'''exec' ");
    static const struct str own_folder = STR_INIT("\"$(dirname -- \"$(realpath -- \"$0\")\")\"/");
    struct shebang shebang = { .kind = SHEBANG_PATH };
    struct str line;

    (void) str_next_line(&text, &line);
    if (!str_next_line(&text, &line) || !str_starts(line, begin))
        return -ENOENT;
    line = str_from(line, begin.len);
    if (str_starts(line, own_folder)) {
        shebang.kind = SHEBANG_BESIDE;
        line = str_from(line, own_folder.len);
    }
    if (!next_shell_word(&line, &shebang.interpreter))
        return -EBADMSG;
    *ret = shebang;
    return 0;
}

int shebang_parse(struct str text, struct shebang *ret)
{
    struct shebang shebang = { .kind = SHEBANG_PATH };
    struct str rest = text, line;

    if (!str_starts(text, STR("#!")) || !str_next_line(&rest, &line))
        return -ENOENT;
    line = str_from(line, 2);
    if (!str_next_word(&line, &shebang.interpreter))
        return -EBADMSG;
    if (str_eqz(shebang.interpreter, "/bin/sh") && parse_trampoline(text, &shebang) == 0) {
        *ret = shebang;
        return 0;
    }
    if (str_eqz(path_base(shebang.interpreter), "env")) {
        shebang.kind = SHEBANG_ENV;
        do { /* options of env, and variables that it sets */
            if (!str_next_word(&line, &shebang.interpreter))
                return -EBADMSG;
        } while (shebang.interpreter.data[0] == '-' ||
                 str_find_char(shebang.interpreter, '=') != STR_NONE);
    }
    *ret = shebang;
    return 0;
}
