/*
 * image_names: what the name of an image tells, by the conventions of known publishers
 * (knowledge/image_names.toml).
 */
#ifndef GPUVET_KNOWLEDGE_IMAGE_NAMES_H
#define GPUVET_KNOWLEDGE_IMAGE_NAMES_H

#include "format/image_reference.h"
#include "knowledge/rules.h"
#include "knowledge/table.h"

/* One form that a publisher's tags have. */
struct image_tag {
    struct str pattern;     /* "{torch}-cuda{cuda}-cudnn{cudnn}-{flavour=runtime|devel}" */
    struct str accelerator; /* "cuda", "rocm", "cpu" */
    struct str flavour;     /* "devel", where the tag does not say it; may be empty */
    unsigned parts;         /* how many parts the first number has; 0: any number of them */
    struct range known;     /* tags that were seen */
    enum answer torch, jupyter, ssh; /* whether the image has it */
};

struct image_publisher {
    struct str name;  /* "docker.io/pytorch/pytorch" */
    struct str shown; /* as people write it: "pytorch/pytorch" */
    struct str says[LANG_COUNT];
    struct range tags; /* image_tag rows: the first that fits counts */
    struct str source;
};

/* "cuda" and "12.1": what a part of the tag says. */
struct image_field {
    struct str name, value;
};
#define IMAGE_FIELDS 8

struct image_name {
    struct image_reference reference;
    const struct image_publisher *publisher; /* NULL: none that is known */
    const struct image_tag *tag;             /* NULL: no form of the publisher's fits */
    bool seen;                               /* the very tag was */
    struct image_field fields[IMAGE_FIELDS];
    size_t field_count;
    struct str near; /* where no form fits, the tag that was seen and is nearest; may be empty */
};

/* NULL past the end. */
const struct image_publisher *image_publisher_at(size_t at);

/* Reads a reference. Of one without a tag "latest" is meant, but of a digest alone no tag is. */
void image_name_read(const struct image_reference *reference, struct image_name *ret);

/* What the tag says of "cuda", "torch", "flavour"; empty where it says nothing. */
struct str image_name_field(const struct image_name *name, const char *field);

/* The oldest driver for a CUDA: "12.1.1", or only its major version, "12"; and for that of the tag.
 * Empty: not known. */
struct str image_cuda_driver(struct str cuda);
struct str image_name_driver(const struct image_name *name);

/*
 * Whether `tag` is a later one of the same line: all but its numbers is the same, each number has
 * as many parts, and the first that differs is greater. What names the system, the architecture or
 * the Python must be the same, too. *ret then is what the tag says.
 */
bool image_name_later(const struct image_name *name, struct str tag, struct image_name *ret);

#endif
