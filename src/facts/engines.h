/* engines: how this machine's container engines are set up to give out the GPU. Looked at only
 * where a container or an image is asked about. */
#ifndef GPUVET_FACTS_ENGINES_H
#define GPUVET_FACTS_ENGINES_H

#include "facts/field.h"

struct engines_facts {
    struct fact_bool toolkit_installed; /* NVIDIA Container Toolkit: its hook, or nvidia-ctk */
    struct fact_str toolkit_version;
    struct fact_str toolkit_mode;    /* "auto", "legacy", "cdi", "csv", "jit-cdi" */
    struct fact_bool no_cgroups;     /* its hook leaves the device cgroup alone */
    struct fact_bool docker_runtime; /* daemon.json has the runtime "nvidia" */
    struct fact_str docker_default;  /* its default-runtime */
    struct fact_bool docker_cdi;     /* its features.cdi */
    struct fact_str podman_runtime;  /* of containers.conf */
    struct fact_bool podman_hook;    /* the toolkit's hook is registered for Podman and CRI-O */
    struct fact_bool cdi;            /* a CDI spec for nvidia.com/gpu is there */
    struct fact_str cdi_path;
    struct fact_str cdi_driver;  /* version of the libcuda that it names */
    struct fact_str cdi_missing; /* the first file it names that is not there */
    struct fact_bool cdi_uvm;    /* it names /dev/nvidia-uvm */
    struct fact_str selinux;     /* "enforcing", "permissive" */
    struct fact_bool apparmor;
};

ROWS engines_fields[] = {
    FIELD(engines, toolkit_installed, "whether NVIDIA Container Toolkit is installed"),
    FIELD(engines, toolkit_version, "its version"),
    FIELD(engines, toolkit_mode, "mode of its runtime"),
    FIELD(engines, no_cgroups, "whether its hook leaves the device cgroup alone (no-cgroups)"),
    FIELD(engines, docker_runtime, "whether Docker knows the runtime nvidia"),
    FIELD(engines, docker_default, "Docker's default runtime"),
    FIELD(engines, docker_cdi, "whether Docker's CDI feature is set"),
    FIELD(engines, podman_runtime, "runtime that containers.conf sets"),
    FIELD(engines, podman_hook, "whether the toolkit's OCI hook is registered"),
    FIELD(engines, cdi, "whether there is a CDI spec for nvidia.com/gpu"),
    FIELD(engines, cdi_path, "that spec"),
    FIELD(engines, cdi_driver, "driver version that the spec names"),
    FIELD(engines, cdi_missing, "the first file named by the spec that is not there"),
    FIELD(engines, cdi_uvm, "whether the spec names /dev/nvidia-uvm"),
    FIELD(engines, selinux, "mode of SELinux"),
    FIELD(engines, apparmor, "whether AppArmor is on"),
};

#endif
