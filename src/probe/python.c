#include "probe/python.h"

#include "format/python_files.h"

#include <errno.h>

#define DEPTH 16 /* folders above an interpreter in which its standard library is looked for */
#define LIB_NAMES 4096
#define PASSWD_LIMIT (4u << 20)

struct str path_absolute(struct arena *arena, struct str base, struct str path)
{
    struct str all, part;
    struct buf out = buf_new(arena, 4096);

    all = path.len && path.data[0] == '/' ? path : arena_join(arena, base, path);
    while (str_next_part(&all, '/', &part)) {
        if (str_eqz(part, ".."))
            out.len = path_dir(buf_str(&out)).len;
        else if (part.len && !str_eqz(part, ".")) {
            if (out.len)
                buf_add_char(&out, '/');
            buf_add(&out, part);
        }
    }
    return arena_copy(arena, buf_str(&out));
}

struct str path_shown(struct arena *arena, struct str path)
{
    return arena_printf(arena, "/%.*s", STR_ARG(path));
}

void fact_without(struct fact_str *fact, enum fact_state state, struct str from)
{
    *fact = (struct fact_str){ .state = state, .from = from };
}

size_t torch_metadata_name(struct names names, size_t from)
{
    for (; from < names.count; from++) {
        struct str name = names.items[from];

        if (str_starts(name, STR("torch-")) && name.len > 6 && name.data[6] >= '0' &&
            name.data[6] <= '9' &&
            (str_ends(name, STR(".dist-info")) || str_ends(name, STR(".egg-info"))))
            break;
    }
    return from;
}

int eyes_home(struct probe_ctx *ctx, struct str *ret)
{
    struct str text, line;
    int r;

    if (!ctx->eyes->known)
        return -ENOENT;
    if (eyes_variable(ctx->eyes, "HOME", ret) && ret->len)
        return 0;
    r = root_read(ctx->root, STR("etc/passwd"), PASSWD_LIMIT, &text);
    if (r < 0)
        return r;
    while (str_next_line(&text, &line)) {
        struct str part[6];
        uint64_t uid;
        size_t n = 0;

        while (n < 6 && str_next_part(&line, ':', &part[n]))
            n++;
        if (n == 6 && str_u64(part[2], 10, &uid) == 0 && uid == ctx->eyes->uid) {
            *ret = part[5];
            return 0;
        }
    }
    return -ENOENT;
}

/* --- versions ------------------------------------------------------------------------------ */

static bool dotted_pair(struct str text, unsigned *ret_major, unsigned *ret_minor)
{
    struct str head, tail, rest;
    uint64_t major, minor;

    if (!str_cut(text, '.', &head, &tail))
        return false;
    (void) str_cut(tail, '.', &tail, &rest);
    if (str_u64(head, 10, &major) < 0 || str_u64(tail, 10, &minor) < 0 || major > 9 || minor > 999)
        return false;
    *ret_major = (unsigned) major;
    *ret_minor = (unsigned) minor;
    return true;
}

bool python_name(struct str name, unsigned *ret_major, unsigned *ret_minor, bool *ret_free_threaded)
{
    bool free_threaded = str_ends(name, STR("t"));

    if (!str_starts(name, STR("python")))
        return false;
    name = str_slice(name, 6, name.len - (free_threaded ? 1 : 0));
    if (!dotted_pair(name, ret_major, ret_minor))
        return false;
    *ret_free_threaded = free_threaded;
    return true;
}

struct str python_folder(struct arena *arena, const struct python *python)
{
    return arena_printf(arena, "python%u.%u%s", python->major, python->minor,
                        python->free_threaded ? "t" : "");
}

/* --- virtual environments ------------------------------------------------------------------ */

/* pyvenv.cfg lies beside the program or one folder above. 0 with no python->config where there is
 * none. */
static int find_config(struct root *root, struct arena *arena, struct python *python,
                       struct pyvenv *ret, struct str *ret_at)
{
    struct str folder = path_dir(python->program);

    for (int i = 0; i < 2; i++, folder = path_dir(folder)) {
        struct str path = arena_join(arena, folder, STR("pyvenv.cfg")), text;
        int r = root_read(root, path, PYTHON_FILE_LIMIT, &text);

        if (r < 0 && fact_state_of_error(r) == FACT_ABSENT)
            continue;
        *ret_at = path;
        python->config = path;
        return r < 0 ? r : pyvenv_parse(text, ret);
    }
    return 0;
}

