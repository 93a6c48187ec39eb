/*
 * rules: what people write in knowledge/rules/, remedies/, advice.toml, chain.toml, steps.toml and
 * precedence.toml, as const rows. Conditions are trees of nodes in one array; what they mean stands
 * in rules/rules.h.
 */
#ifndef GPUVET_KNOWLEDGE_RULES_H
#define GPUVET_KNOWLEDGE_RULES_H

#include "base/str.h"
#include "knowledge/lang.h"

enum expr_kind {
    EXPR_AND, /* left, right */
    EXPR_OR,
    EXPR_NOT,     /* left */
    EXPR_COMPARE, /* left, operator, right */
    EXPR_FACT,    /* text: its name */
    EXPR_TEXT,    /* text */
    EXPR_NUMBER,  /* number */
    EXPR_BOOL,    /* number: 0 or 1 */
    EXPR_PRESENT, /* text: a fact's name */
    EXPR_ABSENT,
    EXPR_DENIED,
    EXPR_ANY, /* text: a list's name; left: condition on an item */
    EXPR_ALL,
    EXPR_COUNT,
};

enum comparison {
    COMPARE_EQUAL,
    COMPARE_UNEQUAL,
    COMPARE_LESS, /* numbers, or versions number by number */
    COMPARE_AT_MOST,
    COMPARE_GREATER,
    COMPARE_AT_LEAST,
    COMPARE_IN,     /* left is one of the words of right */
    COMPARE_HAS,    /* left contains right */
    COMPARE_STARTS, /* left starts with right */
};

struct expr {
    enum expr_kind kind : 8;
    enum comparison comparison : 8;
    uint16_t left, right; /* positions of nodes */
    struct str text;
    int64_t number;
};

/* Rows `start` to `start + count` of the array that the member's comment names. */
struct range {
    unsigned start, count;
};

enum certainty { CERTAINTY_POSSIBLE, CERTAINTY_LIKELY, CERTAINTY_CERTAIN };

struct rule {
    struct str slug;       /* a cause */
    unsigned when;         /* node */
    struct range evidence; /* words: names of facts, what proves it first */
    enum certainty certainty;
    struct str headline[LANG_COUNT]; /* with {facts} */
    struct str source;
};

enum needs { NEEDS_SAFE = 1, NEEDS_ROOT = 2, NEEDS_REBOOT = 4, NEEDS_HARDWARE = 8 };

/* How a remedy is carried out on one distribution, by one package manager, one container engine. */
struct remedy_way {
    unsigned when;                /* node */
    struct str place[LANG_COUNT]; /* whose way it is, for a list of all: "Fedora"; may be empty */
    struct str title[LANG_COUNT]; /* with {facts} */
    struct range commands;        /* ranges of words: each an argv with {facts} */
    struct str install;           /* or plan/install.h makes them: for this tool; else empty */
    bool current;                 /* ... of the installed build, not of the one that fits */
    struct range check;           /* words: an argv that shows whether it worked */
    unsigned needs;               /* enum needs */
    struct str source;
};

/*
 * What can be done about a cause. It is offered where `when` is certainly true and `unless` is not,
 * by the first of its ways whose condition is certainly true and whose facts are known. A word of a
 * command that begins with '?' is left out where its facts are not known.
 */
struct remedy {
    struct str name;
    struct range causes;   /* words: slugs */
    unsigned when, unless; /* nodes */
    struct range ways;
};

/* What a person should know about a cause, whatever the facts. */
struct advice {
    struct str cause;
    struct str arises[LANG_COUNT]; /* how it comes about */
    struct str apart[LANG_COUNT];  /* how to tell it from its neighbours */
    struct str avoid[LANG_COUNT];  /* what not to do */
    bool warn;                     /* people usually do that: reports say it, too */
    struct str source;
};

enum link_state { LINK_OK, LINK_BROKEN, LINK_NOT_REACHED, LINK_UNKNOWN, LINK_ABSENT };

/* A link of the chain says what its first case says whose condition is true. */
struct link_case {
    unsigned when; /* node */
    enum link_state state;
    struct str text[LANG_COUNT]; /* with {facts} */
};

struct link {
    struct str layer; /* "hardware" */
    struct str title[LANG_COUNT];
    struct range
        doors; /* words: the doors ("ssh") of which it is a link; none: of the GPU's chain */
    struct range after; /* words: links that must work before this one is reached */
    struct range cases; /* link cases */
};

