/*
 * needs: what a stack needs of the machine beneath it, worked out from what it is made of. That a
 * machine had driver 550 says nothing of which drivers would do.
 */
#include "lock/lock.h"

#include "knowledge/coverage.h"
#include "knowledge/cuda.h"
#include "knowledge/cuda_compat.h"

struct floor {
    struct str version;
    const char *because;
    bool open; /* something that may ask for more is not known */
};

static void raise_floor(struct floor *floor, struct str version, const char *because)
{
    if (!version.len ||
        (floor->version.len && driver_version_compare(version, floor->version) <= 0))
        return;
    floor->version = version;
    floor->because = because;
}

/* The CUDA that torch's own code was made with. */
static bool cuda_of(const struct facts *facts, unsigned *ret_major, unsigned *ret_minor)
{
    struct gpu_capability numbers; /* of the same form: "12.4" */

    if (facts->torch.cuda.state != FACT_KNOWN ||
        !capability_parse(facts->torch.cuda.value, &numbers))
        return false;
    *ret_major = numbers.major;
    *ret_minor = numbers.minor;
    return true;
}

/* --- what asks for a driver ---------------------------------------------------------------- */

static void ask_runtime(const struct facts *facts, struct floor *floor)
{
    const struct fact_str *needed = &facts->runtime.driver_needed;

    if (needed->state == FACT_KNOWN)
        raise_floor(floor, needed->value, "runtime");
    else
        floor->open = true;
}

static void ask_extensions(const struct facts *facts, struct floor *floor)
{
    const struct fact_list *list = &facts->extensions.all;

    for (size_t i = 0; i < list->count; i++) {
        const struct extension_facts *extension = &LIST_OF(extension, list)[i];
        struct cuda_requirement needed;

        if (extension->cuda_major.state == FACT_KNOWN && fact_true(&extension->loads) &&
            cuda_driver_needed_by_major(NULL, (unsigned) extension->cuda_major.value, &needed))
            raise_floor(floor, needed.driver, "extensions");
    }
}

/* The oldest driver that came with some update of this CUDA: it compiles its PTX. */
static struct str driver_of_cuda(unsigned major, unsigned minor)
{
    struct cuda_release release;

    for (size_t at = 0; cuda_release_at(NULL, at, &release); at++)
        if (release.major == major && release.minor == minor && release.bundled_driver.len)
            return release.bundled_driver;
    return (struct str){ NULL, 0 };
}

/* A GPU for which there is PTX alone needs a driver as new as the CUDA that made it
 * (https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html). */
static void ask_ptx(const struct facts *facts, struct gpu_capability gpu, struct floor *floor)
{
    const struct fact_str *archs = &facts->torch.architectures;
    unsigned major, minor;

    if (archs->state != FACT_KNOWN || archs_cover(archs->value, gpu) != COVERAGE_PTX)
        return;
    if (cuda_of(facts, &major, &minor))
        raise_floor(floor, driver_of_cuda(major, minor), "ptx");
    else
        floor->open = true;
}

static void ask_gpus(struct arena *arena, const struct facts *facts, struct floor *floor)
{
    const struct fact_list *list = &facts->hardware.gpus;

    for (size_t i = 0; i < list->count; i++) {
        const struct gpu_facts *gpu = &LIST_OF(gpu, list)[i];
        struct gpu_capability capability;

        if (gpu->first_branch.state == FACT_KNOWN)
            raise_floor(floor, arena_printf(arena, "%lld", (long long) gpu->first_branch.value),
                        "gpu");
        if (gpu->capability.state == FACT_KNOWN &&
            capability_parse(gpu->capability.value, &capability))
            ask_ptx(facts, capability, floor);
    }
}

/* --- facts --------------------------------------------------------------------------------- */

static const struct fact_str nothing = { .state = FACT_ABSENT };

static void tell(struct fact_str *fact, struct str value)
{
    *fact = nothing;
    if (value.len)
        fact_str(fact, value, (struct str){ NULL, 0 });
}

static void need_driver(struct arena *arena, const struct facts *facts, struct lock_facts *ret)
{
    struct floor floor = { .because = NULL };

    if (fact_is(&facts->torch.build, STR("cuda"))) {
        ask_runtime(facts, &floor);
        ask_extensions(facts, &floor);
        ask_gpus(arena, facts, &floor);
    }
    if (facts->torch.build.state != FACT_KNOWN || floor.open)
        return;
    tell(&ret->driver_min, floor.version);
    tell(&ret->driver_because, str_of(floor.because));
}

/* Where the libcuda in use is one of a forward-compatibility package. */
static void need_compat(const struct facts *facts, struct lock_facts *ret)
{
    struct cuda_compat compat;

    ret->driver_compat = nothing;
    if (!fact_is(&facts->driver.library_origin, STR("compat")))
        return;
    for (size_t at = 0; cuda_compat_at(at, &compat); at++)
        if (fact_is(&facts->torch.cuda, compat.cuda))
            tell(&ret->driver_compat, compat.branches);
}

/* "8.6 9.0", each once: what is locked is sorted. */
static void need_gpus(struct arena *arena, const struct facts *locked, struct lock_facts *ret)
{
    const struct fact_list *list = &locked->hardware.gpus;
    struct buf words = buf_new(arena, 4096);
    struct str last = { NULL, 0 };

    if (list->state != FACT_KNOWN)
        return;
    for (size_t i = 0; i < list->count; i++) {
        const struct fact_str *capability = &LIST_OF(gpu, list)[i].capability;

        if (capability->state != FACT_KNOWN || str_eq(capability->value, last))
            continue;
        last = capability->value;
        buf_addz(&words, words.len ? " " : "");
        buf_add(&words, last);
    }
    tell(&ret->capabilities, buf_str(&words));
}

static void take(struct fact_str *to, const struct fact_str *from)
{
    *to = *from;
    to->from = (struct str){ NULL, 0 };
}

void lock_needs(struct arena *arena, const struct facts *facts, struct facts *locked)
{
    struct lock_facts *ret = &locked->lock;

    need_gpus(arena, locked, ret);
    need_driver(arena, facts, ret);
    need_compat(facts, ret);
    take(&ret->architectures, &facts->torch.architectures);
    take(&ret->driver_last, &facts->driver.legacy_branch);
    take(&ret->libc_min, &facts->torch.glibc_needed);
}
