#include "product.h"

#include <string.h>

#define ROWS_MAX 16 /* wrong rows that are looked at in full */

/* --- inputs --- */

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

static const struct {
    unsigned size;
    uint32_t (*bits)(int value);
} formats[] = {
    [FORMAT_FP32] = { 4, as_fp32 },
    [FORMAT_TF32] = { 4, as_fp32 },
    [FORMAT_BF16] = { 2, as_bf16 },
    [FORMAT_FP16] = { 2, as_fp16 },
};

unsigned format_size(enum format format)
{
    return formats[format].size;
}

/* So that n * span^2 < 2^24: above that fp32 no longer holds every whole number. */
static int span_of(unsigned n)
{
    return n <= 1024 ? 127 : 90;
}

bool product_make(struct step *step, unsigned n, struct product *ret)
{
    size_t cells = (size_t) n * n;
    size_t size = cells * (2 + sizeof(float)) + 2 * n * sizeof(uint64_t);
    unsigned char *room = step_room(step, size);
    uint64_t seed = n;
    int span = span_of(n);

    if (!room)
        return false;
    *ret = (struct product){
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

void product_encode(enum format format, const signed char *from, size_t cells, void *to)
{
    uint16_t *narrow = to;
    uint32_t *wide = to;
    uint32_t bits[256];

    for (int value = -128; value < 128; value++)
        bits[value + 128] = formats[format].bits(value);
    for (size_t i = 0; i < cells; i++) {
        if (formats[format].size == sizeof(*narrow))
            narrow[i] = (uint16_t) bits[from[i] + 128];
        else
            wide[i] = bits[from[i] + 128];
    }
}

unsigned product_order(const struct gpu *gpu, unsigned most)
{
    unsigned n = gpu->multiprocessors < 4    ? 128
                 : gpu->multiprocessors < 16 ? 512
                 : gpu->multiprocessors < 64 ? 1024
                                             : 2048;

    return n < most ? n : most;
}

bool product_send(struct step *step, enum format format, const struct product *m, cu_address memory)
{
    size_t cells = (size_t) m->n * m->n, bytes = cells * format_size(format);

    product_encode(format, m->a, cells, m->room);
    if (!STEP_CALL(step, cuMemcpyHtoD_v2, memory, m->room, bytes))
        return false;
    product_encode(format, m->b, cells, m->room);
    return STEP_CALL(step, cuMemcpyHtoD_v2, memory + bytes, m->room, bytes) &&
           STEP_CALL(step, cuMemsetD8_v2, memory + 2 * bytes, 0xff, cells * sizeof(float));
}

bool product_receive(struct step *step, enum format format, const struct product *m,
                     cu_address memory)
{
    size_t cells = (size_t) m->n * m->n;

    return STEP_CALL(step, cuMemcpyDtoH_v2, m->room, memory + 2 * cells * format_size(format),
                     cells * sizeof(float));
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

static void check_row_fully(struct step *step, const struct product *m, unsigned row)
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

static bool row_is_right(const struct product *m, unsigned row)
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

void product_check(struct step *step, const struct product *m)
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

void product_free(struct product *product)
{
    room_free(product->random, product->size);
}
