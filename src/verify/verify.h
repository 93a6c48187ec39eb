/*
 * verify: from what the helper computed on the GPUs, and with the environment's own libraries, to
 * facts.
 *
 * A wrong number is never lost in an average: each is counted, and the first is named. A call that
 * failed and a number that was wrong are different faults, and kept apart.
 */
#ifndef GPUVET_VERIFY_VERIFY_H
#define GPUVET_VERIFY_VERIFY_H

#include "driver/answer.h"
#include "driver/steps.h"
#include "facts/facts.h"
#include "root/root.h"

struct verification {
    struct verify_answer gpus;
    bool quick;           /* allocate, copy, one kernel; libraries were not wanted */
    bool libraries_asked; /* else `libraries` is empty: the environment brings none that we know */
    struct verify_answer libraries;
};

/* What verifying told of the driver, as if it had been asked: each GPU's context is known. */
void verify_as_driver(struct arena *arena, const struct verify_answer *gpus,
                      struct cuda_answer *ret);

/* Fills the verify layer. Texts live as long as the verification. */
void verify_facts(struct arena *arena, const struct verification *verification,
                  struct facts *facts);

/* Puts beside each measured bandwidth what the GPU's maker says of the model, where that is known. */
void verify_expect_speed(struct verify_answer *gpus);

/* Whether a measured figure is below half of what is expected: worth a note, and no fault. */
bool verify_is_slow(const struct step *step);

/*
 * The libraries that torch would load, in the order in which it does, as "NAME=/PATH" for the
 * helper: those that the loader would take, as far as that is known; else from the folders of
 * NVIDIA's packages beside torch, and torch's own. NULL-terminated behind what stands in
 * `arguments` (a subject, options) already. Returns how many there are now.
 */
size_t verify_libraries(struct arena *arena, struct root *root, const struct facts *facts,
                        const char **arguments, size_t count, size_t room);

#endif
