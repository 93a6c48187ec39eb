/*
 * From every GPU to every other: what one holds must arrive at the other as it is.
 *
 * Where two GPUs reach each other directly the copy goes that way ("direct": true); where they do
 * not the driver takes it through the host, and that must work as well.
 */
#include "verify.h"

#include "each.h"

#include <string.h>

#define SIZE_MOST ((size_t) 16 << 20)

struct parcel {
    size_t size;
    unsigned char *sent, *got;
    cu_address at[GPUS_MAX]; /* on each GPU that takes part; 0: it does not */
};

static bool enter(struct step *step, const struct gpu *gpu)
{
    return STEP_CALL(step, cuCtxSetCurrent, gpu->context);
}

/* Its own bytes for every GPU: a copy that went to the wrong place is then seen. */
static void fill(struct parcel *parcel, int gpu)
{
    uint64_t seed = 0x1000u + (unsigned) gpu;

    for (size_t i = 0; i < parcel->size; i += sizeof(uint64_t)) {
        uint64_t word = random_next(&seed);

        memcpy(parcel->sent + i, &word, sizeof(word));
    }
}

static bool direct(struct step *step, const struct gpu *from, const struct gpu *to)
{
    int reaches = 0, code;

    if (!STEP_CALL(step, cuDeviceCanAccessPeer, &reaches, to->device, from->device) || !reaches)
        return false;
    code = CU_CALL(to->cuda, to->number, cuCtxEnablePeerAccess, from->context, 0);
    return code == CU_PEER_ENABLED || step_code(step, "cuCtxEnablePeerAccess", code);
}

static void carry(struct step *step, const struct gpu *from, const struct gpu *to,
                  struct parcel *parcel)
{
    cu_address at_from = parcel->at[from->number], at_to = parcel->at[to->number];
    int64_t began;

    if (!enter(step, from) ||
        !STEP_CALL(step, cuMemcpyHtoD_v2, at_from, parcel->sent, parcel->size) || !enter(step, to))
        return;
    step->direct = direct(step, from, to);
    if (step_failed(step) || !STEP_CALL(step, cuMemsetD8_v2, at_to, 0xff, parcel->size) ||
        !STEP_SYNC(step))
        return;
    began = now_us();
    if (!STEP_CALL(step, cuMemcpyPeer, at_to, to->context, at_from, from->context, parcel->size) ||
        !STEP_SYNC(step))
        return;
    step->figure = (double) parcel->size / (double) (now_us() - began + 1) / 1e3;
    step->unit = "GB/s";
    memset(parcel->got, 0xff, parcel->size);
    if (!STEP_CALL(step, cuMemcpyDtoH_v2, parcel->got, at_to, parcel->size) ||
        memcmp(parcel->sent, parcel->got, parcel->size) == 0)
        return;
    for (size_t i = 0; i < parcel->size; i++)
        if (parcel->sent[i] != parcel->got[i])
            step_wrong(step, i, (double) parcel->sent[i] - (double) parcel->got[i]);
}

static void carry_from(const struct gpu *gpus, int count, int from, struct parcel *parcel)
{
    fill(parcel, from);
    for (int to = 0; to < count; to++) {
        struct step step;

        if (to == from || !parcel->at[to])
            continue;
        step = step_begin(&gpus[from], "peer");
        step.peer = to;
        carry(&step, &gpus[from], &gpus[to], parcel);
        step_end(&step);
    }
}

/* The same size on all: the least that fits everywhere. */
static size_t common_size(struct step *step, const struct gpu *gpus, int count)
{
    size_t size = SIZE_MOST;

    for (int i = 0; i < count; i++)
        if (!gpus[i].lost && enter(step, &gpus[i]))
            size = step_size(step, size, 8);
    return size;
}

/* Room on a GPU that takes part; where there is none, that is its step. */
static void take_part(const struct gpu *gpu, struct parcel *parcel)
{
    struct step step = { .gpu = gpu };

    if (enter(&step, gpu) &&
        STEP_CALL(&step, cuMemAlloc_v2, &parcel->at[gpu->number], parcel->size))
        return;
    step = step_begin(gpu, "peer");
    step.reason = "no-free-memory";
    step_end(&step);
}

void verify_peers(const struct gpu *gpus, int count)
{
    struct step quiet = { .gpu = &gpus[0] };
    struct parcel parcel = { .size = common_size(&quiet, gpus, count) };
    unsigned char *room = parcel.size ? step_room(&quiet, 2 * parcel.size) : NULL;

    if (!room)
        return;
    parcel.sent = room;
    parcel.got = room + parcel.size;
    for (int i = 0; i < count; i++)
        if (!gpus[i].lost)
            take_part(&gpus[i], &parcel);
    for (int from = 0; from < count; from++)
        if (parcel.at[from])
            carry_from(gpus, count, from, &parcel);
    room_free(room, 2 * parcel.size);
}
