/* process: the variables that matter. */
#ifndef GPUVET_FACTS_PROCESS_H
#define GPUVET_FACTS_PROCESS_H

#include "facts/field.h"

struct process_facts {
    struct fact_bool examined;            /* there is a process whose variables are known */
    struct fact_int pid;                  /* ABSENT: the shell that gpuvet was started from */
    struct fact_str command;              /* its command line, shortened */
    struct fact_str cuda_visible_devices; /* ABSENT: not set; "" hides every GPU */
    struct fact_str cuda_device_order;
    struct fact_str nvidia_visible_devices;
    struct fact_str driver_capabilities; /* NVIDIA_DRIVER_CAPABILITIES */
    struct fact_str nvml_based_check;    /* PYTORCH_NVML_BASED_CUDA_CHECK */
    struct fact_str library_path;        /* LD_LIBRARY_PATH */
    struct fact_str preload;             /* LD_PRELOAD */
    struct fact_str cuda_home;
    struct fact_str python_path; /* PYTHONPATH */
    struct fact_str virtual_env;
    struct fact_str conda_prefix;
    struct fact_str home;            /* HOME */
    struct fact_str path;            /* PATH */
    struct fact_str hsa_override;    /* HSA_OVERRIDE_GFX_VERSION */
    struct fact_str launch_blocking; /* CUDA_LAUNCH_BLOCKING */
    struct fact_str slurm_job;
    struct fact_str slurm_gpus;    /* SLURM_JOB_GPUS or SLURM_GPUS_ON_NODE */
    struct fact_int visible_count; /* GPUs that the variables leave visible */
    struct fact_str hidden_by;     /* "CUDA_VISIBLE_DEVICES": what hides every GPU */
    struct fact_str bad_index;     /* the first entry that names no GPU */
    struct fact_str replaced;      /* first library of torch, CUDA or the driver that is mapped and
                                      is no longer the file at its path */
    struct fact_str replaced_how;  /* "replaced", "deleted" */
};

ROWS process_fields[] = {
    FIELD(process, examined, "whether there is a process whose variables are known"),
    FIELD(process, pid, "the process that was examined"),
    FIELD(process, command, "its command line"),
    FIELD(process, cuda_visible_devices, "CUDA_VISIBLE_DEVICES"),
    FIELD(process, cuda_device_order, "CUDA_DEVICE_ORDER"),
    FIELD(process, nvidia_visible_devices, "NVIDIA_VISIBLE_DEVICES"),
    FIELD(process, driver_capabilities, "NVIDIA_DRIVER_CAPABILITIES"),
    FIELD(process, nvml_based_check, "PYTORCH_NVML_BASED_CUDA_CHECK"),
    FIELD(process, library_path, "LD_LIBRARY_PATH"),
    FIELD(process, preload, "LD_PRELOAD"),
    FIELD(process, cuda_home, "CUDA_HOME"),
    FIELD(process, python_path, "PYTHONPATH"),
    FIELD(process, virtual_env, "VIRTUAL_ENV"),
    FIELD(process, conda_prefix, "CONDA_PREFIX"),
    FIELD(process, home, "HOME"),
    FIELD(process, path, "PATH"),
    FIELD(process, hsa_override, "HSA_OVERRIDE_GFX_VERSION"),
    FIELD(process, launch_blocking, "CUDA_LAUNCH_BLOCKING"),
    FIELD(process, slurm_job, "SLURM_JOB_ID"),
    FIELD(process, slurm_gpus, "the GPUs that Slurm gave the job"),
    FIELD(process, visible_count, "how many GPUs the variables leave visible"),
    FIELD(process, hidden_by, "the variable that hides every GPU"),
    FIELD(process, bad_index, "the first entry of CUDA_VISIBLE_DEVICES that names no GPU"),
    FIELD(process, replaced, "a library that was replaced while the process was using it"),
    FIELD(process, replaced_how, "replaced, or deleted"),
};

#endif
