/*
 * Matrix products that must be exact.
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
#include "verify.h"

#include <string.h>

#define LAUNCHES 10 /* that are timed, after a first one that is not */
#define ROWS_MAX 16 /* wrong rows that are looked at in full */

/* Bits of a whole number in the formats. */
static uint32_t as_fp32(int value)
{
    float real = (float) value;
    uint32_t bits;

    memcpy(&bits, &real, sizeof(bits));
    return bits;
}

/* Exact for |value| < 2^8: the top half of the fp32. */
static uint32_t as_bf16(int value)
{
    return as_fp32(value) >> 16;
}

/* Exact for |value| < 2^11: the exponent's bias changes from 127 to 15, the fraction from 23 bits
 * to 10. */
static uint32_t as_fp16(int value)
{
    uint32_t bits = as_fp32(value);

    if (value == 0)
        return 0;
    return (bits >> 16 & 0x8000u) | (((bits >> 23 & 0xffu) - 127 + 15) << 10) |
           (bits >> 13 & 0x3ffu);
}

struct kind {
    const char *step, *text, *entry;
    int major;        /* the lowest compute capability that has it */
    unsigned size;    /* bytes of an input element */
    unsigned threads; /* a block, which makes a tile of 64 by 64 */
    unsigned most;    /* the largest n that is worth it */
    uint32_t (*bits)(int value);
};

/* The matrices on the host: whole numbers for the check, and room for what is sent and received. */
struct matrices {
    unsigned n;
    signed char *a, *b;          /* n by n each; product[i][j] sums a[i][k] * b[j][k] */
    float *room;                 /* n by n */
    uint64_t *random, *b_random; /* n each: r, and b r */
    size_t size;                 /* of all of it */
};

/* --- inputs --- */

/* So that n * span^2 < 2^24: above that fp32 no longer holds every whole number. */
static int span_of(unsigned n)
{
    return n <= 1024 ? 127 : 90;
}

static unsigned order_of(const struct gpu *gpu, unsigned most)
{
    unsigned n = gpu->multiprocessors < 4    ? 128
                 : gpu->multiprocessors < 16 ? 512
                 : gpu->multiprocessors < 64 ? 1024
                                             : 2048;

    return n < most ? n : most;
}

static bool make(struct step *step, unsigned n, struct matrices *ret)
{
    size_t cells = (size_t) n * n;
    size_t size = cells * (2 + sizeof(float)) + 2 * n * sizeof(uint64_t);
    unsigned char *room = step_room(step, size);
    uint64_t seed = n;
    int span = span_of(n);

    if (!room)
        return false;
    *ret = (struct matrices){
        .n = n,
        .random = (uint64_t *) (void *) room,
        .b_random = (uint64_t *) (void *) room + n,
        .size = size,
    };
    ret->room = (float *) (void *) (ret->b_random + n);
    ret->a = (signed char *) (ret->room + cells);
    ret->b = ret->a + cells;
    for (size_t i = 0; i < 2 * cells; i++)
        ret->a[i] = (signed char) ((int) (random_next(&seed) % (unsigned) (2 * span + 1)) - span);
    for (unsigned i = 0; i < n; i++)
        ret->random[i] = random_next(&seed);
    return true;
}

static void encode(const struct kind *kind, const signed char *from, size_t cells, void *to)
{
    uint16_t *narrow = to;
    uint32_t *wide = to;
    uint32_t bits[256];

    for (int value = -128; value < 128; value++)
        bits[value + 128] = kind->bits(value);
    for (size_t i = 0; i < cells; i++) {
        if (kind->size == sizeof(*narrow))
            narrow[i] = (uint16_t) bits[from[i] + 128];
        else
            wide[i] = bits[from[i] + 128];
    }
}

/* --- the check --- */

/* A result as a whole number; false for what cannot be one of ours, NaN included. */
static bool whole(float value, int64_t *ret)
{
    if (!(value > -33554432.0f && value < 33554432.0f))
        return false;
    *ret = (int64_t) value;
    return (float) *ret == value;
}

static void check_row_fully(struct step *step, const struct matrices *m, unsigned row)
{
    const signed char *a = m->a + (size_t) row * m->n;

    for (unsigned j = 0; j < m->n; j++) {
        const signed char *b = m->b + (size_t) j * m->n;
        double got = (double) m->room[(size_t) row * m->n + j], error;
        int64_t sum = 0;

        for (unsigned k = 0; k < m->n; k++)
            sum += a[k] * b[k];
        error = got - (double) sum;
        if (error != 0)
            step_wrong(step, (uint64_t) row * m->n + j, error);
    }
}

