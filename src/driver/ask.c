/* Asking: two children a question, started together, waited for together. */
#include "driver/answer.h"
#include "driver/helper.h"

struct driver_asking {
    struct child *children[CHILDREN_MAX]; /* NVML, then CUDA, of each question */
    size_t count;                         /* questions */
};

struct driver_asking *driver_ask_start(struct arena *arena, const struct driver_question *questions,
                                       size_t count)
{
    static const char *const nvml[] = { "nvml", NULL };
    static const char *const cuda[] = { "cuda", NULL };
    static const char *const cuda_context[] = { "cuda", "--context", NULL };
    struct driver_asking *asking = ARENA_NEW(arena, struct driver_asking);

    asking->count = count < CHILDREN_MAX / 2 ? count : CHILDREN_MAX / 2;
    for (size_t i = 0; i < asking->count; i++) {
        asking->children[2 * i] = helper_start(arena, nvml, questions[i].environ);
        asking->children[2 * i + 1] =
            helper_start(arena, questions[i].context ? cuda_context : cuda, questions[i].environ);
    }
    return asking;
}

void driver_ask_finish(struct arena *arena, struct driver_asking *asking, int64_t deadline_us,
                       const struct child_watch *watch, struct driver_answer *ret)
{
    children_wait(asking->children, 2 * asking->count, deadline_us, watch);
    for (size_t i = 0; i < asking->count; i++) {
        nvml_answer_read(arena, child_result(asking->children[2 * i]), &ret[i].nvml);
        cuda_answer_read(arena, child_result(asking->children[2 * i + 1]), &ret[i].cuda);
    }
}

void driver_ask(struct arena *arena, const struct driver_question *questions, size_t count,
                int64_t deadline_us, const struct child_watch *watch, struct driver_answer *ret)
{
    driver_ask_finish(arena, driver_ask_start(arena, questions, count), deadline_us, watch, ret);
}
