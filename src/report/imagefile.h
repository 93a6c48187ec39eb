/* imagefile: what was found in a Dockerfile, a compose file or a devcontainer.json. */
#ifndef GPUVET_REPORT_IMAGEFILE_H
#define GPUVET_REPORT_IMAGEFILE_H

#include "base/buf.h"
#include "knowledge/texts.h"
#include "rules/checks.h"

struct imagefile_report {
    const struct check_results *found, *open;
    struct str file; /* as the user named it */
    enum lang lang;
    size_t columns;
    bool verbose;
};

/* How many of them are no remarks. */
size_t imagefile_faults(const struct check_results *found);

/* The first line is the answer; then every finding with its line, remarks behind. */
void report_imagefile_text(struct buf *buf, const struct imagefile_report *report);

/* The promised object with "findings", "remarks" and "undecided". */
void report_imagefile_json(struct buf *buf, const struct imagefile_report *report);

#endif
