/* machine_reader: what the files that read descriptions share. See machine.h for the format. */
#ifndef GPUVET_TESTS_MACHINE_READER_H
#define GPUVET_TESTS_MACHINE_READER_H

#include "lib/machine.h"
#include "root/tree.h"

struct parameter {
    struct str name, value;
};

/* A description that is being read; included ones see the parameters of the outer one, too. */
struct page {
    const struct page *outer;
    struct str name;
    unsigned line;
    struct str folder; /* that its relative paths lie below */
    LIST(struct parameter) parameters;
};

struct reader {
    struct arena *arena;
    struct root *library;
    struct tree *tree;
    struct root *so_far; /* the tree, for links that lead elsewhere */
    struct page *page;
    LIST(struct str) variables;
    LIST(struct fact_line) told;
    LIST(uint32_t) groups;
    struct eyes eyes;
    struct machine_answers answers;
    struct str why;
};

/* One line: its words after the first, and the block beneath it. */
struct statement {
    struct str rest;
    struct str block;
};

/* Notes why the line cannot be read; always -EBADMSG. */
__attribute__((format(printf, 2, 3))) int reader_fail(struct reader *reader, const char *format,
                                                      ...);

/* The next word, unescaped; false, and noted, where there is none. `what` names it. */
bool reader_word(struct reader *reader, struct str *rest, const char *what, struct str *ret);

/* The next word as a path of the tree: below the page's folder, links above its end resolved. */
bool reader_path(struct reader *reader, struct str *rest, struct str *ret);
struct str reader_place(struct reader *reader, struct str path);

/* Adds a node by its place. */
void reader_add(struct reader *reader, struct str place, struct node node, struct str content);
void reader_add_file(struct reader *reader, struct str place, struct str content);
void reader_add_link(struct reader *reader, struct str place, struct str target);

/* Reads a number of an attribute. */
int reader_number(struct reader *reader, struct str text, unsigned base, uint64_t *ret);

/* "x86_64" or "aarch64" as ELF's number. */
int reader_architecture(struct reader *reader, struct str name, unsigned *ret);

/* What reads a line, by its first word; NULL where there is no such line. */
typedef int (*statement_reader)(struct reader *reader, struct statement *statement);
statement_reader node_statement(struct str word);     /* machine_nodes.c: one node each */
statement_reader compound_statement(struct str word); /* machine_compounds.c: several */

#endif
