/* updates: what registries have newer of the images that a file names, and which hosts may take it.
 */
#ifndef GPUVET_REPORT_UPDATES_H
#define GPUVET_REPORT_UPDATES_H

#include "base/buf.h"
#include "knowledge/texts.h"
#include "plan/image_fit.h"

struct update_host {
    struct str name;
    const struct facts *facts;
};
struct update_hosts {
    struct update_host *items;
    size_t count, room;
};

/* A newer image of the same line. */
struct newer_image {
    struct image_name name;
    struct str cuda;        /* what its variables say; empty: they were not asked for, or do not */
    struct image_fit *fits; /* one a host */
};

enum update_state {
    UPDATE_CURRENT, /* nothing moved under the name */
    UPDATE_MOVED,   /* the tag names another image than the pinned digest */
    UPDATE_OPEN,    /* it was asked for without a digest that could be compared, or without a tag */
    UPDATE_UNKNOWN  /* the registry did not answer, or the name is given only when it is built */
};

struct image_update {
    struct str reference, from; /* as written, and where: "Dockerfile:3" */
    struct image_name name;
    enum update_state state;
    struct str pinned, digest;      /* may be empty */
    struct str why;                 /* of UNKNOWN; not escaped */
    LIST(struct newer_image) newer; /* the latest first */
    size_t newer_count;             /* how many there are in all */
};
struct image_updates {
    struct image_update *items;
    size_t count, room;
};

struct updates_report {
    const struct image_updates *updates;
    const struct update_hosts *hosts;
    struct str files; /* their names */
    enum lang lang;
    size_t columns;
};

void report_updates_text(struct buf *buf, const struct updates_report *report);

/* The promised object with its member "updates". */
void report_updates_json(struct buf *buf, const struct updates_report *report);

#endif
