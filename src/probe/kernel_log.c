/* kernel_log: what the kernel said of the GPUs since it started. */
#include "probe/look.h"

#include "knowledge/errors.h"

#include <errno.h>

#define KERNEL_LIMIT (4u << 20)
#define TEXT_LIMIT (1u << 20) /* of a text log, its end */
#define EVENTS 256            /* a failing GPU repeats itself; the newest count */

/*
 * What a line reports, by the first of these words in it. Those of the driver: kernel-open/nvidia/
 * and src/nvidia/ of https://github.com/NVIDIA/open-gpu-kernel-modules; of signatures:
 * kernel/module/signing.c of Linux. "module verification failed" is not among them: such a module
 * is loaded, and only taints the kernel.
 */
static const struct {
    const char *words, *kind;
} kinds[] = {
    { "NVRM: Xid (", "xid" },
    { "SXid (", "sxid" },
    { "fallen off the bus", "fallen-off" },
    { "RmInitAdapter failed", "init-failed" },
    { "Loading of unsigned module is rejected", "key-refused" },
    { "Loading of module with unavailable key is rejected", "key-refused" },
    { "Loading of module with unsupported crypto is rejected", "key-refused" },
    { "unsigned module loading is restricted", "key-refused" },
    { "Required key not available", "key-refused" },
    { "Key was rejected by service", "key-refused" },
    { "is not supported by", "unsupported" },
    { "requires use of the NVIDIA open kernel modules", "unsupported" },
    { "Legacy drivers", "unsupported" },
    { "API mismatch", "api-mismatch" },
    { "nouveau", "nouveau" },
};

struct log {
    struct str text, from;
    bool is_text;   /* a file that other programs write to, too */
    bool from_boot; /* it reaches back to the kernel's start */
};

/* --- one line ------------------------------------------------------------------------------ */

/* What the kernel said, without "<4>[  12.3] ", "6,339,5140900,-;" or "Nov 24 … kernel: ". False:
 * somebody else said it. */
static bool message_in(struct str line, bool is_text, struct str *ret)
{
    static const struct str mark = STR_INIT(" kernel: ");
    size_t at = str_find(line, mark);
    struct str head, tail;

    if (at != STR_NONE)
        line = str_from(line, at + mark.len);
    else if (is_text && !str_starts(line, STR("[")))
        return false;
    else if (line.len && line.data[0] >= '0' && line.data[0] <= '9' &&
             str_cut(line, ';', &head, &tail))
        line = tail;
    if (str_starts(line, STR("<")) && str_cut(line, '>', &head, &tail))
        line = tail;
    if (str_starts(line, STR("[")) && str_cut(line, ']', &head, &tail))
        line = str_trim(tail);
    *ret = str_trim(line);
    return true;
}

static bool is_about_us(struct str message)
{
    return str_starts(message, STR("NVRM: ")) || str_starts(message, STR("nvidia")) ||
           str_starts(message, STR("nouveau "));
}

/* Where the kernel refuses a signature it does not say whose (module_sig_check() of Linux). */
static bool is_nameless_refusal(struct str message)
{
    return str_starts(message, STR("Loading of ")) || str_starts(message, STR("Lockdown: "));
}

/* The driver's greetings say nothing about a fault. */
static const char *kind_of(struct str message)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_has(message, str_of(kinds[i].words)))
            return kinds[i].kind;
    if (str_starts(message, STR("nvidia-uvm: ")) && !str_has(message, STR("Loaded the UVM driver")))
        return "other";
    return NULL;
}

/* "0000:3b:00.0" of "PCI:0000:3b:00", "PCI:0000:3b:00.0" and "GPU 0000:3b:00.0:". */
static bool address_in(struct arena *arena, struct str message, struct str *ret)
{
    static const char shape[] = "xxxx:xx:xx";
    size_t len = sizeof(shape) - 1;

    for (size_t at = 0; at + len <= message.len; at++) {
        size_t i = 0;

        while (i < len &&
               (shape[i] == ':' ? message.data[at + i] == ':'
                                : strchr("0123456789abcdefABCDEF", message.data[at + i]) != NULL &&
                                      message.data[at + i]))
            i++;
        if (i < len)
            continue;
        *ret = arena_printf(arena, "%.*s.0", STR_ARG(str_slice(message, at, at + len)));
        return true;
    }
    return false;
}

/* The number behind "): ". */
static bool code_in(struct str message, uint64_t *ret)
{
    size_t at = str_find(message, STR("): "));
    struct str number, rest;

    if (at == STR_NONE)
        return false;
    (void) str_cut(str_from(message, at + 3), ',', &number, &rest);
    return str_u64(str_trim(number), 10, ret) == 0 && *ret <= INT32_MAX;
}

static void add_event(struct probe_ctx *ctx, const struct log *log, struct str message,
                      const char *kind)
{
    struct fact_list *events = &ctx->facts->kernel_log.events;
    struct event_facts *event;
    struct str address;
    uint64_t code;

    if (events->count == EVENTS) { /* the oldest makes room */
        event = events->items;
        memmove(event, event + 1, (EVENTS - 1) * sizeof(*event));
        event[EVENTS - 1] = (struct event_facts){ .kind = { 0 } };
        event += EVENTS - 1;
    } else {
        event = fact_list_add(ctx->arena, events, sizeof(*event));
    }
    fact_str(&event->kind, str_of(kind), log->from);
    fact_str(&event->text, arena_copy(ctx->arena, message), log->from);
    if (address_in(ctx->arena, message, &address))
        fact_str(&event->address, address, log->from);
    if (str_has(event->kind.value, STR("xid")) && code_in(message, &code))
        fact_int(&event->code, (int64_t) code, log->from);
}

