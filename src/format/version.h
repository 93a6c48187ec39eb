/*
 * version: Python package versions and what a specifier says of them.
 *
 * The rules are those of PEP 440
 * (https://packaging.python.org/en/latest/specifications/version-specifiers/):
 * "1!2.4.1rc1.post2.dev3+cu121" has an epoch, a release, a pre-, a post- and a development number,
 * and a local segment. Spellings are normalised while reading ("v1.0-Beta.2" is "1.0b2").
 * Nothing is allocated: views point into the text given, which must outlive the struct.
 */
#ifndef GPUVET_FORMAT_VERSION_H
#define GPUVET_FORMAT_VERSION_H

#include "base/str.h"

#define VERSION_RELEASE_PARTS 16 /* "1.2.3" has three; more than this many is -E2BIG */
#define SPECIFIER_CLAUSES 64     /* clauses of one set, "a,b,c"; more is -E2BIG */

/* In the order in which they are released. */
enum version_phase {
    VERSION_DEVELOPMENT, /* a dev release of what has neither pre nor post */
    VERSION_ALPHA,
    VERSION_BETA,
    VERSION_CANDIDATE,
    VERSION_FINAL,
};

struct version {
    struct str text; /* as written, trimmed */
    uint64_t epoch;
    uint64_t release[VERSION_RELEASE_PARTS];
    unsigned release_count; /* 1 and more; "1.0" and "1.0.0" differ here, but compare equal */
    enum version_phase phase;
    uint64_t phase_number; /* of alpha, beta, candidate */
    bool has_post, has_dev;
    uint64_t post, dev;
    struct str local; /* behind the "+", as written: "cu121"; empty where there is none */
};

/* 0, -EBADMSG (no PEP 440 version), -ERANGE (a number over 64 bits), -E2BIG. */
int version_parse(struct str text, struct version *ret);

/* Order of PEP 440, exact, local segment included: <0, 0 or >0. */
int version_compare(const struct version *a, const struct version *b);

/* The same with both local segments left out: 2.4.1+cu121 equals 2.4.1. */
int version_compare_public(const struct version *a, const struct version *b);

/* Alpha, beta, candidate or development release: an installer takes it only when asked to. */
bool version_is_prerelease(const struct version *version);

enum specifier_operator {
    SPECIFIER_EQUAL,
    SPECIFIER_NOT_EQUAL,
    SPECIFIER_LESS_EQUAL,
    SPECIFIER_GREATER_EQUAL,
    SPECIFIER_LESS,
    SPECIFIER_GREATER,
    SPECIFIER_COMPATIBLE, /* ~= */
    SPECIFIER_IDENTICAL,  /* ===, compares text */
};

/* One clause, "==2.4.*". */
struct specifier {
    enum specifier_operator op;
    bool wildcard;          /* "==" and "!=" with ".*": compares the start of the release */
    struct version version; /* of SPECIFIER_IDENTICAL only .text is set */
};

/* 0, -EBADMSG (also: a wildcard or local segment where the op allows none), -ERANGE, -E2BIG. */
int specifier_parse(struct str text, struct specifier *ret);

/*
 * Whether the version is within the clause. A clause without local segment matches every local
 * version: "==2.4.1" takes 2.4.1+cu118. Pre-releases are treated like any other version; whether
 * an installer would consider one is the caller's question (version_is_prerelease()).
 */
bool specifier_matches(const struct specifier *specifier, const struct version *version);

/* Whether all clauses of a set ("<3,>=2.4,!=2.5.*", also empty: all) match. 0 or as above. */
int specifiers_match(struct str set, const struct version *version, bool *ret);

/* Takes the next clause off *rest. 1, 0 at the end, or as specifier_parse(). */
int specifiers_next(struct str *rest, struct specifier *ret);

#endif
