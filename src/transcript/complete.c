#include "transcript/complete.h"

#include "knowledge/coverage.h"
#include "knowledge/cuda.h"
#include "knowledge/dotted.h"

static void set_str(struct fact_str *fact, struct str value, struct str from)
{
    if (fact->state == FACT_UNKNOWN && value.len)
        fact_str(fact, value, from);
}

static void name_capabilities(struct arena *arena, const struct fact_list *gpus)
{
    for (size_t i = 0; i < gpus->count; i++) {
        struct gpu_facts *gpu = &LIST_OF(gpu, gpus)[i];
        struct gpu_matches found;

        if (gpu->name.state != FACT_KNOWN || gpu->capability.state != FACT_UNKNOWN ||
            !gpu_by_name(gpu->name.value, &found) || found.capability_count != 1 ||
            found.capabilities[0].major == 0)
            continue;
        fact_str(
            &gpu->capability,
            arena_printf(arena, "%u.%u", found.capabilities[0].major, found.capabilities[0].minor),
            gpu->name.from);
        set_str(&gpu->segment, found.first.segment, gpu->name.from);
    }
}

/* "2.4.1+cu121": release 2.4.1, tag cu121. */
static void take_version_apart(struct torch_facts *torch)
{
    struct str release, local;

    if (torch->version.state != FACT_KNOWN)
        return;
    (void) str_cut(torch->version.value, '+', &release, &local);
    set_str(&torch->release, release, torch->version.from);
    set_str(&torch->tag, local, torch->version.from);
}

/* "cu118" and "cu92": CUDA 11.8 and 9.2, which is the runtime's version where no package tells. */
static void name_cuda(struct arena *arena, struct facts *facts)
{
    struct torch_facts *torch = &facts->torch;
    const struct str tag = torch->tag.state == FACT_KNOWN ? torch->tag.value : STR("");

    if (str_starts(tag, STR("cu")) && (tag.len == 4 || tag.len == 5))
        set_str(
            &torch->cuda,
            arena_printf(arena, "%.*s.%c", (int) tag.len - 3, tag.data + 2, tag.data[tag.len - 1]),
            torch->tag.from);
    if (torch->cuda.state != FACT_KNOWN)
        return;
    set_str(&torch->build, STR("cuda"), torch->cuda.from);
    if (torch->packages.state == FACT_KNOWN)
        set_str(&facts->runtime.version, torch->cuda.value, torch->cuda.from);
}

/*
 * nvidia-smi shows the CUDA version of the libcuda that it loads. Where that is newer than what the
 * driver's branch came with, it is cuda-compat's
 * (https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html).
 */
static void notice_compat(struct driver_facts *driver)
{
    unsigned major, minor, branch, needed;
    struct str head, tail;
    struct cuda_release release;

    if (driver->version.state != FACT_KNOWN || driver->max_cuda.state != FACT_KNOWN ||
        !str_cut(driver->max_cuda.value, '.', &head, &tail) || dotted_first(head, &major) < 0 ||
        dotted_first(tail, &minor) < 0 || !cuda_release_find(NULL, major, minor, &release) ||
        dotted_first(driver->version.value, &branch) < 0 ||
        dotted_first(release.bundled_driver, &needed) < 0)
        return;
    if (branch < needed)
        set_str(&driver->library_origin, STR("compat"), driver->max_cuda.from);
}

/* "'sm_80', 'sm_90'", as Python writes it, becomes a list of words. */
static void write_plainly(struct arena *arena, struct fact_str *list)
{
    char *bytes;

    if (list->state != FACT_KNOWN)
        return;
    bytes = arena_alloc(arena, list->value.len);
    for (size_t i = 0; i < list->value.len; i++) {
        char c = list->value.data[i];

        bytes[i] = c == '\'' || c == '"' || c == ',' ? ' ' : c;
    }
    list->value = str_trim((struct str){ bytes, list->value.len });
}

/* Lists of architectures are the same on Linux and Windows, and a text seldom says which it is. */
static void find_architectures(struct torch_facts *torch)
{
    struct torch_build build;

    if (torch->architectures.state == FACT_UNKNOWN && torch->release.state == FACT_KNOWN &&
        torch->tag.state == FACT_KNOWN &&
        torch_build_find(NULL, torch->release.value, torch->tag.value, STR("linux_x86_64"),
                         &build)) {
        set_str(&torch->architectures, build.archs, STR("knowledge: torch_builds"));
        set_str(&torch->architectures_basis, basis_name(build.arch_basis),
                STR("knowledge: torch_builds"));
    }
}

static void find_uncovered(struct arena *arena, struct facts *facts)
{
    struct torch_facts *torch = &facts->torch;
    const struct fact_list *gpus = &facts->hardware.gpus;

    if (torch->architectures.state != FACT_KNOWN || torch->covers_gpus.state != FACT_UNKNOWN)
        return;
    /* What torch itself calls uncovered is so, though there be PTX that could be compiled. */
    for (size_t i = 0; i < gpus->count; i++) {
        const struct fact_str *text = &LIST_OF(gpu, gpus)[i].capability;
        struct gpu_capability gpu;
        struct str name;

        if (text->state != FACT_KNOWN || !capability_parse(text->value, &gpu))
            continue;
        name = arena_printf(arena, "sm_%u%u", gpu.major, gpu.minor);
        if (torch->uncovered.state == FACT_KNOWN
                ? !str_eq(torch->uncovered.value, name)
                : archs_cover(torch->architectures.value, gpu) != COVERAGE_NONE)
            continue;
        fact_bool(&torch->covers_gpus, false, text->from);
        fact_bool(&torch->uncovered_newer, archs_all_older(torch->architectures.value, gpu),
                  text->from);
        set_str(&torch->uncovered, name, text->from);
        return;
    }
}

void transcript_complete(struct arena *arena, struct facts *facts)
{
    name_capabilities(arena, &facts->hardware.gpus);
    take_version_apart(&facts->torch);
    name_cuda(arena, facts);
    notice_compat(&facts->driver);
    write_plainly(arena, &facts->torch.architectures);
    find_architectures(&facts->torch);
    find_uncovered(arena, facts);
}
