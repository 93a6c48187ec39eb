/* templates: the files that `gpuvet image new` writes, from knowledge/image/. */
#ifndef GPUVET_KNOWLEDGE_TEMPLATES_H
#define GPUVET_KNOWLEDGE_TEMPLATES_H

#include "base/str.h"

/* For which images a line is: "@jupyter ", "@ssh ", "@server " (either of both), "@plain "
 * (neither), "@alone " (SSH without Jupyter), "@verify " (with a copy of gpuvet). */
enum template_part {
    PART_ALWAYS,
    PART_JUPYTER,
    PART_SSH,
    PART_SERVER,
    PART_PLAIN,
    PART_ALONE,
    PART_VERIFY
};

struct template_line {
    enum template_part part;
    struct str text; /* with %NAMES% */
};

enum template_id { TEMPLATE_DOCKERFILE, TEMPLATE_COMPOSE, TEMPLATE_START, TEMPLATE_COUNT };

struct template
{
    struct str name; /* of the file: "Dockerfile" */
    const struct template_line *lines;
    unsigned count;
};

const struct template *template_of(enum template_id id);

#endif
