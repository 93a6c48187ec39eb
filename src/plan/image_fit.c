#include "plan/image_fit.h"

#include "knowledge/coverage.h"
#include "knowledge/cuda.h"

struct fitting {
    struct arena *arena;
    const struct image_name *name;
    struct str cuda;
    const struct facts *host;
    struct image_fit *fit;
};

static void say(struct fitting *it, enum fit_reason reason)
{
    it->fit->reasons |= 1u << reason;
}

/* https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html */
static bool takes_compat(const struct facts *host)
{
    const struct fact_list *gpus = &host->hardware.gpus;

    for (size_t i = 0; i < gpus->count; i++)
        if (!fact_is(&LIST_OF(gpu, gpus)[i].segment, STR("datacenter")))
            return false;
    return gpus->count > 0;
}

static void fit_driver(struct fitting *it)
{
    const struct fact_str *driver = &it->host->driver.version;

    it->fit->needed = it->cuda.len ? image_cuda_driver(it->cuda) : (struct str){ NULL, 0 };
    if (!it->fit->needed.len)
        say(it, FIT_CUDA_UNKNOWN);
    if (driver->state != FACT_KNOWN) {
        say(it, FIT_DRIVER_UNKNOWN);
        return;
    }
    it->fit->driver = driver->value;
    if (it->fit->needed.len && driver_version_compare(driver->value, it->fit->needed) < 0)
        say(it, takes_compat(it->host) ? FIT_DRIVER_COMPAT : FIT_DRIVER_OLD);
}

/* "cu128" of "12.8" and "12.8.1". */
static struct str tag_of(struct arena *arena, struct str cuda)
{
    struct str major, minor, rest;

    (void) str_cut(cuda, '.', &major, &rest);
    (void) str_cut(rest, '.', &minor, &rest);
    return arena_printf(arena, "cu%.*s%.*s", STR_ARG(major), STR_ARG(minor));
}

static bool find_build(struct fitting *it, struct torch_build *ret)
{
    struct str torch = image_name_field(it->name, "torch");
    bool arm = fact_is(&it->host->machine.architecture, STR("aarch64"));

    return torch.len && it->cuda.len &&
           torch_build_find(NULL, torch, tag_of(it->arena, it->cuda),
                            arm ? STR("linux_aarch64") : STR("linux_x86_64"), ret) &&
           ret->archs.len;
}

static void fit_gpus(struct fitting *it)
{
    const struct fact_list *gpus = &it->host->hardware.gpus;
    struct torch_build build;

    if (it->name->tag && it->name->tag->torch == ANSWER_NO)
        return; /* what is put into it decides */
    if (gpus->state != FACT_KNOWN || gpus->partial || !find_build(it, &build)) {
        say(it, FIT_GPU_UNKNOWN);
        return;
    }
    for (size_t i = 0; i < gpus->count; i++) {
        const struct fact_str *fact = &LIST_OF(gpu, gpus)[i].capability;
        struct gpu_capability capability;

        if (fact->state != FACT_KNOWN || !capability_parse(fact->value, &capability)) {
            say(it, FIT_GPU_UNKNOWN);
        } else if (archs_cover(build.archs, capability) == COVERAGE_NONE) {
            say(it, FIT_GPU);
            it->fit->gpu = arena_printf(it->arena, "sm_%u%u", capability.major, capability.minor);
        }
    }
}

void image_fit(struct arena *arena, const struct image_name *name, struct str cuda,
               const struct facts *host, struct image_fit *ret)
{
    const unsigned against = 1u << FIT_DRIVER_OLD | 1u << FIT_GPU;
    struct fitting it = { .arena = arena, .name = name, .host = host, .fit = ret };

    it.cuda = image_name_field(name, "cuda");
    if (!it.cuda.len)
        it.cuda = cuda.len ? cuda : image_name_field(name, "cuda_major");
    *ret = (struct image_fit){ .takes = ANSWER_YES };
    fit_driver(&it);
    fit_gpus(&it);
    if (ret->reasons)
        ret->takes = ret->reasons & against ? ANSWER_NO : ANSWER_UNKNOWN;
}

const char *fit_reason_name(enum fit_reason reason)
{
    static const char *const names[FIT_REASONS] = {
        "driver-old", "driver-compat", "driver-unknown", "cuda-unknown", "gpu", "gpu-unknown"
    };

    return names[reason];
}
