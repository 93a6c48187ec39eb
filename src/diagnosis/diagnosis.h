/*
 * diagnosis: one verdict out of many findings.
 *
 * Of the findings, those that another one explains (knowledge/precedence.toml) are its
 * consequences; the rest are causes of their own. The one in the lowest layer is the root and the
 * headline, the others are independent. With no finding the verdict is "healthy" only if every link
 * of the chain is known to work; else it is "undecided", and the open questions are the candidates.
 * A finding that is only "possible", the best guess for a message that several causes share, counts
 * where there is no better one, and is left out else.
 *
 * What a pasted text says was true of some machine at some time. So with a text, only a rule that
 * rests on a message may be certain, and none while another cause stands beside it.
 *
 * A finding is not called the cause while a rule that would explain it is undecided because looking
 * failed: then nothing is certain, and the verdict is "undecided" too.
 */
#ifndef GPUVET_DIAGNOSIS_DIAGNOSIS_H
#define GPUVET_DIAGNOSIS_DIAGNOSIS_H

#include "rules/rules.h"

enum verdict_state { STATE_HEALTHY, STATE_BROKEN, STATE_UNDECIDED, STATE_NOT_ENVIRONMENT };

enum role { ROLE_ROOT, ROLE_CONSEQUENCE, ROLE_INDEPENDENT };

struct command {
    struct str *words; /* argv */
    size_t count;
};

/* A remedy that is possible here, its commands filled in. plan/ sets it. */
struct remedy_offer {
    const struct remedy_way *way;
    LIST(struct command) commands;
    struct command check; /* shows whether it worked; empty: a fact for it is not known */
};
struct remedy_offers {
    struct remedy_offer *items; /* as LIST_ADD() wants it */
    size_t count, room;
};

struct diagnosed {
    const struct finding *finding;
    enum role role;
    enum certainty certainty;                /* the rule's, or less: see below */
    LIST(const struct diagnosed *) explains; /* its consequences */
    struct remedy_offers remedies;
};

struct chain_link {
    const struct link *link;
    enum link_state state;
    const struct link_case *text; /* what to say of it; NULL: nothing is known */
};

struct verdict {
    enum verdict_state state;
    struct str cause; /* slug; empty when undecided */
    enum certainty certainty;
    const struct healthy *healthy;   /* what it rests on, and says; NULL: not healthy */
    const struct diagnosed *root;    /* NULL where no finding is the cause */
    LIST(struct diagnosed) findings; /* the root first, then consequences, then independent ones */
    struct remedy_offers next;       /* where no finding is the cause: what is to be done then */
    LIST(const struct open_question *) undecided; /* likeliest first */
    LIST(struct chain_link) chain;
    const struct facts *facts;
};

void diagnose(struct arena *arena, const struct facts *facts, const struct judgement *judgement,
              struct verdict *ret);

/* Promised names and codes. */
const char *verdict_state_name(enum verdict_state state);
const char *certainty_name(enum certainty certainty);
const char *role_name(enum role role);
const char *link_state_name(enum link_state state);

/* 0 healthy or not the environment, 1 broken, 2 undecided. */
int verdict_exit_code(const struct verdict *verdict);

#endif
