/*
 * python_files: the small files by which a Python environment is described.
 *
 * Views point into the text given, unless a function takes an arena.
 */
#ifndef GPUVET_FORMAT_PYTHON_FILES_H
#define GPUVET_FORMAT_PYTHON_FILES_H

#include "base/arena.h"

/* pyvenv.cfg, which makes a folder a virtual environment
 * (https://docs.python.org/3/library/site.html). */
struct pyvenv {
    struct str home;    /* the folder of the Python that made it; empty: not a usable file */
    struct str version; /* "3.11.7", also where it is called version_info; may be empty */
    bool system_site_packages;
};

/* 0, or -EBADMSG where it has no home. */
int pyvenv_parse(struct str text, struct pyvenv *ret);

/* A .pth file in site-packages: lines that extend sys.path, or are run at every start of Python. */
enum pth_kind {
    PTH_PATH,   /* a folder to search, relative to the file's own */
    PTH_IMPORT, /* code */
};

/* What code does to the search for modules, as far as its text is a known one. */
enum pth_effect {
    PTH_UNKNOWN,     /* nobody we know: it may do anything */
    PTH_NONE,        /* adds nothing: setuptools' distutils shim, virtualenv, coverage, nspkg */
    PTH_FINDER,      /* an editable install that redirects the import of its own packages */
    PTH_SEARCH_PATH, /* changes sys.path itself */
};

struct pth_line {
    enum pth_kind kind;
    enum pth_effect effect; /* of PTH_IMPORT */
    struct str text;        /* the folder, or the code */
};

/* Takes the next line that counts (no comment, not empty) off *rest. False at the end. */
bool pth_next(struct str *rest, struct pth_line *ret);

/* A constant that a Python file assigns. */
enum python_kind {
    PYTHON_UNSET, /* not assigned, or not a constant */
    PYTHON_NONE,
    PYTHON_BOOL,
    PYTHON_TEXT,
};

struct python_value {
    enum python_kind kind;
    bool truth;      /* of PYTHON_BOOL */
    struct str text; /* of PYTHON_TEXT, escapes left as written */
};

/*
 * torch/version.py, from torch 1.0 ("cuda = '9.0.176'") to today ("cuda: Optional[str] = '12.1'").
 * Members that a release did not have yet stay unset.
 */
struct torch_version {
    struct python_value version; /* "2.4.1+cu121"; sources and Jetson builds differ in the suffix */
    struct python_value cuda;    /* "12.1"; None in builds without CUDA */
    struct python_value hip;     /* "6.1.40091-a8dbc0c19"; None in builds without ROCm */
    struct python_value rocm, xpu, debug, git_version;
};

/* 0, or -EBADMSG where no version is assigned. */
int torch_version_parse(struct str text, struct torch_version *ret);

#define DIRECT_URL_LEN 65536 /* bytes of a direct_url.json; more is -E2BIG */

/* direct_url.json: a package that came from an address, not an index
 * (https://packaging.python.org/en/latest/specifications/direct-url/). */
struct direct_url {
    struct str url; /* "file:///home/u/project" */
    bool editable;  /* the files stay where the address says */
};

/* 0, -EBADMSG, -E2BIG. The text is copied into the arena. */
int direct_url_parse(struct str text, struct arena *arena, struct direct_url *ret);

/* What the first lines of a script start. */
enum shebang_kind {
    SHEBANG_PATH,   /* an interpreter by its path; also through pip's /bin/sh for long paths */
    SHEBANG_ENV,    /* by its name, through /usr/bin/env */
    SHEBANG_BESIDE, /* by its name, in the script's own folder: relocatable environments of uv */
};

struct shebang {
    enum shebang_kind kind;
    struct str interpreter; /* "/opt/venv/bin/python", "python3" */
};

/* 0, -ENOENT (no such line), -EBADMSG (one without an interpreter). A kilobyte of text is enough.
 */
int shebang_parse(struct str text, struct shebang *ret);

#endif
