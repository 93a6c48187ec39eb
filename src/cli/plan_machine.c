#include "cli/plan_machine.h"

#include "base/text.h"
#include "knowledge/dotted.h"
#include "knowledge/gpu_named.h"
#include "probe/gpu.h"
#include "report/report.h"

#include <errno.h>

struct description {
    struct arena *arena;
    const struct options *options;
    struct facts *facts;
};

bool plan_describes_machine(const struct options *options)
{
    return options->gpus.count || options->platform.len;
}

static int refuse(const struct description *of, enum text_id id, struct str word, struct str names)
{
    struct buf shown = buf_new(of->arena, 4096);

    text_escape(&shown, word);
    complain(report_fill(of->arena, text_of(id, of->options->lang), "word", buf_str(&shown), "name",
                         buf_str(&shown), "names", names, "near", names, NULL));
    return EXIT_WRONG_USAGE;
}

/* --- Python and driver ---------------------------------------------------------------------- */

static bool is_digits(struct str text)
{
    uint64_t number;

    return str_u64(text, 10, &number) == 0;
}

bool plan_python_is_version(struct str python)
{
    struct str major, minor;

    if (!str_cut(python, '.', &major, &minor))
        return false;
    if (str_ends(minor, STR("t")))
        minor = str_slice(minor, 0, minor.len - 1);
    return is_digits(major) && (is_digits(minor) || str_find_char(minor, '.') != STR_NONE) &&
           str_find_char(python, '/') == STR_NONE;
}

/* "3.12", "3.12.4" and "3.13t". */
void plan_set_python(struct arena *arena, struct str python, struct str from, struct facts *facts)
{
    struct torch_facts *torch = &facts->torch;
    bool threaded = str_ends(python, STR("t"));
    struct str major, minor, patch;

    (void) str_cut(str_slice(python, 0, python.len - threaded), '.', &major, &minor);
    (void) str_cut(minor, '.', &minor, &patch);
    fact_str(&torch->python_version,
             arena_printf(arena, "%.*s.%.*s", STR_ARG(major), STR_ARG(minor)), from);
    fact_str(
        &torch->python_abi,
        arena_printf(arena, "cp%.*s%.*s%s", STR_ARG(major), STR_ARG(minor), threaded ? "t" : ""),
        from);
    torch->python = (struct fact_str){ .state = FACT_UNKNOWN };
}

static int set_python(const struct description *of)
{
    struct str python = of->options->python;
    bool elsewhere = plan_describes_machine(of->options) || of->options->host.len;

    if (python.len == 0)
        return EXIT_GOOD;
    if (plan_python_is_version(python))
        plan_set_python(of->arena, python, STR("--python"), of->facts);
    else if (elsewhere) /* no interpreter there can be looked at */
        return refuse(of, TEXT_PLAN_BAD_PYTHON, python, python);
    return EXIT_GOOD;
}

static int set_driver(const struct description *of)
{
    static const struct str from = STR_INIT("--driver");
    struct driver_facts *driver = &of->facts->driver;
    struct str version = of->options->driver;
    unsigned branch;

    if (version.len == 0)
        return EXIT_GOOD;
    if (dotted_first(version, &branch) < 0 || branch < 100 || branch > 9999)
        return refuse(of, TEXT_PLAN_BAD_DRIVER, version, from);
    fact_str(&driver->version, version, from);
    fact_str(&driver->branch, arena_printf(of->arena, "%u", branch), from);
    driver->max_cuda = (struct fact_str){ .state = FACT_UNKNOWN };
    driver->library_origin = (struct fact_str){ .state = FACT_UNKNOWN };
    return EXIT_GOOD;
}

/* --- GPUs ----------------------------------------------------------------------------------- */

static int add_gpu(const struct description *of, struct str name)
{
    struct fact_list *list = &of->facts->hardware.gpus;
    struct gpu_names names = { .count = 0 };
    struct buf all = buf_new(of->arena, 64u * 1024u);
    struct gpu_info info;
    struct gpu_facts *gpu;
    struct str near;

    switch (gpu_named(of->arena, name, &info, &names)) {
    case 0:
        gpu = fact_list_add(of->arena, list, sizeof(*gpu));
        gpu_describe(of->arena, &info, name, gpu);
        if (gpu->capability.state == FACT_KNOWN)
            gpu->capability.from = STR("--gpu");
        if (info.tegra)
            fact_bool(&of->facts->machine.jetson, true, STR("--gpu"));
        return EXIT_GOOD;
    case -ENOTUNIQ:
        for (size_t i = 0; i < names.count; i++) {
            buf_addz(&all, i ? ", " : "");
            buf_add(&all, names.items[i]);
        }
        return refuse(of, TEXT_PLAN_AMBIGUOUS_GPU, name, buf_str(&all));
    default:
        if (gpu_named_near(of->arena, name, &near))
            return refuse(of, TEXT_PLAN_NO_GPU_NEAR, name, near);
        return refuse(of, TEXT_PLAN_NO_GPU, name, name);
    }
}