/* --- the standard library ------------------------------------------------------------------- */

/* os.py of the standard library is what CPython looks for, folder by folder upwards. Fedora keeps
 * it in lib64; elsewhere lib64 may be a link to lib, so lib comes first. */
static int has_library(struct root *root, struct arena *arena, struct python *python,
                       struct str prefix, struct str *ret_at)
{
    static const char *const libs[] = { "lib", "lib64" };
    bool named = python->free_threaded;

    for (int suffix = named; suffix < 2; suffix++)
        for (size_t i = 0; i < 2; i++) {
            struct node node;
            struct str path;
            int r;

            python->free_threaded = suffix;
            path = arena_printf(arena, "%.*s%s%s/%s/os.py", STR_ARG(prefix), prefix.len ? "/" : "",
                                libs[i], python_folder(arena, python).data);
            r = root_stat(root, path, &node);
            python->lib = libs[i];
            if (r == 0)
                return 1;
            if (fact_state_of_error(r) != FACT_ABSENT) {
                *ret_at = path;
                return r;
            }
        }
    python->free_threaded = named;
    return 0;
}

static int find_library(struct root *root, struct arena *arena, struct python *python,
                        struct str home, struct str *ret_at)
{
    struct str prefix = home;

    for (int i = 0; i < DEPTH && prefix.len; i++) {
        int r;

        prefix = path_dir(prefix);
        r = has_library(root, arena, python, prefix, ret_at);
        if (r < 0)
            return r;
        if (r > 0) {
            python->base = prefix;
            return 0;
        }
    }
    *ret_at = python->real;
    return -ENOEXEC;
}

/* The only pythonX.Y below the prefix's lib: for programs whose own name does not tell. */
static int version_from_folders(struct root *root, struct arena *arena, struct python *python,
                                struct str home, struct str *ret_at)
{
    struct str lib = arena_join(arena, path_dir(home), STR("lib"));
    struct names names;
    size_t found = 0;
    int r = root_list(root, lib, LIB_NAMES, &names);

    *ret_at = lib;
    if (r < 0)
        return fact_state_of_error(r) == FACT_ABSENT ? -ENOEXEC : r;
    for (size_t i = 0; i < names.count; i++)
        found +=
            python_name(names.items[i], &python->major, &python->minor, &python->free_threaded);
    return found == 1 ? 0 : -ENOEXEC;
}

static int is_script(struct root *root, struct str path)
{
    struct root_file file;
    char head[2] = { 0 };
    int r = root_open(root, path, &file);

    if (r < 0)
        return r;
    r = root_file_read(&file, 0, head, sizeof(head));
    root_file_close(&file);
    return r < 0 ? r : head[0] == '#' && head[1] == '!';
}

static int find_version(struct root *root, struct arena *arena, struct python *python,
                        const struct pyvenv *config, struct str home, struct str *ret_at)
{
    int r;

    if (python_name(path_base(python->real), &python->major, &python->minor,
                    &python->free_threaded))
        return 0;
    if (dotted_pair(config->version, &python->major, &python->minor))
        return 0;
    *ret_at = python->real;
    r = is_script(root, python->real);
    if (r != 0)
        return r < 0 ? r : -ENOEXEC;
    return version_from_folders(root, arena, python, home, ret_at);
}

int python_describe(struct root *root, struct arena *arena, struct str program, struct python *ret,
                    struct str *ret_at)
{
    struct python python = { .program = program };
    struct pyvenv config = { 0 };
    struct str home;
    int r;

    *ret_at = program;
    r = root_resolve(root, program, &python.real);
    if (r < 0)
        return r;
    r = find_config(root, arena, &python, &config, ret_at);
    if (r < 0)
        return r;
    home = path_dir(python.real);
    if (config.home.len)
        home = path_absolute(arena, STR(""), config.home);
    r = find_version(root, arena, &python, &config, home, ret_at);
    if (r < 0)
        return r;
    r = find_library(root, arena, &python, home, ret_at);
    if (r < 0)
        return r;

    python.prefix = python.config.len ? path_dir(path_dir(program)) : python.base;
    python.system_site = config.system_site_packages;
    *ret = python;
    return 0;
}
