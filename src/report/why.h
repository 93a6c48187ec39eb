/* why: how the loader finds a library, written for people or for programs. */
#ifndef GPUVET_REPORT_WHY_H
#define GPUVET_REPORT_WHY_H

#include "base/buf.h"
#include "knowledge/texts.h"
#include "loader/why.h"

/* Paths in it are a root's: without their leading slash. */
struct why_report {
    const struct why *why;       /* one library, or … */
    const struct why_file *file; /* … what a file needs; the other is NULL */
    struct str meant;            /* the copy that came with torch, where another wins; else empty */
    struct str near;             /* the name that was probably meant; else empty */
    struct str wanting; /* for want of which library torch cannot be imported; else empty */
    bool no_torch;      /* there is no torch that is known */
    struct str subject_kind, subject_name;
    enum lang lang;
    size_t columns;
};

/* The first line is the answer; then what led to it, and every path that was tried. */
void report_why_text(struct buf *buf, const struct why_report *report);

/* The promised object with its member "why", and a newline at its end. */
void report_why_json(struct buf *buf, const struct why_report *report);

/* How a look ended, in this language. */
struct str report_look_result(int result, enum lang lang);

#endif
