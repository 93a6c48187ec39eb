/*
 * requirement: what one package asks of another, and when (PEP 508,
 * https://packaging.python.org/en/latest/specifications/dependency-specifiers/).
 *
 *     nvidia-cudnn-cu12[extra] (==9.1.0.70) ; platform_system == "Linux"
 *
 * Views point into the text given. Markers are evaluated three-valued: a variable that the caller
 * does not know makes an answer unknown only where it would decide. Where both sides are versions,
 * they are compared as versions; else as texts, which are equal or not but have no order.
 */
#ifndef GPUVET_FORMAT_REQUIREMENT_H
#define GPUVET_FORMAT_REQUIREMENT_H

#include "base/arena.h"

#define REQUIREMENT_LEN 16384 /* bytes of one requirement; longer is -E2BIG */
#define MARKER_DEPTH 16       /* brackets within brackets; deeper is -E2BIG */

struct requirement {
    struct str name;       /* as written: normalise before comparing */
    struct str extras;     /* between the square brackets, "a, b"; may be empty */
    struct str specifiers; /* for specifiers_match(), without brackets; empty: any version */
    struct str url;        /* behind "@"; then specifiers is empty */
    struct str marker;     /* behind ";"; empty: always */
};

/* 0, -EBADMSG, -E2BIG. The specifiers are checked, the marker is not. */
int requirement_parse(struct str text, struct requirement *ret);

enum marker_value {
    MARKER_UNKNOWN,
    MARKER_FALSE,
    MARKER_TRUE,
};

/* One known variable; "platform_machine" and its value. */
struct marker_variable {
    struct str name;
    struct str value;
};

/*
 * What is known. `extra` counts like any other variable: give it the empty value where no extra is
 * asked for, or every `extra == "x"` is unknown. Old names (os.name, python_implementation) stand
 * for the new.
 */
struct marker_env {
    const struct marker_variable *variables;
    size_t count;
};

/* 0, -EBADMSG, -E2BIG. An empty marker is true. */
int marker_evaluate(struct str marker, const struct marker_env *env, enum marker_value *ret);

/* PEP 503: lower case, runs of "-", "_" and "." as one "-". "Flash_Attn" gives "flash-attn". */
struct str package_normalise(struct arena *arena, struct str name);

/* The same without making a copy: whether two names mean one package. */
bool package_eq(struct str a, struct str b);

#endif
