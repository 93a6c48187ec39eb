/* verify: does the GPU really compute. */
#include "base/clock.h"
#include "cli/subject.h"
#include "driver/facts.h"
#include "driver/helper.h"
#include "report/report.h"

#define SECOND_US 1000000
#define QUICK_US (30 * (int64_t) SECOND_US)
#define USUAL_US (120 * (int64_t) SECOND_US)
#define THOROUGH_US (1200 * (int64_t) SECOND_US)

/* One run of the command. */
struct run {
    struct arena *arena;
    const struct options *options;
    struct looking looking;
    const char *const *environment; /* of the user, with the driver's compiler kept off the disk */
};

static int64_t patience(const struct options *options)
{
    return options->quick ? QUICK_US : options->thorough ? THOROUGH_US : USUAL_US;
}

/* Which GPU, as the helper's option. */
static size_t add_device(struct arena *arena, const struct options *options, const char **arguments,
                         size_t count)
{
    if (options->device == 0)
        return count;
    arguments[count++] = "--device";
    arguments[count++] = arena_printf(arena, "%d", options->device - 1).data;
    return count;
}

static struct child *start_gpus(const struct run *run)
{
    const char *arguments[HELPER_ARGUMENTS_MAX + 1] = { "verify" };
    size_t count = 1;

    if (run->options->quick || run->options->thorough)
        arguments[count++] = run->options->quick ? "--quick" : "--thorough";
    (void) add_device(run->arena, run->options, arguments, count);
    return helper_start(run->arena, arguments, run->environment);
}

static void wait_for(const struct run *run, struct child *const *children, size_t count)
{
    struct progress progress = {
        .arena = run->arena,
        .text = text_of(TEXT_CLI_VERIFYING, run->options->lang),
        .newest = children[0],
        .lang = run->options->lang,
    };
    struct child_watch watch = progress_watch(&progress);

    children_wait(children, count, clock_us() + patience(run->options), &watch);
    progress_end(&progress);
}

/* The GPUs compute while the files of Python are read. --quick reads none, and asks NVML nothing.
 */
static void verify_gpus(struct run *run, struct verification *ret)
{
    static const char *const nvml[] = { "nvml", NULL };
    struct probe_ctx *ctx = &run->looking.ctx;
    struct driver_answer *answer = ARENA_NEW(run->arena, struct driver_answer);
    struct child *children[2];
    size_t count = run->options->quick ? 1 : 2;

    probe_before_driver(ctx);
    children[0] = start_gpus(run);
    if (!run->options->quick) {
        children[1] = helper_start(run->arena, nvml, run->environment);
        probe_beside_driver(ctx);
    }
    wait_for(run, children, count);
    verify_answer_read(run->arena, child_result(children[0]), &ret->gpus);
    verify_expect_speed(&ret->gpus);
    verify_as_driver(run->arena, &ret->gpus, &answer->cuda);
    if (count > 1)
        nvml_answer_read(run->arena, child_result(children[1]), &answer->nvml);
    driver_facts(run->arena, answer, NULL, ctx->facts);
    probe_all(ctx, COST_NOTHING);
}

/* In a fresh helper, so that a library that fails harms nothing else. */
static void verify_environment(struct run *run, struct verification *ret)
{
    const char *arguments[HELPER_ARGUMENTS_MAX + 1] = { "libs" };
    size_t options = add_device(run->arena, run->options, arguments, 1);
    size_t count = verify_libraries(run->arena, run->looking.ctx.root, run->looking.ctx.facts,
                                    arguments, options, HELPER_ARGUMENTS_MAX);
    struct child *child;

    if (count == options)
        return;
    child = helper_start(run->arena, arguments, run->environment);
    wait_for(run, &child, 1);
    ret->libraries_asked = true;
    verify_answer_read(run->arena, child_result(child), &ret->libraries);
}

static bool is_beyond(const struct options *options, const struct verify_answer *gpus)
{
    return options->device > 0 && gpus->count.state == SAID_VALUE &&
           options->device > gpus->count.number;
}

int command_verify(struct arena *arena, const struct options *options)
{
    static const char *const replaced[] = { "CUDA_CACHE_DISABLE", NULL };
    struct subject *subject = ARENA_NEW(arena, struct subject);
    struct verification *verification = ARENA_NEW(arena, struct verification);
    struct run run = { .arena = arena, .options = options };

    look_at_machine(arena, options, &subject->facts, &run.looking);
    run.environment = environ_copy(arena, environment_of(arena, &run.looking.eyes), replaced,
                                   "CUDA_CACHE_DISABLE=1");
    verification->quick = options->quick;
    verify_gpus(&run, verification);
    if (is_beyond(options, &verification->gpus)) {
        complain(report_fill(
            arena, text_of(TEXT_CLI_NO_SUCH_GPU, options->lang), "number",
            arena_printf(arena, "%d", options->device - 1), "count",
            arena_printf(arena, "%lld", (long long) verification->gpus.count.number), NULL));
        return EXIT_WRONG_USAGE;
    }
    if (!options->quick && verification->gpus.count.number > 0)
        verify_environment(&run, verification);
    verify_facts(arena, verification, &subject->facts);
    subject->kind = STR("machine");
    subject->name = subject->facts.machine.name.value;
    return conclude(arena, options, subject, verification);
}
