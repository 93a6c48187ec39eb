/*
 * policy: what a team allows, as a file that it keeps; and what of a subject it does not allow.
 *
 *     gpuvet-policy: 1
 *     groups:
 *       training: ["gpu-*", "dgx-??"]            patterns of hosts' names
 *     rules:
 *       - name: builds                           findings are called policy/builds
 *         cuda-tags: [cu124, "cu12?"]            one key of knowledge/policy.toml
 *         groups: [training]                     for whom; also hosts: and files:, patterns
 *         reason: the drivers there take no newer one
 *     exceptions:
 *       - rule: builds
 *         hosts: [gpu-07]
 *         until: 2027-01-31                      the last day on which it holds
 *         reason: waits for its new driver
 *
 * A policy is bytes from outside: it is read within limits, and an unknown version, key, name or
 * value is an error with its place. Everything is in the arena.
 *
 * Judging is a function of the policy, the subject and the day. It is three-valued: what could not
 * be seen is open, never allowed. What is not there (no torch, no driver) breaks no rule.
 */
#ifndef GPUVET_POLICY_POLICY_H
#define GPUVET_POLICY_POLICY_H

#include "base/buf.h"
#include "facts/facts.h"
#include "image/recipe.h"
#include "knowledge/texts.h"
#include "rules/checks.h"

#define POLICY_LEN YAML_LEN /* bytes of a file */
#define POLICY_VERSION "1"
#define POLICY_RULES 128 /* rules, exceptions and groups of one policy */
#define POLICY_SAID 256  /* results of one kind, by one rule on one subject; no more are kept */
#define POLICY_SOON 30   /* days: an exception that ends within them is worth a note */

struct policy_words {
    struct str *items;
    size_t count, room;
};

/* A name that stands for hosts. */
struct policy_group {
    struct str name;
    struct policy_words hosts; /* patterns */
};

/* For whom something is: hosts of any of these groups and patterns, files of any of these patterns;
 * with neither, everybody. */
struct policy_scope {
    LIST(const struct policy_group *) groups;
    struct policy_words hosts, files;
};

struct policy_rule {
    struct str name, reason;
    unsigned line, column;
    const struct policy_key *key;
    struct policy_words items; /* what is allowed, or forbidden; never empty */
    struct policy_scope scope;
};

struct policy_exception {
    const struct policy_rule *rule;
    unsigned line, column;
    struct policy_scope scope;
    struct str reason, until;
    int32_t last_day; /* as policy_day() gives it */
};

struct policy {
    LIST(struct policy_group) groups;
    LIST(struct policy_rule) rules;
    LIST(struct policy_exception) exceptions;
};

/* What is wrong with a file, and where: a text with {word} and {near}, or libyaml's words. */
struct policy_error {
    unsigned line, column;
    enum text_id says;
    struct str word, near; /* `near`: what was probably meant, or may stand there */
};

/* 0; -EBADMSG or -E2BIG with *ret_error. */
int policy_read(struct arena *arena, struct str text, struct policy *ret,
                struct policy_error *ret_error);

const struct policy_group *policy_group_named(const struct policy *policy, struct str name);

/* A date, "2027-01-31", as days since 1970-01-01. -EBADMSG: it is none. */
int policy_day(struct str date, int32_t *ret);
struct str policy_date(struct arena *arena, int32_t day);

/*
 * What is judged: a stack, by its facts and what the rules say of them, or a file that describes an
 * image, by its statements and what the checks say of these.
 */
struct policy_subject {
    struct str name;                          /* as reports call it; a file's is its path */
    const struct policy_group *group;         /* that it is said to be of; NULL: by its name */
    const struct facts *facts;                /* NULL: a file */
    const struct judgement *judgement;        /* of the facts */
    const struct recipe *recipe;              /* of a file */
    const struct check_results *found, *open; /* in it */
};

enum policy_kind {
    POLICY_BROKEN,   /* not allowed */
    POLICY_EXPIRED,  /* an exception is over: not allowed either */
    POLICY_OPEN,     /* cannot be said */
    POLICY_EXCEPTED, /* not allowed, but for an exception */
    POLICY_ENDS,     /* an exception that ends soon */
};

struct policy_result {
    enum policy_kind kind;
    const struct policy_subject *subject;
    const struct policy_rule *rule;
    const struct policy_exception *exception; /* of EXPIRED, EXCEPTED and ENDS; else NULL */
    const struct policy_look *look;           /* where it was seen; NULL: by a cause, or a date */
    const struct recipe_facts *statement;     /* of a file: of which; NULL elsewhere */
    const struct rule *cause;                 /* of a stack, what the rules say; or NULL */
    const struct check *check;                /* of a file, what the checks say; or NULL */
    struct str fact, from;                    /* that was judged, and its origin; may be empty */
    struct missing missing;
    bool scope_open; /* whether the rule is for this subject cannot be said */
};

struct policy_results {
    struct policy_result *items;
    size_t count, room;
    size_t judged; /* rules that are for a subject, or may be */
};

/* Adds what there is to say of the subject, which must outlive the results. */
void policy_judge(struct arena *arena, const struct policy *policy,
                  const struct policy_subject *subject, int32_t today, struct policy_results *to);

/* How many are of this kind. */
size_t policy_count(const struct policy_results *results, enum policy_kind kind);

/*
 * A first policy, with comments: the rules that the subject, a stack, keeps. What it breaks, or
 * leaves open, stands there as a comment.
 */
void policy_draft(struct buf *buf, const struct policy_subject *subject, enum lang lang);

#endif
