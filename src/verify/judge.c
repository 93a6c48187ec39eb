#include "verify/verify.h"

#include "knowledge/errors.h"

#define CONTEXT "cuDevicePrimaryCtxRetain"

void verify_as_driver(struct arena *arena, const struct verify_answer *gpus,
                      struct cuda_answer *ret)
{
    *ret = (struct cuda_answer){
        .head = gpus->head,
        .driver_version = gpus->driver_version,
        .init = gpus->init,
        .count = gpus->count,
    };
    for (size_t i = 0; i < gpus->gpus.count; i++) {
        const struct verified_gpu *from = &gpus->gpus.items[i];
        struct cuda_gpu *to = LIST_ADD(arena, &ret->gpus);
        bool known = from->name.len > 0;

        to->context = from->context;
        if (!known)
            continue;
        to->handle.state = SAID_VALUE;
        to->name = (struct said){ .state = SAID_VALUE, .text = from->name };
        to->major = (struct said){ .state = SAID_VALUE, .number = from->major };
        to->minor = (struct said){ .state = SAID_VALUE, .number = from->minor };
    }
}

/* What was found so far; the first of each kind counts. */
struct tally {
    struct arena *arena;
    struct verify_facts *facts;
    int64_t wrong, good;
    bool failed;
    struct str from;
};

static void note_wrong(struct tally *tally, const struct step *step, struct str name, int64_t gpu)
{
    tally->wrong += step->wrong;
    tally->failed = true;
    if (tally->facts->wrong_step.state == FACT_KNOWN)
        return;
    fact_str(&tally->facts->wrong_step, name, tally->from);
    fact_int(&tally->facts->wrong_gpu, gpu, tally->from);
}

/* `code` 0: the call never ended. */
static void note_call(struct tally *tally, struct str step, int64_t gpu, struct str call,
                      int64_t code)
{
    struct verify_facts *facts = tally->facts;
    struct error_info info;

    tally->failed = true;
    if (facts->step.state == FACT_KNOWN)
        return;
    fact_str(&facts->step, step, tally->from);
    fact_int(&facts->gpu, gpu, tally->from);
    fact_str(&facts->call, call, tally->from);
    if (code == 0)
        return;
    fact_int(&facts->code, code, tally->from);
    fact_str(&facts->error,
             code > 0 && error_by_code(ERROR_CUDA_DRIVER, (unsigned) code, &info)
                 ? info.name
                 : arena_printf(tally->arena, "%lld", (long long) code),
             tally->from);
}

static void judge_gpu(struct tally *tally, const struct verify_answer *answer, size_t number)
{
    const struct verified_gpu *gpu = &answer->gpus.items[number];
    bool before = tally->failed, whole = gpu->steps.count > 0;

    if (!gpu->asked)
        return;
    if (gpu->context.state == SAID_CODE || gpu->context.state == SAID_UNFINISHED)
        note_call(tally, STR("context"), (int64_t) number, STR(CONTEXT), gpu->context.code);
    tally->failed = false;
    for (size_t i = 0; i < gpu->steps.count; i++) {
        const struct step *step = &gpu->steps.items[i];

        if (step->wrong > 0)
            note_wrong(tally, step, step->name, (int64_t) number);
        else if (step->state == STEP_FAILED)
            note_call(tally, step->name, (int64_t) number, step->call, step->code);
        else if (step->state == STEP_UNFINISHED)
            note_call(tally, step->name, (int64_t) number, answer->head.within, 0);
    }
    whole = whole && !tally->failed;
    tally->good += whole;
    tally->failed = tally->failed || before || !whole;
}

static void note_library(struct tally *tally, const struct verified_library *library,
                         const struct step *step, struct str call)
{
    struct verify_facts *facts = tally->facts;
    struct str path = str_from(library->path, str_starts(library->path, STR("/")));

    tally->failed = true;
    if (facts->library.state == FACT_KNOWN)
        return;
    fact_str(&facts->library, library->name, path);
    fact_str(&facts->library_path, path, path);
    if (!step) {
        fact_str(&facts->library_error, library->error, path);
        return;
    }
    facts->library_error = (struct fact_str){ .state = FACT_ABSENT, .from = path };
    fact_str(&facts->library_step, step->name, path);
    fact_str(&facts->library_call, call, path);
    if (step->code)
        fact_int(&facts->library_code, step->code, path);
}

static void judge_library(struct tally *tally, const struct verify_answer *answer,
                          const struct verified_library *library)
{
    if (library->error.len)
        note_library(tally, library, NULL, (struct str){ NULL, 0 });
    for (size_t i = 0; i < library->steps.count; i++) {
        const struct step *step = &library->steps.items[i];

        if (step->wrong > 0)
            note_wrong(tally, step,
                       arena_printf(tally->arena, "%.*s: %.*s", STR_ARG(library->name),
                                    STR_ARG(step->name)),
                       0);
        else if (step->state == STEP_FAILED)
            note_library(tally, library, step, step->call);
        else if (step->state == STEP_UNFINISHED)
            note_library(tally, library, step, answer->head.within);
    }
}

#define SET_ABSENT(fact, origin) \
    do { \
        if ((fact)->state == FACT_UNKNOWN) { \
            (fact)->state = FACT_ABSENT; \
            (fact)->from = (origin); \
        } \
    } while (0)

/* Where nothing failed there is no first. */
static void settle(struct verify_facts *facts, struct str from)
{
    SET_ABSENT(&facts->wrong_step, from);
    SET_ABSENT(&facts->wrong_gpu, from);
    SET_ABSENT(&facts->step, from);
    SET_ABSENT(&facts->gpu, from);
    SET_ABSENT(&facts->call, from);
    SET_ABSENT(&facts->code, from);
    SET_ABSENT(&facts->error, from);
    SET_ABSENT(&facts->library, from);
    SET_ABSENT(&facts->library_path, from);
    SET_ABSENT(&facts->library_step, from);
    SET_ABSENT(&facts->library_call, from);
    SET_ABSENT(&facts->library_code, from);
    SET_ABSENT(&facts->library_error, from);
}

void verify_facts(struct arena *arena, const struct verification *verification, struct facts *facts)
{
    const struct verify_answer *gpus = &verification->gpus;
    struct tally tally = { .arena = arena, .facts = &facts->verify, .from = STR("gpuvet verify") };

    for (size_t i = 0; i < gpus->gpus.count; i++)
        judge_gpu(&tally, gpus, i);
    for (size_t i = 0; i < verification->libraries.libraries.count; i++)
        judge_library(&tally, &verification->libraries,
                      &verification->libraries.libraries.items[i]);
    fact_bool(&facts->verify.ran, true, tally.from);
    fact_bool(&facts->verify.quick, verification->quick, tally.from);
    fact_int(&facts->verify.gpus, tally.good, tally.from);
    fact_int(&facts->verify.wrong, tally.wrong, tally.from);
    fact_bool(&facts->verify.passed,
              !tally.failed && tally.good > 0 && gpus->head.done &&
                  (!verification->libraries_asked || verification->libraries.head.done),
              tally.from);
    settle(&facts->verify, tally.from);
}
