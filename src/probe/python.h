/*
 * python: what the probes of Python environments share.
 *
 * Paths here are relative to the root, without links worked out unless said so; facts hold them
 * with a leading slash, as a command line takes them.
 */
#ifndef GPUVET_PROBE_PYTHON_H
#define GPUVET_PROBE_PYTHON_H

#include "probe/probe.h"

struct torch_import;
struct torch_import_wish;

#define PYTHON_FILE_LIMIT \
    (64u << 10) /* bytes of a pyvenv.cfg, .pth or version.py that are taken \
                 */

/* An interpreter, and where its installation lies. */
struct python {
    struct str program; /* as it is started */
    struct str real;    /* the file behind its links */
    struct str config;  /* its pyvenv.cfg; empty: not a virtual environment */
    struct str prefix;  /* sys.prefix */
    struct str base;    /* sys.base_prefix: where the standard library lies */
    const char *lib;    /* sys.platlibdir: "lib" or "lib64" */
    unsigned major, minor;
    bool free_threaded; /* built without the global lock: its folders are named python3.13t */
    bool system_site;   /* the base's packages are searched, too */
};

/* One entry of sys.path, or a gap: entries may be missing there. */
struct site {
    struct str path;    /* of a gap: what could not be looked at */
    const char *origin; /* as torch.search_path.N.origin */
    struct names names; /* what lies in it; of an editable finder, what it maps */
    int error;          /* 0, or why it could not be looked at; -ENOENT says that it is empty */
    bool gap, mapped;   /* not a folder of sys.path */
};

/* What one probe of Python hands on to the next. */
struct python_state {
    struct python python;
    bool found;               /* `python` is filled */
    LIST(struct site) sites;  /* in the order in which Python asks them */
    LIST(struct str) finders; /* files of editable installs, asked after all folders */
    int failed;               /* a gap's error; 0: the path has none */
    size_t torch_site;        /* which of the sites, from 1 on, has the torch; 0: none found */
    struct str torch_headers; /* of its METADATA; empty: not read */
    const struct torch_import *import; /* what it maps; NULL: not known */
    const struct torch_import_wish *import_wish;
};

/*
 * Works out what lies behind a program's path, as Modules/getpath.py and Lib/site.py of CPython do
 * (https://docs.python.org/3/library/sys_path_init.html). 0, -ENOEXEC (a script, or no Python that
 * we know), or why a look failed; *ret_at is then the path that failed.
 */
int python_describe(struct root *root, struct arena *arena, struct str program, struct python *ret,
                    struct str *ret_at);

/* "python3.13t": the name of this version's folders. */
struct str python_folder(struct arena *arena, const struct python *python);

/* "python3.13t" as version; false where the name is none. */
bool python_name(struct str name, unsigned *ret_major, unsigned *ret_minor,
                 bool *ret_free_threaded);

/* `path` seen from folder `base` (both as text), with "." and ".." taken out, as os.path.abspath()
 * does: links are not looked at. Without leading slash. */
struct str path_absolute(struct arena *arena, struct str base, struct str path);

/* The same path with its leading slash. */
struct str path_shown(struct arena *arena, struct str path);

/* A fact without value: absent, denied, or looked at in vain. */
void fact_without(struct fact_str *fact, enum fact_state state, struct str from);

/* The first name from `from` on that is torch's metadata ("torch-2.4.1.dist-info", or .egg-info);
 * names.count where there is none. */
size_t torch_metadata_name(struct names names, size_t from);

/* The home folder of the user whose eyes look: HOME, else etc/passwd. 0, -ENOENT, or why a look
 * failed. */
int eyes_home(struct probe_ctx *ctx, struct str *ret);

#endif
