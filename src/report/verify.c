#include "report/verify.h"

#include "base/text.h"
#include "knowledge/errors.h"

#define LINE_LIMIT 8192
#define WORDS_AT 28 /* columns */

/* --- for programs -------------------------------------------------------------------------- */

static const char *state_name(enum step_state state)
{
    return state == STEP_OK ? "ok" : state == STEP_SKIPPED ? "skipped" : "failed";
}

/* The call that failed, or in which the helper hung or died: then `within`, and no code. */
static void write_failure(struct json *json, const struct step *step, struct str within)
{
    struct str call = step->call.len ? step->call : within;

    if (step->state == STEP_UNFINISHED || step->call.len)
        json_put_str(json, "call", call);
    if (step->call.len)
        json_put_int(json, "code", step->code);
    if (step->wrong) {
        json_put_int(json, "wrong", step->wrong);
        json_put_int(json, "first", step->first);
        json_put_real(json, "max_error", step->max_error, 6);
        json_put_real(json, "bound", step->bound, 6);
    }
}

static void write_step(struct json *json, const struct step *step, struct str within)
{
    json_open(json, NULL, '{');
    json_put_str(json, "name", step->name);
    json_put_str(json, "state", str_of(state_name(step->state)));
    if (step->state != STEP_UNFINISHED)
        json_put_real(json, "ms", step->ms, 3);
    if (step->unit.len) {
        json_open(json, "figure", '{');
        json_put_real(json, "value", step->figure, 3);
        json_put_str(json, "unit", step->unit);
        json_close(json, '}');
    }
    if (step->expected > 0) {
        json_put_real(json, "expected", step->expected, 0);
        json_put_bool(json, "slow", verify_is_slow(step));
    }
    write_failure(json, step, within);
    if (step->reason.len)
        json_put_str(json, "reason", step->reason);
    if (step->peer >= 0) {
        json_put_int(json, "peer", step->peer);
        json_put_bool(json, "direct", step->direct);
    }
    json_close(json, '}');
}

static void write_context(struct json *json, const struct said *context, struct str within)
{
    struct step step = { .name = STR("context"),
                         .peer = -1,
                         .call = STR("cuDevicePrimaryCtxRetain") };

    if (context->state == SAID_NOTHING || context->state == SAID_MISSING)
        return;
    step.state = context->state == SAID_VALUE  ? STEP_OK
                 : context->state == SAID_CODE ? STEP_FAILED
                                               : STEP_UNFINISHED;
    step.ms = (double) context->number / 1000.0;
    step.code = context->code;
    if (step.state != STEP_FAILED)
        step.call.len = 0;
    write_step(json, &step, within);
}

static void write_gpu(struct json *json, const struct verify_answer *answer, size_t number)
{
    const struct verified_gpu *gpu = &answer->gpus.items[number];

    if (!gpu->asked)
        return;
    json_open(json, NULL, '{');
    json_put_int(json, "index", (int64_t) number);
    json_put_str(json, "name", gpu->name);
    json_open(json, "steps", '[');
    write_context(json, &gpu->context, answer->head.within);
    for (size_t i = 0; i < gpu->steps.count; i++)
        write_step(json, &gpu->steps.items[i], answer->head.within);
    json_close(json, ']');
    json_close(json, '}');
}

static void write_library(struct json *json, const struct verify_answer *answer,
                          const struct verified_library *library)
{
    json_open(json, NULL, '{');
    json_put_str(json, "name", library->name);
    json_put_str(json, "path", library->path);
    json_put_str(json, "version", library->version);
    if (library->error.len)
        json_put_str(json, "error", library->error);
    json_open(json, "steps", '[');
    for (size_t i = 0; i < library->steps.count; i++)
        write_step(json, &library->steps.items[i], answer->head.within);
    json_close(json, ']');
    json_close(json, '}');
}

