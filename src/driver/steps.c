#include "driver/steps.h"

static enum step_state state_of(struct str state)
{
    if (str_eqz(state, "ok"))
        return STEP_OK;
    if (str_eqz(state, "failed"))
        return STEP_FAILED;
    return str_eqz(state, "skipped") ? STEP_SKIPPED : STEP_UNFINISHED;
}

static struct step step_of(struct arena *arena, const json_t *line)
{
    return (struct step){
        .name = line_text(arena, line, "step"),
        .state = state_of(line_text(arena, line, "state")),
        .ms = line_real(line, "ms"),
        .figure = line_real(line, "figure"),
        .unit = line_text(arena, line, "unit"),
        .call = line_text(arena, line, "call"),
        .code = line_number(line, "code", 0),
        .wrong = line_number(line, "wrong", 0),
        .first = line_number(line, "first", 0),
        .max_error = line_real(line, "max_error"),
        .bound = line_real(line, "bound"),
        .reason = line_text(arena, line, "reason"),
        .peer = line_number(line, "peer", -1),
        .direct = line_true(line, "direct"),
    };
}

/* A step's end takes the place of its beginning; one of a GPU or library has one open at a time. */
#define STORE_STEP(arena, list, line) \
    do { \
        if ((list)->count == 0 || (list)->items[(list)->count - 1].state != STEP_UNFINISHED) \
            (void) LIST_ADD((arena), (list)); \
        (list)->items[(list)->count - 1] = step_of((arena), (line)); \
    } while (0)

static struct verified_library *library_of(struct arena *arena, const json_t *line,
                                           struct verify_answer *answer)
{
    struct str name = line_text(arena, line, "library");
    struct verified_library *library;

    for (size_t i = 0; i < answer->libraries.count; i++)
        if (str_eq(answer->libraries.items[i].name, name))
            return &answer->libraries.items[i];
    library = LIST_ADD(arena, &answer->libraries);
    library->name = name;
    return library;
}

static void read_library(struct arena *arena, const json_t *line, struct str stage,
                         struct verify_answer *answer)
{
    struct verified_library *library = library_of(arena, line, answer);

    if (str_eqz(stage, "step")) {
        STORE_STEP(arena, &library->steps, line);
        return;
    }
    if (json_object_get(line, "path"))
        library->path = line_text(arena, line, "path");
    if (json_object_get(line, "version"))
        library->version = line_text(arena, line, "version");
    if (json_object_get(line, "error"))
        library->error = line_text(arena, line, "error");
}

static void read_gpu(struct arena *arena, const json_t *line, struct str stage,
                     struct verified_gpu *gpu)
{
    gpu->asked = true;
    if (str_eqz(stage, "step")) {
        STORE_STEP(arena, &gpu->steps, line);
    } else if (str_eqz(stage, "gpu")) {
        gpu->name = line_text(arena, line, "name");
        gpu->major = line_number(line, "major", 0);
        gpu->minor = line_number(line, "minor", 0);
    } else if (str_eqz(stage, "cuDevicePrimaryCtxRetain") || str_eqz(stage, "cuDeviceGet")) {
        gpu->context = said_in(arena, line, "us");
    }
}

void verify_answer_read(struct arena *arena, const struct child_result *child,
                        struct verify_answer *ret)
{
    struct verify_answer answer = { 0 };
    struct lines lines = lines_of(arena, child, &answer.head);
    struct str stage;
    json_t *line;
    int gpu;

    while ((line = lines_next(&lines, &stage, &gpu))) {
        while (gpu >= (int) answer.gpus.count)
            (void) LIST_ADD(arena, &answer.gpus);
        if (json_object_get(line, "library") && !str_eqz(stage, "dlopen") &&
            !str_eqz(stage, "path"))
            read_library(arena, line, stage, &answer);
        else if (gpu >= 0)
            read_gpu(arena, line, stage, &answer.gpus.items[gpu]);
        else if (str_eqz(stage, "cuDriverGetVersion"))
            answer.driver_version = said_in(arena, line, "value");
        else if (str_eqz(stage, "cuInit"))
            answer.init = said_in(arena, line, "us");
        else if (str_eqz(stage, "cuDeviceGetCount"))
            answer.count = said_in(arena, line, "value");
        json_decref(line);
    }
    *ret = answer;
}
