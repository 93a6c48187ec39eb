/*
 * lock: what a lock asks for (lock/lock.h), and one difference between it and what is there.
 *
 * A lock is judged difference by difference: rows of knowledge/lock.toml read this layer beside the
 * facts of what is there. Without a lock, image_name is ABSENT, and the rest is not asked for.
 */
#ifndef GPUVET_FACTS_LOCK_H
#define GPUVET_FACTS_LOCK_H

#include "facts/field.h"

struct lock_facts {
    /* what the locked stack needs */
    struct fact_str architectures;  /* "sm_80 sm_90 compute_90": what torch has code for */
    struct fact_str capabilities;   /* of the GPUs that were there: "8.6 9.0"; ABSENT: none was */
    struct fact_str driver_because; /* what asks for driver_min: "runtime", "extensions", "ptx",
                                       "gpu" */
    struct fact_str driver_compat;  /* older branches, on which its forward-compatibility package
                                       runs: "535 550"; ABSENT: it has none */
    struct fact_str driver_last;    /* newest branch that supports its GPUs: "580"; ABSENT: every */
    struct fact_str driver_min;     /* oldest driver, or branch: "525.60.13"; ABSENT: none needed */
    struct fact_str libc_min;       /* oldest glibc: "2.28"; ABSENT: none is named */
    /* the image that it was made in or of */
    struct fact_str image_name, image_digest;
    struct fact_str image_digest_of; /* as container.image_digest_of */

    /* one difference */
    struct fact_str fact;      /* "driver.version", "torch.packages", or "hashes" */
    struct fact_str key;       /* of a list's item: "torchvision"; ABSENT: no list */
    struct fact_str member;    /* of that item: "version"; ABSENT: no list, or all of the item */
    struct fact_str was, now;  /* ABSENT: not there */
    struct fact_str step;      /* the first number of two versions that differs: "major", "minor",
                                  "patch", "build"; ABSENT: these are no versions */
    struct fact_bool newer;    /* now is the later version of the two */
    struct fact_str place;     /* where the item lies now; ABSENT: it has no path */
    struct fact_str uncovered; /* first GPU here for which the locked torch has no code: "sm_61" */
};

ROWS lock_fields[] = {
    FIELD(lock, architectures, "what the locked torch has code for"),
    FIELD(lock, capabilities, "compute capabilities of the GPUs that were there"),
    FIELD(lock, driver_because, "what asks for that driver: runtime, extensions, ptx or gpu"),
    FIELD(lock, driver_compat, "older branches that its compatibility package runs on"),
    FIELD(lock, driver_last, "the newest driver branch that supports the locked GPUs"),
    FIELD(lock, driver_min, "the oldest driver that the locked stack runs on"),
    FIELD(lock, libc_min, "the oldest glibc that the locked stack runs on"),
    FIELD(lock, image_name, "name of the locked image"),
    FIELD(lock, image_digest, "digest of the locked image"),
    FIELD(lock, image_digest_of, "what that is the digest of: manifest or configuration"),
    FIELD(lock, fact, "the fact that differs"),
    FIELD(lock, key, "the list's item that differs"),
    FIELD(lock, member, "what of that item differs"),
    FIELD(lock, was, "what is locked"),
    FIELD(lock, now, "what is there"),
    FIELD(lock, step, "the first number that differs: major, minor, patch or build"),
    FIELD(lock, newer, "whether what is there is the later version"),
    FIELD(lock, place, "where the item lies"),
    FIELD(lock, uncovered, "the first GPU that the locked torch has no code for"),
};

#endif
