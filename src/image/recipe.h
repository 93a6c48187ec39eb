/*
 * recipe: a file that describes an image or a container, as facts, statement by statement.
 *
 * A Dockerfile, a compose file or a devcontainer.json; which one, its name and its content tell.
 * Nothing is judged here: knowledge/imagefile.toml does that.
 */
#ifndef GPUVET_IMAGE_RECIPE_H
#define GPUVET_IMAGE_RECIPE_H

#include "facts/facts.h"
#include "format/dockerfile.h"
#include "format/yaml.h"

#define RECIPE_LEN (1u << 20)  /* bytes of a file */
#define RECIPE_STATEMENTS 8192 /* further ones are dropped */

struct recipe {
    struct str format; /* "dockerfile", "compose", "devcontainer" */
    struct recipe_facts *items;
    size_t count, room;
};

/* Why a file cannot be read, and where. */
struct recipe_error {
    bool is_docker; /* `docker` says it, else `yaml` */
    struct docker_error docker;
    struct yaml_error yaml;
};

/* `name` is what origins call the file. 0; -EBADMSG or -E2BIG with *ret_error. */
int recipe_read(struct arena *arena, struct str name, struct str text, struct recipe *ret,
                struct recipe_error *ret_error);

#endif