void report_verify_json(struct json *json, const struct verification *verification)
{
    const struct verify_answer *libraries = &verification->libraries;

    json_open(json, "verify", '{');
    json_open(json, "gpus", '[');
    for (size_t i = 0; i < verification->gpus.gpus.count; i++)
        write_gpu(json, &verification->gpus, i);
    json_close(json, ']');
    json_open(json, "libraries", '[');
    for (size_t i = 0; i < libraries->libraries.count; i++)
        write_library(json, libraries, &libraries->libraries.items[i]);
    json_close(json, ']');
    json_close(json, '}');
}

/* --- for people ---------------------------------------------------------------------------- */

struct str report_step_name(struct str step, enum lang lang)
{
    static const struct {
        const char *step;
        enum text_id name;
    } rows[] = {
        { "context", TEXT_VERIFY_STEP_CONTEXT },
        { "allocate", TEXT_VERIFY_STEP_ALLOCATE },
        { "copy", TEXT_VERIFY_STEP_COPY },
        { "kernel", TEXT_VERIFY_STEP_KERNEL },
        { "matmul-fp32", TEXT_VERIFY_STEP_MATMUL_FP32 },
        { "matmul-fp16", TEXT_VERIFY_STEP_MATMUL_FP16 },
        { "matmul-bf16", TEXT_VERIFY_STEP_MATMUL_BF16 },
        { "matmul-tf32", TEXT_VERIFY_STEP_MATMUL_TF32 },
        { "bandwidth", TEXT_VERIFY_STEP_BANDWIDTH },
        { "memory", TEXT_VERIFY_STEP_MEMORY },
        { "peer", TEXT_VERIFY_STEP_PEER },
        { "runtime", TEXT_VERIFY_STEP_RUNTIME },
        { "create", TEXT_VERIFY_STEP_CREATE },
        { "gemm-fp32", TEXT_VERIFY_STEP_GEMM_FP32 },
        { "gemm-fp16", TEXT_VERIFY_STEP_GEMM_FP16 },
        { "gemm-bf16", TEXT_VERIFY_STEP_GEMM_BF16 },
        { "convolution", TEXT_VERIFY_STEP_CONVOLUTION },
        { "compile", TEXT_VERIFY_STEP_COMPILE },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_eqz(step, rows[i].step))
            return text_of(rows[i].name, lang);
    return step;
}