static bool row_is_right(const struct matrices *m, unsigned row)
{
    const signed char *a = m->a + (size_t) row * m->n;
    const float *c = m->room + (size_t) row * m->n;
    uint64_t wanted = 0, got = 0;

    for (unsigned k = 0; k < m->n; k++) {
        int64_t value;

        if (!whole(c[k], &value))
            return false;
        wanted += (uint64_t) (int64_t) a[k] * m->b_random[k];
        got += (uint64_t) value * m->random[k];
    }
    return wanted == got;
}

static void check(struct step *step, const struct matrices *m)
{
    unsigned wrong_rows = 0;

    memset(m->b_random, 0, m->n * sizeof(*m->b_random));
    for (unsigned j = 0; j < m->n; j++)
        for (unsigned k = 0; k < m->n; k++)
            m->b_random[k] += (uint64_t) (int64_t) m->b[(size_t) j * m->n + k] * m->random[j];
    for (unsigned row = 0; row < m->n && wrong_rows < ROWS_MAX; row++) {
        if (row_is_right(m, row))
            continue;
        wrong_rows++;
        check_row_fully(step, m, row);
    }
}

/* --- a product --- */

static bool send(struct step *step, const struct kind *kind, const struct matrices *m,
                 cu_address memory)
{
    size_t cells = (size_t) m->n * m->n, bytes = cells * kind->size;

    encode(kind, m->a, cells, m->room);
    if (!STEP_CALL(step, cuMemcpyHtoD_v2, memory, m->room, bytes))
        return false;
    encode(kind, m->b, cells, m->room);
    return STEP_CALL(step, cuMemcpyHtoD_v2, memory + bytes, m->room, bytes) &&
           STEP_CALL(step, cuMemsetD8_v2, memory + 2 * bytes, 0xff, cells * sizeof(float));
}

static bool multiply(struct step *step, const struct kind *kind, unsigned n, cu_address memory,
                     cu_function function)
{
    size_t bytes = (size_t) n * n * kind->size;
    cu_address a = memory, b = memory + bytes, c = memory + 2 * bytes;
    void *parameters[] = { &a, &b, &c, &n };
    double flops = 2.0 * n * n * n * LAUNCHES;
    int64_t began = 0;

    for (int i = 0; i <= LAUNCHES; i++) {
        if (!STEP_CALL(step, cuLaunchKernel, function, n / 64, n / 64, 1, kind->threads, 1, 1, 0,
                       NULL, parameters, NULL))
            return false;
        if (i == 0 && !STEP_SYNC(step))
            return false;
        if (i == 0)
            began = now_us();
    }
    if (!STEP_SYNC(step))
        return false;
    step->figure = flops / (double) (now_us() - began + 1) / 1e6;
    step->unit = "TFLOP/s";
    return true;
}

static void run(struct step *step, const struct kind *kind)
{
    unsigned n = order_of(step->gpu, kind->most);
    size_t cells = (size_t) n * n;
    struct matrices m = { 0 };
    cu_address memory = 0;
    cu_module module = NULL;
    cu_function function = NULL;

    if (!make(step, n, &m))
        return;
    if (STEP_CALL(step, cuMemAlloc_v2, &memory, cells * (2 * kind->size + sizeof(float))) &&
        step_kernel(step, kind->text, kind->entry, &module, &function) &&
        send(step, kind, &m, memory) && multiply(step, kind, n, memory, function) &&
        STEP_CALL(step, cuMemcpyDtoH_v2, m.room, memory + 2 * cells * kind->size,
                  cells * sizeof(float)))
        check(step, &m);
    if (module)
        (void) STEP_CALL(step, cuModuleUnload, module);
    if (memory)
        (void) STEP_CALL(step, cuMemFree_v2, memory);
    room_free(m.random, m.size);
}

void verify_matmuls(const struct gpu *gpu)
{
    const struct kind kinds[] = {
        { "matmul-fp32", ptx_matmul_fp32, "gpuvet_matmul_fp32", 5, 4, 256, 1024, as_fp32 },
        { "matmul-fp16", ptx_matmul_fp16, "gpuvet_matmul_fp16", 7, 2, 128, 2048, as_fp16 },
        { "matmul-bf16", ptx_matmul_bf16, "gpuvet_matmul_bf16", 8, 2, 128, 2048, as_bf16 },
        { "matmul-tf32", ptx_matmul_tf32, "gpuvet_matmul_tf32", 8, 4, 128, 2048, as_fp32 },
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct step step = step_begin(gpu, kinds[i].step);

        if (gpu->major < kinds[i].major)
            step.reason = "not-on-this-gpu";
        else
            run(&step, &kinds[i]);
        step_end(&step);
    }
}
