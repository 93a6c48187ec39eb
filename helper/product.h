/*
 * product: matrix products that must be exact, and how that is checked.
 *
 * The inputs are whole numbers of at most 7 bits and a sign, which fp16, bf16, tf32 and fp32 hold
 * exactly, and so small that no sum of their products reaches 2^24 (see span_of). So every partial
 * sum is a whole number that fp32 holds exactly, in whatever order the hardware adds, and the
 * stated bound of the error is 0.
 *
 * Every element is checked, by Freivalds' method in arithmetic modulo 2^64: for a random vector r,
 * c r must equal a (b r), row by row. A wrong row passes with a probability below 2^-38 (an error
 * below 2^26 times a random 64-bit number vanishes modulo 2^64 for at most 2^26 of the 2^64). Rows
 * that fail are computed again in full, to say which elements are wrong and by how much.
 */
#ifndef GPUVET_HELPER_PRODUCT_H
#define GPUVET_HELPER_PRODUCT_H

#include "verify.h"

enum format {
    FORMAT_FP32,
    FORMAT_TF32, /* stored as fp32 */
    FORMAT_BF16,
    FORMAT_FP16,
};

unsigned format_size(enum format format); /* bytes of an element */

/* The host's side: whole numbers for the check, and room for what is sent and received. */
struct product {
    unsigned n;
    signed char *a, *b; /* n by n each; the product's [i][j] sums a[i][k] * b[j][k] over k */
    float *room;        /* n by n */
    uint64_t *random, *b_random; /* n each: r, and b r */
    size_t size;                 /* of all of it */
};

/* False, with the step's reason, where there is no memory. The same numbers on every run. */
bool product_make(struct step *step, unsigned n, struct product *ret);
void product_free(struct product *product);

/* `cells` whole numbers as elements of a format. */
void product_encode(enum format format, const signed char *from, size_t cells, void *to);

/* How large a product this GPU makes in a moment: a multiple of 64, at most `most`. */
unsigned product_order(const struct gpu *gpu, unsigned most);

/* In the GPU's memory lie a, b, and c in fp32, one behind the other: sends a and b and poisons c;
 * fetches c into `room`. */
bool product_send(struct step *step, enum format format, const struct product *product,
                  cu_address memory);
bool product_receive(struct step *step, enum format format, const struct product *product,
                     cu_address memory);

/* Checks every element of the product that `room` holds in fp32. */
void product_check(struct step *step, const struct product *product);

#endif
