/*
 * metadata: what an installed package says of itself.
 *
 * METADATA of a .dist-info and PKG-INFO of an egg hold mail headers ("Name: torch"), an empty line,
 * and a description that may be long
 * (https://packaging.python.org/en/latest/specifications/core-metadata/). WHEEL beside it has the
 * same form. So it is enough to read the start of the file, and to say so. Views point into the
 * text given.
 */
#ifndef GPUVET_FORMAT_METADATA_H
#define GPUVET_FORMAT_METADATA_H

#include "base/str.h"

#define METADATA_HEADERS 10000 /* headers of one file; more is -E2BIG */

struct header {
    struct str name;
    struct str value; /* trimmed; a folded one still has its line breaks */
};

/*
 * Takes the next header off *rest. True; false at the empty line, where *rest is then the
 * description, or at the end. Lines that are no header are passed over.
 */
bool header_next(struct str *rest, struct header *ret);

struct metadata {
    struct str headers; /* all of them, for metadata_requires() and header_next() */
    struct str name;    /* as written: compare with package_eq() */
    struct str version;
    struct str requires_python; /* specifiers, or empty */
    bool complete; /* false: `text` was cut before the end of the headers, read more of the file */
};

/*
 * `cut`: the text is only the start of the file. A line that was cut is then left out.
 * -EBADMSG: no Name or no Version in a complete one. -ENODATA: the same where it was cut. -E2BIG.
 */
int metadata_parse(struct str text, bool cut, struct metadata *ret);

/* Takes the next Requires-Dist off *rest, which begins as metadata->headers. False at the end. */
bool metadata_requires(struct str *rest, struct str *ret);

/* Which Pythons, ABIs and platforms a wheel was built for; each may be several, "a.b". */
struct wheel_tag {
    struct str python;   /* "cp311" */
    struct str abi;      /* "cp311", "abi3", "none" */
    struct str platform; /* "manylinux_2_17_x86_64.manylinux2014_x86_64", "any" */
};

/* "cp311-cp311-linux_x86_64". 0 or -EBADMSG. */
int wheel_tag_parse(struct str text, struct wheel_tag *ret);

/* Takes the next Tag of a WHEEL file off *rest. False at the end. Malformed ones are left out. */
bool wheel_tag_next(struct str *rest, struct wheel_tag *ret);

/* Root-Is-Purelib. 0, -EBADMSG (neither true nor false), -ENOENT. */
int wheel_is_pure(struct str text, bool *ret);

#endif
