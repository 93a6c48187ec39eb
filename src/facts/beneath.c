#include "facts/beneath.h"

#include <string.h>

/* Layers, and single facts, that a container shares with its host. */
static const char *const kernel[] = {
    "hardware",
    "kernel_log",
    "engines",
    "machine.name",
    "machine.kernel",
    "machine.cpu_level",
    "machine.hypervisor",
    "machine.virtual_guest",
    "machine.secure_boot",
    "machine.wsl",
    "machine.jetson",
    "machine.jetson_release",
    "driver.installed",
    "driver.version",
    "driver.branch",
    "driver.max_cuda",
    "driver.module_loaded",
    "driver.module_version",
    "driver.module_flavour",
    "driver.module_file",
    "driver.module_file_path",
    "driver.module_file_version",
    "driver.module_file_flavour",
    "driver.module_other_kernel",
    "driver.dkms",
    "driver.dkms_version",
    "driver.headers",
    "driver.holder",
    "driver.nouveau_loaded",
    "driver.uvm_loaded",
    "driver.legacy_branch",
    "driver.needs_flavour",
    "driver.fabric_manager",
};
static const char *const whole[] = { "driver", "nvml", "cuda", "verify" };

static void copy(struct facts *facts, const struct facts *host, struct str name)
{
    struct str layer_name, member;

    (void) str_cut(name, '.', &layer_name, &member);
    for (size_t i = 0; i < facts_layer_count; i++) {
        const struct layer *layer = &facts_layers[i];
        char *to = (char *) facts + layer->offset;
        const char *from = (const char *) host + layer->offset;

        for (size_t f = 0; f < layer->field_count && str_eqz(layer_name, layer->name); f++)
            if (member.len == 0 || str_eqz(member, layer->fields[f].name))
                memcpy(to + layer->fields[f].offset, from + layer->fields[f].offset,
                       field_size(layer->fields[f].kind));
    }
}

void facts_beneath(struct facts *facts, const struct facts *host, bool driver)
{
    for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++)
        copy(facts, host, str_of(kernel[i]));
    for (size_t i = 0; driver && i < sizeof(whole) / sizeof(whole[0]); i++)
        copy(facts, host, str_of(whole[i]));
}
