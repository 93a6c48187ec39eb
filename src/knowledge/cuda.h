/*
 * cuda: CUDA releases, and the drivers that they need.
 *
 * Two numbers are easily confused. The driver that a release was bundled with is not the driver
 * that it needs: from CUDA 11 on, a runtime runs on every driver from its major version's minimum
 * on ("minor-version compatibility"), except for PTX that is newer than the driver (error 222).
 * CUDA 10 and older need the bundled driver or a newer one. And the "CUDA Version" that nvidia-smi
 * prints is the newest CUDA that the driver knows, not an installed toolkit, nor a limit within the
 * same major version.
 */
#ifndef GPUVET_KNOWLEDGE_CUDA_H
#define GPUVET_KNOWLEDGE_CUDA_H

#include "knowledge/table.h"

/* Which tables to search: NULL is the program's own (knowledge/newer.h). */
struct knowledge;

struct cuda_release {
    struct str version; /* "12.4.1" */
    unsigned major, minor;
    struct str release;            /* "12.4 Update 1"; may be empty */
    struct str bundled_driver;     /* Linux driver in its installer; empty: none, or not known */
    struct str notes_driver;       /* Linux driver in the release notes' table; may be empty */
    struct str min_driver;         /* by minor-version compatibility, Linux; empty before CUDA 11 */
    struct str min_driver_windows; /* the same for the Windows driver, which WSL 2 uses */
    struct str cudart_soname;      /* "libcudart.so.12" */
    enum basis soname_basis;
    struct str note;
    struct str source;
};

/* By rising version. False past the end. */
bool cuda_release_at(const struct knowledge *knowledge, size_t at, struct cuda_release *ret);

/* The newest update of CUDA major.minor; false where the table has none. */
bool cuda_release_find(const struct knowledge *knowledge, unsigned major, unsigned minor,
                       struct cuda_release *ret);

/* What a CUDA runtime needs of the driver. */
struct cuda_requirement {
    struct str driver;         /* the oldest Linux driver: "525.60.13", or a bare branch, "580" */
    struct str driver_windows; /* the oldest Windows driver; empty before CUDA 11 */
    bool minor_compatibility;  /* whether it is the major version's minimum */
    enum basis basis;          /* DERIVED where the table has the major version only */
    struct str source;
};

/* The newest driver that some update of a CUDA ("13.0") came with. False where none is known. */
bool cuda_bundled_driver(const struct knowledge *knowledge, struct str minor, struct str *ret);

/*
 * For a runtime of CUDA major.minor. An unknown minor version of a known major from 11 on needs
 * what the newest known one does. False where nothing is known: never a sign that a driver is too
 * old.
 */
bool cuda_driver_needed(const struct knowledge *knowledge, unsigned major, unsigned minor,
                        struct cuda_requirement *ret);

/* For the newest release of a major version; false before CUDA 11, where that says nothing. */
bool cuda_driver_needed_by_major(const struct knowledge *knowledge, unsigned major,
                                 struct cuda_requirement *ret);

/* The newest CUDA that a Linux driver knows: what nvidia-smi prints as its CUDA version. */
struct cuda_support {
    unsigned major, minor;
    bool same_branch;  /* a release was bundled with this very branch: else the driver may know a
                          newer CUDA than said here, never an older one */
    enum basis basis;  /* DERIVED: from the drivers that releases were bundled with */
    struct str source; /* of the release */
};

/* False where the version has no branch, or one older than CUDA 9's. */
bool cuda_newest_for_driver(const struct knowledge *knowledge, struct str driver,
                            struct cuda_support *ret);

/* Driver versions, number by number: <0, 0 or >0. "580" stands before "580.65.06". */
int driver_version_compare(struct str a, struct str b);

#endif