/* --- the log ------------------------------------------------------------------------------- */

/* Lines of this boot only: what stands before the newest greeting is of another. */
static void cut_at_boot(struct log *log)
{
    static const struct str greeting = STR_INIT("Linux version ");
    size_t at;

    while ((at = str_find(log->text, greeting)) != STR_NONE) {
        log->text = str_from(log->text, at + greeting.len);
        log->from_boot = true;
    }
}

/* The kernel's memory, or where that is not ours to read, the first text log that is there. */
static int read_log(struct probe_ctx *ctx, struct log *ret)
{
    static const struct str files[] = {
        STR_INIT("var/log/kern.log"),
        STR_INIT("var/log/dmesg"),
        STR_INIT("var/log/messages"),
        STR_INIT("var/log/syslog"),
    };
    int first = root_kernel_log(ctx->root, KERNEL_LIMIT, &ret->text), r = first;

    ret->from = STR("dev/kmsg");
    for (size_t i = 0; r < 0 && fact_state_of_error(r) != FACT_UNKNOWN; i++) {
        if (i == sizeof(files) / sizeof(files[0]))
            return first;
        r = look_end(ctx, files[i], TEXT_LIMIT, &ret->text);
        if (r == 0 || fact_state_of_error(r) == FACT_UNKNOWN) {
            ret->from = files[i];
            ret->is_text = true;
        } else if (fact_state_of_error(r) == FACT_DENIED) {
            first = r;
        }
    }
    return r;
}

static void unread(struct kernel_log_facts *facts, int error, struct str from)
{
    enum fact_state state = fact_state_of_error(error);

    facts->events = (struct fact_list){ .state = state, .from = from };
    state = state == FACT_DENIED ? FACT_DENIED : FACT_UNKNOWN;
    facts->fatal_xid = (struct fact_int){ .state = state, .from = from };
    facts->key_refused = (struct fact_bool){ .state = state, .from = from };
    facts->init_failed = facts->unsupported = facts->key_refused;
}

static bool is_fatal(const struct event_facts *event)
{
    struct error_info info;

    return fact_is(&event->kind, STR("xid")) && event->code.state == FACT_KNOWN &&
           error_by_code(ERROR_XID, (unsigned) event->code.value, &info) &&
           str_eqz(info.cause, "hardware/gpu-fault");
}

/* That something was never said is known only of a log that reaches back to the start. */
static void settle_said(struct fact_bool *fact, const struct fact_list *events, const char *kind,
                        const struct log *log)
{
    bool said = false;

    for (size_t i = 0; i < events->count; i++)
        said |= fact_is(&LIST_OF(event, events)[i].kind, str_of(kind));
    fact->from = log->from;
    if (said || log->from_boot)
        fact_bool(fact, said, log->from);
}

static void settle(struct kernel_log_facts *facts, const struct log *log)
{
    settle_said(&facts->key_refused, &facts->events, "key-refused", log);
    settle_said(&facts->init_failed, &facts->events, "init-failed", log);
    settle_said(&facts->unsupported, &facts->events, "unsupported", log);
    facts->fatal_xid.from = log->from;
    facts->fatal_xid.state = log->from_boot ? FACT_ABSENT : FACT_UNKNOWN;
    for (size_t i = 0; i < facts->events.count; i++)
        if (is_fatal(&LIST_OF(event, &facts->events)[i]))
            facts->fatal_xid = LIST_OF(event, &facts->events)[i].code;
}

static void mark_gpus(struct probe_ctx *ctx, const struct log *log)
{
    const struct fact_list *events = &ctx->facts->kernel_log.events;
    struct fact_list *gpus = &ctx->facts->hardware.gpus;

    for (size_t g = 0; g < gpus->count; g++) {
        struct gpu_facts *gpu = &LIST_OF(gpu, gpus)[g];

        gpu->failed.from = log->from;
        if (log->from_boot)
            fact_bool(&gpu->failed, false, log->from);
        for (size_t i = 0; i < events->count; i++) {
            const struct event_facts *event = &LIST_OF(event, events)[i];
            bool failed = is_fatal(event) || fact_is(&event->kind, STR("init-failed")) ||
                          fact_is(&event->kind, STR("fallen-off"));

            if (failed && event->address.state == FACT_KNOWN &&
                str_eq_nocase(event->address.value, gpu->address.value))
                fact_bool(&gpu->failed, true, log->from);
        }
    }
}

static void run(struct probe_ctx *ctx)
{
    struct kernel_log_facts *facts = &ctx->facts->kernel_log;
    struct log log = { .is_text = false };
    struct str line, message;
    int r = read_log(ctx, &log);

    if (r < 0) {
        unread(facts, r, log.from);
        return;
    }
    cut_at_boot(&log);
    facts->events = (struct fact_list){ .state = FACT_KNOWN, .from = log.from };
    while (str_next_line(&log.text, &line)) {
        const char *kind;

        if (!message_in(line, log.is_text, &message))
            continue;
        kind = kind_of(message);
        if (kind && (is_about_us(message) || is_nameless_refusal(message)))
            add_event(ctx, &log, message, kind);
    }
    facts->events.partial = facts->events.count == EVENTS || !log.from_boot;
    settle(facts, &log);
    mark_gpus(ctx, &log);
}

const struct probe probe_kernel_log = {
    .name = "kernel-log",
    .cost = COST_FILES,
    .run = run,
};