static struct str say(const struct report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

static struct str number(struct arena *arena, int64_t value)
{
    return arena_printf(arena, "%lld", (long long) value);
}

static struct str code_text(struct arena *arena, int64_t code)
{
    struct error_info info;

    if (code > 0 && error_by_code(ERROR_CUDA_DRIVER, (unsigned) code, &info))
        return arena_printf(arena, "%.*s (%lld)", STR_ARG(info.name), (long long) code);
    return number(arena, code);
}

static struct str reason_text(const struct report *report, struct str reason)
{
    if (str_eqz(reason, "not-on-this-gpu"))
        return say(report, TEXT_VERIFY_NOT_ON_THIS_GPU);
    if (str_eqz(reason, "no-free-memory"))
        return say(report, TEXT_VERIFY_NO_FREE_MEMORY);
    return str_eqz(reason, "no-host-memory") ? say(report, TEXT_VERIFY_NO_HOST_MEMORY) : reason;
}

/* What is said of a step behind its name: time and figure, or what went wrong. Codes of libraries
 * have names of their own, which they do not tell. */
static struct str outcome(struct arena *arena, const struct report *report, const struct step *step,
                          struct str within, bool of_driver)
{
    if (step->wrong)
        return report_fill(arena, say(report, TEXT_VERIFY_WRONG), "count",
                           number(arena, step->wrong), "first", number(arena, step->first), NULL);
    if (step->state == STEP_FAILED)
        return report_fill(arena, say(report, TEXT_VERIFY_FAILED), "call", step->call, "error",
                           of_driver ? code_text(arena, step->code) : number(arena, step->code),
                           NULL);
    if (step->state == STEP_UNFINISHED)
        return report_fill(arena, say(report, TEXT_VERIFY_HUNG), "call", within, NULL);
    if (step->state == STEP_SKIPPED)
        return report_fill(arena, say(report, TEXT_VERIFY_SKIPPED), "reason",
                           reason_text(report, step->reason), NULL);
    return report_fill(arena, say(report, TEXT_VERIFY_TOOK), "ms",
                       arena_printf(arena, "%8.2f", step->ms), NULL);
}

static void write_line(struct buf *buf, const struct report *report, const struct step *step,
                       struct str within, bool of_driver)
{
    const char *mark = step->state == STEP_OK ? "✓" : step->state == STEP_SKIPPED ? "–" : "✗";
    struct str name = report_step_name(step->name, report->lang);

    buf_addf(buf, "  %s ", mark);
    text_escape(buf, name);
    for (size_t at = 4 + text_width(name); at < WORDS_AT; at++)
        buf_add_char(buf, ' ');
    text_escape(buf, outcome(buf->arena, report, step, within, of_driver));
    if (step->state == STEP_OK && step->unit.len)
        buf_addf(buf, "  %10.1f %.*s", step->figure, STR_ARG(step->unit));
    if (step->peer >= 0) {
        buf_addz(buf, "  ");
        buf_add(buf, report_fill(buf->arena,
                                 say(report, step->direct ? TEXT_VERIFY_WITH_PEER
                                                          : TEXT_VERIFY_THROUGH_HOST),
                                 "number", number(buf->arena, step->peer), NULL));
    }
    buf_add_char(buf, '\n');
    if (verify_is_slow(step)) {
        buf_add(buf, report_fill(buf->arena, say(report, TEXT_VERIFY_SLOW), "expected",
                                 arena_printf(buf->arena, "%.0f", step->expected), "unit",
                                 step->unit, NULL));
        buf_add_char(buf, '\n');
    }
}

static void write_title(struct buf *buf, struct str title)
{
    text_escape(buf, title);
    buf_add_char(buf, '\n');
}

static void write_gpu_lines(struct buf *buf, const struct report *report, size_t index)
{
    const struct verify_answer *answer = &report->verification->gpus;
    const struct verified_gpu *gpu = &answer->gpus.items[index];
    struct step context = { .name = STR("context"),
                            .state = STEP_FAILED,
                            .peer = -1,
                            .call = STR("cuDevicePrimaryCtxRetain"),
                            .code = gpu->context.code };

    if (!gpu->asked)
        return;
    write_title(buf, report_fill(buf->arena, say(report, TEXT_VERIFY_GPU), "number",
                                 number(buf->arena, (int64_t) index), "name", gpu->name, NULL));
    if (gpu->context.state == SAID_UNFINISHED)
        context.state = STEP_UNFINISHED;
    else if (gpu->context.state == SAID_VALUE)
        context.state = STEP_OK;
    context.ms = (double) gpu->context.number / 1000.0;
    write_line(buf, report, &context, answer->head.within, true);
    for (size_t i = 0; i < gpu->steps.count; i++)
        write_line(buf, report, &gpu->steps.items[i], answer->head.within, true);
}

static void write_library_lines(struct buf *buf, const struct report *report,
                                const struct verified_library *library)
{
    write_title(buf,
                report_fill(buf->arena, say(report, TEXT_VERIFY_LIBRARY), "name", library->name,
                            "version", library->version, "path", library->path, NULL));
    if (library->error.len) {
        buf_addz(buf, "  ✗ ");
        write_title(buf, report_fill(buf->arena, say(report, TEXT_VERIFY_NOT_LOADED), "error",
                                     library->error, NULL));
    }
    for (size_t i = 0; i < library->steps.count; i++)
        write_line(buf, report, &library->steps.items[i],
                   report->verification->libraries.head.within, false);
}

void report_verify_text(struct buf *buf, const struct report *report)
{
    const struct verification *verification = report->verification;
    const struct verify_answer *libraries = &verification->libraries;

    for (size_t i = 0; i < verification->gpus.gpus.count; i++)
        write_gpu_lines(buf, report, i);
    for (size_t i = 0; i < libraries->libraries.count; i++)
        write_library_lines(buf, report, &libraries->libraries.items[i]);
    if (!verification->quick && !verification->libraries_asked)
        write_title(buf, say(report, TEXT_VERIFY_NO_LIBRARIES));
    buf_add_char(buf, '\n');
}
