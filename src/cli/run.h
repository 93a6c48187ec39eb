/* run: a container that is to be started: what is asked for, and what was found about it. Only for
 * this folder. */
#ifndef GPUVET_CLI_RUN_H
#define GPUVET_CLI_RUN_H

#include "access/access.h"
#include "cli/subject.h"
#include "format/image_inspect.h"
#include "image/start.h"

struct run {
    struct arena *arena;
    const struct options *options;
    struct engine_user user;
    const struct engine *engine; /* NULL: none is installed */
    struct image_inspect image;
    struct str login; /* who logs in through SSH */
    struct start start;
    struct subject *subject; /* facts of the start, with the machine's beneath */
};

/* Looks at everything that can be said before the start, completes run->start, and fills
 * facts.start and facts.container. EXIT_GOOD, or the exit code of --host that cannot be read. */
int run_look(struct run *run);

/* The engine: the first that has the image, else the first that is installed. Then what its client
 * says of the image. */
void run_find_image(struct run *run);

/* Whether the image has the server: its start command shows it, else its publisher says it. Its
 * files would tell more, and are not read: an engine gives them as a whole archive alone, which
 * takes longer than the start. */
void run_find_server(struct run *run, bool ssh, struct fact_bool *fact);

/* Why the client did not do what it was asked; "no such container", "image not known" and the like
 * are no error, but an answer: false. */
bool run_engine_failed(struct run *run, struct str complaint, struct str from);

/* Waits for what was started to answer at its doors, judges that, and tells the addresses: an exit
 * code. `environ` holds Jupyter's token. */
int run_test_doors(struct run *run, const char *const *environ);

#endif
