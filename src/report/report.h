/*
 * report: one verdict, written for people or for programs. Reads only.
 *
 * Everything that comes from what was examined is escaped on the way out (base/text.h).
 */
#ifndef GPUVET_REPORT_REPORT_H
#define GPUVET_REPORT_REPORT_H

#include "diagnosis/diagnosis.h"
#include "knowledge/texts.h"
#include "plan/steps.h"
#include "transcript/transcript.h"
#include "verify/verify.h"

struct report {
    const struct verdict *verdict;
    const struct verification *verification; /* NULL: nothing was verified */
    const struct quotes *quotes;             /* lines of a text; NULL: there is none */
    const struct walk *walk;                 /* the chain step by step; NULL: as a chain */
    struct str subject_kind; /* "machine", "process", "directory", "image", "facts", "text", "door" */
    struct str subject_name;
    enum lang lang;
    size_t columns; /* of the terminal; 80 where there is none */
    bool colour;
    bool verbose; /* every fact, too */
};

/* The text of a verdict: headline, chain, what to do, evidence. */
void report_text(struct buf *buf, const struct report *report);

/* The start of every JSON object that is promised: its bracket, "schema", "program", "subject". */
void report_json_open(struct json *json, struct str subject_kind, struct str subject_name);

/* The promised JSON object, with a newline at its end. */
void report_json(struct buf *buf, const struct report *report);

/* A fact as an item of "evidence": nothing where it is not known. A command as an argv. */
void report_evidence_json(struct json *json, const struct report *report, struct str name);
void report_command_json(struct json *json, const char *key, const struct command *command);

/* A sentence of ours with its {names} filled from pairs: "word", value, …, NULL. */
struct str report_fill(struct arena *arena, struct str text, ...);

/* The headline of the verdict in the report's language, not escaped. */
struct str report_headline(struct arena *arena, const struct report *report);

/* "root, reboot": what a remedy needs, for people; and the member "needs" for programs. */
struct str report_needs(struct arena *arena, unsigned needs, enum lang lang);
void report_needs_json(struct json *json, unsigned needs);

/* Why a fact is missing, in the report's language. */
struct str report_why_missing(struct arena *arena, const struct report *report, struct str fact);

#endif
