/* complete: what the driver says of its GPUs, into the facts that files began. */
#include "driver/facts.h"
#include "probe/gpu.h"

#define NO_DEVICE 100 /* CUDA_ERROR_NO_DEVICE */

static void fill(struct fact_str *fact, const struct fact_str *told)
{
    if (fact->state != FACT_KNOWN && told->state == FACT_KNOWN)
        *fact = *told;
}

static bool from_table(const struct fact_str *fact)
{
    return fact->state != FACT_KNOWN || str_starts(fact->from, STR("knowledge"));
}

static void complete_gpu(const struct nvml_device_facts *told, struct gpu_facts *gpu)
{
    if (told->name.state == FACT_KNOWN && from_table(&gpu->name))
        gpu->name = told->name;
    if (told->capability.state == FACT_KNOWN)
        gpu->capability = told->capability;
    fill(&gpu->uuid, &told->uuid);
    if (told->mig.state == FACT_KNOWN)
        gpu->mig_enabled = told->mig;
    else if (told->mig.state == FACT_ABSENT) /* it cannot: so it is not on */
        fact_bool(&gpu->mig_enabled, false, told->mig.from);
    if (told->virtualization.state == FACT_KNOWN)
        fact_bool(&gpu->virtual_gpu, str_eqz(told->virtualization.value, "vgpu"),
                  told->virtualization.from);
}

static const struct nvml_device_facts *told_of(const struct nvml_facts *nvml, struct str address)
{
    for (size_t i = 0; i < nvml->devices.count; i++) {
        const struct nvml_device_facts *device = &LIST_OF(nvml_device, &nvml->devices)[i];

        if (fact_is(&device->address, address))
            return device;
    }
    return NULL;
}

/* Where no bus is in sight (WSL, a container without sys) the driver's list is the list. */
static void add_gpu(struct arena *arena, const struct nvml_gpu *said,
                    const struct nvml_device_facts *told, struct hardware_facts *hardware)
{
    struct gpu_facts *gpu = fact_list_add(arena, &hardware->gpus, sizeof(struct gpu_facts));
    struct gpu_matches matches;

    gpu->address = told->address;
    if (said->vendor_id.state == SAID_VALUE && said->device_id.state == SAID_VALUE)
        fact_str(&gpu->device_id,
                 arena_printf(arena, "%04llx:%04llx", (unsigned long long) said->vendor_id.number,
                              (unsigned long long) said->device_id.number),
                 told->address.from);
    complete_gpu(told, gpu);
    if (gpu->name.state == FACT_KNOWN && gpu_by_name(gpu->name.value, &matches) &&
        matches.capability_count == 1)
        gpu_describe(arena, &matches.first, gpu->name.value, gpu);
}

static bool is_whole(const struct nvml_facts *nvml)
{
    for (size_t i = 0; i < nvml->devices.count; i++)
        if (LIST_OF(nvml_device, &nvml->devices)[i].address.state != FACT_KNOWN)
            return false;
    return nvml->devices.count > 0 && !nvml->devices.partial;
}

static void complete_gpus(struct arena *arena, const struct driver_answer *own, struct facts *facts)
{
    struct hardware_facts *hardware = &facts->hardware;
    const struct nvml_facts *nvml = &facts->nvml;

    /* A driver that offers none does not say that none is on the bus. */
    if (hardware->gpus.state == FACT_UNKNOWN && hardware->gpus.count == 0 &&
        nvml->devices.count > 0 && is_whole(nvml)) {
        hardware->gpus = (struct fact_list){ .state = FACT_KNOWN, .from = nvml->devices.from };
        for (size_t i = 0; i < nvml->devices.count; i++)
            add_gpu(arena, &own->nvml.gpus.items[i], &LIST_OF(nvml_device, &nvml->devices)[i],
                    hardware);
        return;
    }
    for (size_t i = 0; i < hardware->gpus.count; i++) {
        struct gpu_facts *gpu = &LIST_OF(gpu, &hardware->gpus)[i];
        const struct nvml_device_facts *told = told_of(nvml, gpu->address.value);

        if (told)
            complete_gpu(told, gpu);
    }
}

/* The last word on a capability is the CUDA driver's. A Tegra's GPU lies on no bus: there is one.
 */
static void take_capabilities(struct facts *facts)
{
    struct fact_list *gpus = &facts->hardware.gpus;

    for (size_t i = 0; i < facts->cuda.devices.count; i++) {
        const struct cuda_device_facts *told = &LIST_OF(cuda_device, &facts->cuda.devices)[i];

        for (size_t g = 0; g < gpus->count && told->capability.state == FACT_KNOWN; g++) {
            struct gpu_facts *gpu = &LIST_OF(gpu, gpus)[g];

            if (fact_is(&told->address, gpu->address.value) ||
                (fact_is(&gpu->address, STR("soc")) && fact_true(&told->integrated)))
                gpu->capability = told->capability;
        }
    }
}

/* MIG devices that files did not count, where every GPU that is in MIG mode told its own. */
static void count_instances(const struct nvml_facts *nvml, struct fact_int *instances)
{
    int64_t count = 0;

    if (instances->state == FACT_KNOWN || nvml->devices.state != FACT_KNOWN ||
        nvml->devices.partial)
        return;
    for (size_t i = 0; i < nvml->devices.count; i++) {
        const struct nvml_device_facts *device = &LIST_OF(nvml_device, &nvml->devices)[i];

        if (device->mig.state != FACT_KNOWN && device->mig.state != FACT_ABSENT)
            return;
        count += fact_true(&device->mig) ? device->mig_count.value : 0;
    }
    fact_int(instances, count, STR("nvmlDeviceGetMigDeviceHandleByIndex"));
}

/* What the process is given is what libcuda counts, whatever the variables say. */
static void take_count(const struct cuda_facts *cuda, struct fact_int *visible)
{
    if (cuda->device_count.state == FACT_KNOWN)
        *visible = cuda->device_count;
    else if (cuda->init_code.state == FACT_KNOWN && cuda->init_code.value == NO_DEVICE)
        fact_int(visible, 0, cuda->init_code.from);
}

void driver_complete(struct arena *arena, const struct driver_answer *own, struct facts *facts)
{
    complete_gpus(arena, own, facts);
    take_capabilities(facts);
    count_instances(&facts->nvml, &facts->hardware.mig_instances);
    take_count(&facts->cuda, &facts->process.visible_count);
    fill(&facts->driver.version, &facts->nvml.driver_version);
    if (facts->cuda.init_code.state == FACT_KNOWN && facts->cuda.init_code.value == 0)
        fill(&facts->driver.max_cuda, &facts->cuda.version);
}
