/* place: where a statement of a recipe stands, and what is known there. Only for this folder. */
#ifndef GPUVET_IMAGE_PLACE_H
#define GPUVET_IMAGE_PLACE_H

#include "format/shell.h"
#include "image/recipe.h"
#include "knowledge/image_names.h"

struct place {
    struct arena *arena;
    struct recipe *recipe;
    struct str file; /* as origins call it */
    struct docker_scope scope;

    struct str stage;           /* its name; empty: none */
    struct str platform;        /* "linux/arm64"; empty: not said */
    enum fact_state base_state; /* UNKNOWN: given when it is built. ABSENT: from nothing */
    struct str base;
    struct image_name name; /* of the base, where it is a reference */
    bool musl;
    struct fact_bool root; /* whether it runs as root; UNKNOWN: the base decides */
    struct str torch_tool, torch_tag, torch_version; /* of the torch that was installed; or empty */
    bool jupyter_configured;                  /* a configuration file of its own was written */
    struct shell_command entrypoint, command; /* what is started */
    unsigned started_at;                      /* line of the last of both; 0: neither is there */
};

/* A place of its own in the same file: everything but the file is empty. */
struct place place_new(struct arena *arena, struct recipe *recipe, struct str file);

/* Reads the image that it starts from: a reference whose variables are filled in, or not. */
void place_set_base(struct place *place, struct str reference, bool known);

/* A new statement, with what is known at this place; the rest of it is ABSENT. */
struct recipe_facts *place_add(struct place *place, unsigned line, const char *kind,
                               struct str name, struct str value);

/* A fact of a statement, with the statement's origin. */
void place_str(struct recipe_facts *facts, struct fact_str *fact, struct str value);
void place_bool(struct recipe_facts *facts, struct fact_bool *fact, bool value);

/* "ENV name=value": also that name in the scope. */
void place_env(struct place *place, unsigned line, struct str name, struct str value, bool known);

/* The file's line at an offset of the text in which commands stand. */
struct place_lines {
    const struct docker_instruction *instruction; /* NULL: all of it is at `line` */
    unsigned line;
};
unsigned place_line(const struct place_lines *lines, size_t offset);

/* Every command of a shell's text: what it installs, and what it does to sshd. */
void place_run(struct place *place, const struct place_lines *lines, struct str text);
void place_run_command(struct place *place, const struct place_lines *lines,
                       const struct shell_command *command);

/* What installs packages (installs.c): false where the command is no such. */
bool place_install(struct place *place, const struct place_lines *lines,
                   const struct shell_command *command);

/* What is started in the end: a statement where it is Jupyter, NULL where it is not. */
struct recipe_facts *place_start(struct place *place);

/* The words of a command in either form. */
void place_words(struct place *place, struct str text, bool json, struct shell_command *ret);

/* Whether the path is one of a driver's files. */
bool place_is_driver_file(struct str path);

int recipe_of_dockerfile(struct place *place, struct str text, struct docker_error *ret_error);
void recipe_of_compose(struct place *place, const struct yaml *top);
void recipe_of_devcontainer(struct place *place, const struct yaml *top);

#endif
