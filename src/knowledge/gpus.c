#include "knowledge/gpus.h"

#include "knowledge/coverage.h"
#include "knowledge/cuda.h"
#include "knowledge/cuda_targets.h"
#include "knowledge/dotted.h"

struct gpu_row {
    uint16_t device, subvendor, subdevice;
    uint16_t name, chip, architecture, segment, first_open_driver, source;
    uint16_t last_driver_branch;
    uint8_t major, minor, capability_basis, open_module, last_driver_branch_basis;
};

#include "knowledge/gpus_table.h"

#define COUNT (sizeof(gpu_rows) / sizeof(gpu_rows[0]))

struct key {
    unsigned device, subvendor, subdevice;
};

bool pci_class_is_gpu(unsigned class)
{
    return class >> 16 == 0x03;
}

bool gpu_at(size_t at, struct gpu_info *ret)
{
    const struct gpu_row *row;

    if (at >= COUNT)
        return false;
    row = &gpu_rows[at];
    *ret = (struct gpu_info){
        .name = table_text(row->name),
        .chip = table_text(row->chip),
        .architecture = table_text(row->architecture),
        .capability = { row->major, row->minor },
        .capability_basis = (enum basis) row->capability_basis,
        .segment = table_text(row->segment),
        .open_module = (enum answer) row->open_module,
        .first_open_driver = table_text(row->first_open_driver),
        .last_driver_branch = row->last_driver_branch,
        .last_driver_branch_basis = (enum basis) row->last_driver_branch_basis,
        .source = table_text(row->source),
    };
    ret->tegra = gpu_capability_is_tegra(ret->capability);
    return true;
}

bool gpu_name_at(size_t at, struct str *ret)
{
    if (at >= COUNT)
        return false;
    *ret = table_text(gpu_rows[at].name);
    return true;
}

bool gpu_pci_at(size_t at, unsigned *ret_device, unsigned *ret_subvendor, unsigned *ret_subdevice)
{
    if (at >= COUNT)
        return false;
    *ret_device = gpu_rows[at].device;
    *ret_subvendor = gpu_rows[at].subvendor;
    *ret_subdevice = gpu_rows[at].subdevice;
    return true;
}

static int order(unsigned a, unsigned b)
{
    return (a > b) - (a < b);
}

static int compare(size_t at, const void *key)
{
    const struct gpu_row *row = &gpu_rows[at];
    const struct key *want = key;

    if (row->device != want->device)
        return order(row->device, want->device);
    if (row->subvendor != want->subvendor)
        return order(row->subvendor, want->subvendor);
    return order(row->subdevice, want->subdevice);
}

static bool find(struct key key, struct gpu_info *ret)
{
    size_t at = table_lower_bound(COUNT, compare, &key);

    return at < COUNT && compare(at, &key) == 0 && gpu_at(at, ret);
}

bool gpu_by_pci(unsigned device, unsigned subvendor, unsigned subdevice, struct gpu_info *ret)
{
    /* Device 0 marks the rows that have no PCI number. */
    if (device == 0)
        return false;
    return find((struct key){ device, subvendor, subdevice }, ret) ||
           find((struct key){ device, 0, 0 }, ret);
}

struct str gpu_architecture(struct gpu_capability capability)
{
    for (size_t at = 0; at < COUNT; at++)
        if (gpu_rows[at].major == capability.major && gpu_rows[at].minor == capability.minor)
            return capability.major ? table_text(gpu_rows[at].architecture) : STR("");
    return STR("");
}

#define BLACKWELL 10 /* major of the first GPUs that have an open module alone */

/* Of the first open module that lists such a GPU. */
static unsigned first_open_branch(struct gpu_capability capability)
{
    unsigned first = 0, branch;

    for (size_t at = 0; at < COUNT; at++)
        if (gpu_rows[at].major == capability.major && gpu_rows[at].minor == capability.minor &&
            dotted_first(table_text(gpu_rows[at].first_open_driver), &branch) == 0 &&
            (first == 0 || branch < first))
            first = branch;
    return first;
}

/* Of the driver that came with the first CUDA that compiles for it. */
static unsigned first_cuda_branch(struct gpu_capability capability)
{
    struct cuda_target target;
    unsigned branch;

    for (size_t at = 0; cuda_target_at(at, &target); at++) {
        struct gpu_capability of;
        struct str driver;

        if (capability_parse(target.capability, &of) && of.major == capability.major &&
            of.minor == capability.minor && cuda_bundled_driver(NULL, target.first, &driver) &&
            dotted_first(driver, &branch) == 0)
            return branch;
    }
    return 0;
}

unsigned gpu_first_branch(struct gpu_capability capability)
{
    unsigned open = capability.major >= BLACKWELL ? first_open_branch(capability) : 0;

    return open ? open : first_cuda_branch(capability);
}

bool gpu_capability_is_tegra(struct gpu_capability capability)
{
    /* Thor is 10.1 to CUDA 12 and 11.0 to CUDA 13. */
    static const struct gpu_capability tegras[] = {
        { 3, 2 }, { 5, 3 }, { 6, 2 }, { 7, 2 }, { 8, 7 }, { 10, 1 }, { 11, 0 },
    };

    for (size_t i = 0; i < sizeof(tegras) / sizeof(tegras[0]); i++)
        if (tegras[i].major == capability.major && tegras[i].minor == capability.minor)
            return true;
    return false;
}
