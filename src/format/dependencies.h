/*
 * dependencies: the packages that a project's file asks for, whichever kind of file it is.
 *
 *     requirements.txt   a requirement a line, comments, options, "\" at a line's end
 *                        (https://pip.pypa.io/en/stable/reference/requirements-file-format/)
 *     pyproject.toml     project.dependencies, and tool.poetry.dependencies with its "^" and "~"
 *                        (https://python-poetry.org/docs/dependency-specification/)
 *     uv.lock            each package at its version
 *     environment.yml    conda's specs, and pip's below "pip:"
 *
 * Of YAML only the block form is read that `conda env export` writes; a file in another form has no
 * dependencies. A requirements file that another one includes is not followed.
 */
#ifndef GPUVET_FORMAT_DEPENDENCIES_H
#define GPUVET_FORMAT_DEPENDENCIES_H

#include "base/arena.h"

#define DEPENDENCIES_LEN (16u << 20) /* bytes of a file; more is -E2BIG */
#define DEPENDENCIES_MAX 100000      /* packages of a file; more is -E2BIG */

struct dependency {
    struct str name;       /* as pip calls it: conda's "pytorch" is "torch" */
    struct str specifiers; /* as PEP 440 writes them, for specifiers_match() */
    struct str marker;     /* for marker_evaluate(); empty: always */
};

struct dependencies {
    struct dependency *items;
    size_t count, room;
    struct str python; /* of environment.yml: "3.11"; empty: none is named */
};

/* The kind is told by the file's name. 0, -EBADMSG (no TOML), -E2BIG. Lines that are no requirement
 * are passed over. */
int dependencies_read(struct str path, struct str text, struct arena *arena,
                      struct dependencies *ret);

/* For dependencies.c: the conda half. */
int dependencies_of_conda(struct str text, struct arena *arena, struct dependencies *ret);

/* Adds what one requirement says; false where it is none, or names an address. -E2BIG: too many. */
int dependencies_add(struct str requirement, struct arena *arena, struct dependencies *ret);

#endif
