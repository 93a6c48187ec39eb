#include "knowledge/coverage.h"

static int order(unsigned major, unsigned minor, struct gpu_capability gpu)
{
    if (major != gpu.major)
        return major < gpu.major ? -1 : 1;
    return minor < gpu.minor ? -1 : minor > gpu.minor;
}

static enum coverage arch_covers(const struct torch_arch *arch, struct gpu_capability gpu)
{
    struct gpu_capability target = { arch->major, arch->minor };
    int against = order(arch->major, arch->minor, gpu);

    if (arch->suffix == 'a')
        return against == 0 ? (arch->ptx ? COVERAGE_PTX : COVERAGE_CODE) : COVERAGE_NONE;
    if (arch->ptx) {
        bool family = arch->suffix != 'f' || arch->major == gpu.major;

        return against <= 0 && family ? COVERAGE_PTX : COVERAGE_NONE;
    }
    if (against == 0)
        return COVERAGE_CODE;
    if (gpu_capability_is_tegra(gpu) || gpu_capability_is_tegra(target))
        return COVERAGE_NONE;
    return arch->major == gpu.major && against < 0 ? COVERAGE_CODE : COVERAGE_NONE;
}

enum coverage archs_cover(struct str archs, struct gpu_capability gpu)
{
    enum coverage best = COVERAGE_NONE;
    struct torch_arch arch;

    while (torch_arch_next(&archs, &arch)) {
        enum coverage by = arch_covers(&arch, gpu);

        best = by > best ? by : best;
    }
    return best;
}

bool archs_all_older(struct str archs, struct gpu_capability gpu)
{
    struct torch_arch arch;

    while (torch_arch_next(&archs, &arch))
        if (order(arch.major, arch.minor, gpu) >= 0)
            return false;
    return true;
}

bool capability_parse(struct str text, struct gpu_capability *ret)
{
    struct str major, minor;
    uint64_t high, low;

    (void) str_cut(text, '.', &major, &minor);
    if (str_u64(major, 10, &high) < 0 || str_u64(minor, 10, &low) < 0 || high > 99 || low > 99)
        return false;
    *ret = (struct gpu_capability){ (unsigned) high, (unsigned) low };
    return true;
}
