/* policy: what a policy says of its subjects, for people, for programs, and as SARIF. */
#ifndef GPUVET_REPORT_POLICY_H
#define GPUVET_REPORT_POLICY_H

#include "base/json.h"
#include "policy/policy.h"

struct policy_report {
    const struct policy *policy;
    const struct policy_results *results;
    struct str file;           /* of the policy, as the user named it */
    struct str kind, name;     /* of the subject */
    const struct facts *facts; /* of a stack; NULL: files were judged */
    struct str date;           /* the day by which exceptions were judged */
    enum lang lang;
    size_t columns;
    bool verbose; /* exceptions that cover something, too */
};

/* The first line is the answer; then every finding with its place, then what is open, then notes.
 */
void report_policy_text(struct buf *buf, const struct policy_report *report);

/* The promised object, with "policy", "findings", "notes", "undecided" and the facts. */
void report_policy_json(struct buf *buf, const struct policy_report *report);

/*
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html): findings as
 * errors, open questions of kind "open", notes of level "note". A finding in a file is located
 * there, with the rule beside it; one of a stack at the policy's rule.
 */
void report_policy_sarif(struct buf *buf, const struct policy_report *report);

/* --- what the three share ------------------------------------------------------------------ */

/* Whether something is not allowed; else, whether something is open. */
size_t report_policy_faults(const struct policy_report *report);
size_t report_policy_open(const struct policy_report *report);

/* The answer in one sentence; what a result says, not escaped: in one, and all of it. */
struct str report_policy_headline(struct arena *arena, const struct policy_report *report);
struct str report_policy_says(struct arena *arena, const struct policy_report *report,
                              const struct policy_result *result);
struct str report_policy_missing(struct arena *arena, const struct policy_report *report,
                                 const struct policy_result *result);

/* "cu124, cu126"; empty where the rule allows nothing by name. */
struct str report_policy_allowed(struct arena *arena, const struct policy_result *result);

struct str report_policy_reason(const struct policy_result *result);

/* The line of the policy that it rests on. */
unsigned report_policy_line(const struct policy_result *result);

#endif
