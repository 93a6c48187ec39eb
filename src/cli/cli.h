/*
 * cli: the command line. Only this folder prints and picks exit codes.
 *
 * A command is a row of the table in main.c and a file; help, and the check of what it accepts,
 * come from the rows.
 */
#ifndef GPUVET_CLI_CLI_H
#define GPUVET_CLI_CLI_H

#include "base/child.h"
#include "knowledge/texts.h"

/* sysexits.h has these numbers, too. */
enum exit_code {
    EXIT_GOOD = 0,
    EXIT_CAUSE = 1,
    EXIT_UNDECIDED = 2,
    EXIT_WRONG_USAGE = 64,
    EXIT_NO_INPUT = 66,
    EXIT_INTERNAL = 70,
    EXIT_NO_OUTPUT = 73,
};

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* Arguments in the order in which they were given. */
struct word_list {
    struct str *items;
    size_t count, room; /* for LIST_ADD */
};

#define PORTS 2 /* --port of a run with two doors */

/* What the user asked for. Empty views: not given. */
struct options {
    const struct command_row *command;
    struct str python, environment, root, facts, image, container, engine, pod, snapshot;
    struct str output;  /* of snapshot, lock and policy init: where to */
    struct str commit;  /* of snapshot: the tag of the image that the container becomes */
    struct str restore; /* of snapshot: what is to be rebuilt */
    struct str lock;    /* of lock --verify: the lock */
    struct str word;    /* what a command that takes words was given, with a blank between them */
    struct word_list words;                 /* the same, each apart */
    struct word_list gpus, hosts, files;    /* --gpu, --host, --requirement, in their order */
    struct str driver, platform, knowledge; /* of plan */
    struct str host;                        /* facts of the machine that is meant */
    struct str name, bind, shm_size;        /* of run */
    struct word_list mounts, options;
    uint16_t ports[PORTS]; /* in their order */
    size_t port_count;
    int pid;
    int device; /* of verify: 1 + the GPU's ordinal; 0: every GPU */
    enum lang lang;
    enum colour colour;
    bool json, verbose, quiet, help, version;
    bool no_driver, quick, thorough;
    bool list, with_machine, matrix, steps;
    bool text, no_redact;              /* of snapshot */
    bool dry_run;                      /* of run */
    bool start_kernel;                 /* of access */
    bool jupyter, ssh, compose, force; /* of image new */
    struct str group, date;            /* of policy */
    bool sarif;
};

/* Which commands an option is for. */
enum command_bit {
    OF_CHECK = 1,
    OF_VERIFY = 2,
    OF_EXPLAIN = 4,
    OF_WHY = 8,
    OF_PLAN = 16,
    OF_SNAPSHOT = 32,
    OF_DIFF = 64,
    OF_ACCESS = 128,
    OF_IMAGE = 256,
    OF_LOCK = 512,
    OF_RUN = 1024,
    OF_POLICY = 2048,
    OF_ALL = 4095,
    OF_STACK = OF_ALL & ~(OF_ACCESS | OF_RUN) /* they look at an environment */
};

/* What may follow a command's name: nothing; one word or two, which must; any number. */
enum words { WORDS_NONE, WORDS_ONE, WORDS_TWO, WORDS_ANY };

struct command_row {
    const char *name;
    enum command_bit bit;
    enum words takes;
    const char *word; /* "LIBRARY": what it takes, for help; NULL: nothing */
    enum text_id does;
    int (*run)(struct arena *arena, const struct options *options);
};

/* The commands; the first is the default. Ends with a row without a name. */
extern const struct command_row cli_commands[];

/*
 * Reads the command line. 0, or -EINVAL with one line that says what was wrong in *ret_wrong. The
 * language is set in either case.
 */
int options_read(struct arena *arena, int argc, char *const *argv, struct options *ret,
                 struct str *ret_wrong);

/* One option, for help. */
struct option_row {
    const char *name;  /* "--python" */
    const char *brief; /* "-v", or NULL */
    const char *value; /* "PATH", or NULL */
    unsigned of;       /* enum command_bit */
    enum text_id does;
};
const struct option_row *option_at(size_t at);

/* Writes all of it to standard output: EXIT_GOOD or EXIT_NO_OUTPUT. */
int print(struct arena *arena, enum lang lang, struct str text);

/* One line to standard error. */
void complain(struct str line);

/*
 * A line on standard error that a running wait rewrites, and progress_end() takes away: only where
 * that is a terminal, and only after a second. `text` has {seconds} in it.
 */
struct progress {
    struct arena *arena;
    struct str text;
    const struct child *newest;
    enum lang lang;
    bool shown;
};
/* Ticks every second with the seconds in `text`, or, with `newest` given, every fifth of one with
 * the name of the step that the child `newest` is at as {step}. */
struct child_watch progress_watch(struct progress *progress);
void progress_show(struct progress *progress, struct str line);
/* Shows how much of a whole is done, as {percent}, each time it is called. `context` is a struct
 * progress. */
void progress_part(void *context, uint64_t done, uint64_t all);
void progress_end(struct progress *progress);

/* Columns of the terminal on standard output, 80 where there is none; at least 40. */
size_t terminal_columns(void);
bool terminal_takes_colour(enum colour wanted);

/* Says what was wrong with the command line: EXIT_WRONG_USAGE. */
int wrong_usage(struct arena *arena, enum lang lang, struct str what);

int command_access(struct arena *arena, const struct options *options);
int command_run(struct arena *arena, const struct options *options);
int command_explain(struct arena *arena, const struct options *options);
int command_diff(struct arena *arena, const struct options *options);
int command_policy(struct arena *arena, const struct options *options);
int command_plan(struct arena *arena, const struct options *options);
int command_lock(struct arena *arena, const struct options *options);
int command_snapshot(struct arena *arena, const struct options *options);
/* snapshot --restore-plan */
int print_restore_plan(struct arena *arena, const struct options *options);
int command_verify(struct arena *arena, const struct options *options);
int command_why(struct arena *arena, const struct options *options);
int command_image(struct arena *arena, const struct options *options);
int command_check(struct arena *arena, const struct options *options);
int print_help(struct arena *arena, const struct options *options);

#endif
