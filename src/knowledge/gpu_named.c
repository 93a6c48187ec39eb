#include "knowledge/gpu_named.h"

#include "base/near.h"
#include "knowledge/coverage.h"

#include <errno.h>

static void describe(struct gpu_capability capability, struct gpu_info *ret)
{
    *ret = (struct gpu_info){
        .architecture = gpu_architecture(capability),
        .capability = capability,
        .capability_basis = BASIS_READ,
        .tegra = gpu_capability_is_tegra(capability),
    };
}

/* "sm_89", "compute_89", "sm_90a", "8.9". */
static bool by_capability(struct str text, struct gpu_info *ret)
{
    struct torch_arch arch;
    struct gpu_capability capability;
    struct str words = text;

    if (torch_arch_next(&words, &arch))
        capability = (struct gpu_capability){ arch.major, arch.minor };
    else if (str_find_char(text, ' ') != STR_NONE || !capability_parse(text, &capability))
        return false;
    if (gpu_architecture(capability).len == 0)
        return false;
    describe(capability, ret);
    return true;
}

/* "10de:2684", or the device alone. */
static bool by_pci(struct str text, struct gpu_info *ret)
{
    struct str device = text;
    uint64_t number;

    if (str_starts(text, STR("10de:")) || str_starts(text, STR("10DE:")))
        device = str_from(text, 5);
    return device.len == 4 && str_u64(device, 16, &number) == 0 &&
           gpu_by_pci((unsigned) number, 0, 0, ret);
}

static bool is_listed(const struct gpu_capability *seen, size_t count,
                      struct gpu_capability capability)
{
    for (size_t i = 0; i < count; i++)
        if (seen[i].major == capability.major && seen[i].minor == capability.minor)
            return true;
    return false;
}

/* One name for each capability that is meant. */
static void list_names(struct arena *arena, struct str text, struct gpu_names *ret)
{
    struct gpu_capability seen[GPU_CAPABILITIES_MAX];
    struct gpu_search search;
    struct gpu_info gpu;

    ret->count = 0;
    if (!gpu_search(text, &search))
        return;
    while (ret->count < GPU_CAPABILITIES_MAX && gpu_search_next(&search, &gpu)) {
        if (is_listed(seen, ret->count, gpu.capability))
            continue;
        seen[ret->count] = gpu.capability;
        ret->items[ret->count++] = arena_printf(arena, "%.*s (sm_%u%u)", STR_ARG(gpu.name),
                                                gpu.capability.major, gpu.capability.minor);
    }
}

int gpu_named(struct arena *arena, struct str text, struct gpu_info *ret,
              struct gpu_names *ret_names)
{
    struct gpu_matches matches;

    text = str_trim(text);
    if (by_capability(text, ret))
        return 0;
    if (gpu_by_name(text, &matches)) {
        if (matches.capability_count == 1) {
            *ret = matches.first;
            if (matches.rows > 1) /* several of one kind: as it was written */
                ret->name = text;
            return 0;
        }
        list_names(arena, text, ret_names);
        return -ENOTUNIQ;
    }
    return by_pci(text, ret) ? 0 : -ENOENT;
}

/* Lower case, without blanks, and without the maker's and the family's names: as people type. */
static struct str as_typed(struct arena *arena, struct str name)
{
    static const struct str dropped[] = { STR_INIT("nvidia"), STR_INIT("geforce"),
                                          STR_INIT("tesla"), STR_INIT("rtx"), STR_INIT("gtx") };
    char *copy = arena_alloc(arena, name.len + 1);
    struct str plain = { copy, 0 };

    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] != ' ' && name.data[i] != '-')
            copy[plain.len++] = name.data[i] >= 'A' && name.data[i] <= 'Z'
                                    ? (char) (name.data[i] + 'a' - 'A')
                                    : name.data[i];
    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
        if (str_starts(plain, dropped[i]))
            plain = str_from(plain, dropped[i].len);
    return plain;
}

bool gpu_named_near(struct arena *arena, struct str text, struct str *ret)
{
    struct str typed = as_typed(arena, text);
    unsigned best = 3; /* one more than near_enough() allows */
    struct gpu_info gpu;

    for (size_t at = 0; gpu_at(at, &gpu); at++) {
        struct str name = as_typed(arena, gpu.name);
        unsigned distance = near_distance(typed, name);

        if (distance < best && near_enough(typed, name)) {
            best = distance;
            *ret = gpu.name;
        }
    }
    return best < 3;
}