/* How a person sees it without gpuvet. */
struct by_hand {
    unsigned when;                /* node */
    struct range command;         /* words: an argv with {facts} */
    struct str shows[LANG_COUNT]; /* what there is to see */
};

/* A question of `--steps`: answered by links of the chain, or by cases of its own. */
struct step_row {
    struct str question[LANG_COUNT];
    struct range links; /* words: layers */
    struct range cases; /* link cases */
    struct range read;  /* words: names of facts */
    struct range hands; /* by_hand rows: the first that is true counts */
};

/* What a verdict without a finding says of itself: the first row whose condition is true. */
struct healthy {
    unsigned when;      /* node */
    struct range links; /* words: the links that must hold; none: all of the chain */
    enum certainty certainty;
    struct str headline[LANG_COUNT]; /* with {facts} */
};

/* What may be wrong with one statement of a file that describes an image; `when` reads the layer
 * recipe (facts/recipe.h). */
struct check {
    struct str name;       /* its own: "alpine-torch" */
    struct str slug;       /* a cause; of a remark it may be empty */
    unsigned when;         /* node */
    struct range evidence; /* words: names of facts */
    enum certainty certainty;
    bool remark; /* worth knowing, and nothing is broken by it */
    struct str headline[LANG_COUNT], advice[LANG_COUNT]; /* with {facts} */
    struct str source;
};

/* What a difference from a lock means; `when` reads the layer lock (facts/lock.h) beside the facts
 * of what is there. The first row that is not false counts. */
enum lock_meaning {
    LOCK_ALLOWED,
    LOCK_BREAKS,
    LOCK_SAID, /* another difference says it */
};
struct lock_row {
    struct str name; /* "driver-in-range" */
    unsigned when;   /* node */
    enum lock_meaning meaning;
    struct str text[LANG_COUNT]; /* with {facts} */
    struct str source;
};

enum policy_form {
    POLICY_PATTERNS, /* of the value, with * and ? */
    POLICY_VERSIONS, /* PEP 440 specifiers */
    POLICY_IMAGES,   /* references, with * and ? in their parts */
    POLICY_CAUSES,   /* patterns of causes, none of which may be there */
    POLICY_STATES,   /* names of states, none of which may be there */
};

/* Where a policy looks, and what it says of what it may not like. */
struct policy_look {
    struct str state; /* of POLICY_STATES: its name */
    bool statement;   /* it reads the layer recipe; else a stack's facts */
    unsigned when;    /* node: whether there is anything to see; of a state, whether it is there */
    struct str fact;  /* whose value is judged; of a state, whose origin tells the place */
    bool needed;      /* where it is absent nothing can be said */
    bool is_cuda;     /* "12.4", which is judged as the tag "cu124" */
    struct str says[LANG_COUNT]; /* with {facts} */
};

/* What a rule of a policy can be about. */
struct policy_key {
    struct str name; /* "cuda-tags" */
    enum policy_form form;
    struct range looks; /* policy_look rows */
};

/* Where both are found, the one explains the other, which becomes its consequence. */
struct precedence {
    struct str cause, explains;
};

const struct expr *rule_node(unsigned at);
struct str rule_word(struct range range, unsigned at);      /* of a range of words */
struct range rule_command(struct range range, unsigned at); /* of a range of ranges */
const struct link_case *rule_case(struct range range, unsigned at);
const struct remedy_way *rule_way(struct range range, unsigned at);
const struct by_hand *rule_by_hand(struct range range, unsigned at);

/* NULL past the end. */
const struct rule *rule_at(size_t at);
const struct remedy *remedy_at(size_t at);
const struct link *link_at(size_t at);
const struct precedence *precedence_at(size_t at);
const struct healthy *healthy_at(size_t at);
const struct step_row *step_at(size_t at);
const struct check *check_at(size_t at);
const struct lock_row *lock_row_at(size_t at);
const struct policy_key *policy_key_at(size_t at);
const struct policy_look *policy_look(const struct policy_key *key, unsigned at);

bool remedy_is_for(const struct remedy *remedy, struct str cause);
const struct advice *advice_for(struct str cause); /* NULL: there is none */
bool cause_explains(struct str cause, struct str other);

#endif