static int set_gpus(const struct description *of)
{
    struct hardware_facts *hardware = &of->facts->hardware;
    const struct word_list *gpus = &of->options->gpus;
    int code = EXIT_GOOD;

    if (gpus->count == 0)
        return EXIT_GOOD;
    hardware->gpus = (struct fact_list){ .state = FACT_KNOWN, .from = STR("--gpu") };
    for (size_t i = 0; code == EXIT_GOOD && i < gpus->count; i++)
        code = add_gpu(of, gpus->items[i]);
    fact_int(&hardware->gpu_count, (int64_t) hardware->gpus.count, STR("--gpu"));
    return code;
}

/* --- the platform --------------------------------------------------------------------------- */

/* The C library that a wheel's tag asks for: "manylinux_2_28", "manylinux2014", "musllinux_1_2". */
static bool set_libc(const struct description *of, struct str *rest)
{
    static const struct {
        struct str tag;
        const char *libc, *version;
    } rows[] = {
        { STR_INIT("linux_"), NULL, NULL },
        { STR_INIT("manylinux1_"), "glibc", "2.5" },
        { STR_INIT("manylinux2010_"), "glibc", "2.12" },
        { STR_INIT("manylinux2014_"), "glibc", "2.17" },
    };
    static const struct str from = STR_INIT("--platform");
    struct machine_facts *machine = &of->facts->machine;
    bool musl = str_starts(*rest, STR("musllinux_"));
    struct str major, minor;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!str_starts(*rest, rows[i].tag))
            continue;
        *rest = str_from(*rest, rows[i].tag.len);
        if (rows[i].libc) {
            fact_str(&machine->libc, str_of(rows[i].libc), from);
            fact_str(&machine->libc_version, str_of(rows[i].version), from);
        }
        return true;
    }
    if (!musl && !str_starts(*rest, STR("manylinux_")))
        return false;
    *rest = str_from(*rest, 10);
    if (!str_cut(*rest, '_', &major, rest) || !str_cut(*rest, '_', &minor, rest) ||
        !is_digits(major) || !is_digits(minor))
        return false;
    fact_str(&machine->libc, musl ? STR("musl") : STR("glibc"), from);
    fact_str(&machine->libc_version,
             arena_printf(of->arena, "%.*s.%.*s", STR_ARG(major), STR_ARG(minor)), from);
    return true;
}

static int set_platform(const struct description *of)
{
    struct machine_facts *machine = &of->facts->machine;
    struct str platform = of->options->platform, rest = platform;
    struct str from = STR("--platform");

    if (platform.len == 0) {
        if (plan_describes_machine(of->options) && machine->architecture.state == FACT_UNKNOWN)
            fact_str(&machine->architecture,
                     fact_true(&machine->jetson) ? STR("aarch64") : STR("x86_64"), STR("assumed"));
        return EXIT_GOOD;
    }
    if (str_eqz(platform, "win_amd64")) {
        fact_str(&machine->os, STR("windows"), from);
        fact_str(&machine->architecture, STR("x86_64"), from);
        return EXIT_GOOD;
    }
    if (!set_libc(of, &rest) || !(str_eqz(rest, "x86_64") || str_eqz(rest, "aarch64")))
        return refuse(of, TEXT_PLAN_BAD_PLATFORM, platform, from);
    fact_str(&machine->architecture, rest, from);
    return EXIT_GOOD;
}

int plan_machine_apply(struct arena *arena, const struct options *options, struct facts *facts)
{
    const struct description of = { arena, options, facts };
    int code = set_gpus(&of);

    if (code == EXIT_GOOD)
        code = set_driver(&of);
    if (code == EXIT_GOOD)
        code = set_python(&of);
    return code == EXIT_GOOD ? set_platform(&of) : code;
}
