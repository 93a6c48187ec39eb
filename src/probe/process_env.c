/* process_env: the variables of the process whose eyes look. */
#include "probe/probe.h"

static void run(struct probe_ctx *ctx)
{
    struct process_facts *process = &ctx->facts->process;
    const struct {
        const char *name;
        struct fact_str *fact;
    } rows[] = {
        { "CUDA_VISIBLE_DEVICES", &process->cuda_visible_devices },
        { "CUDA_DEVICE_ORDER", &process->cuda_device_order },
        { "NVIDIA_VISIBLE_DEVICES", &process->nvidia_visible_devices },
        { "NVIDIA_DRIVER_CAPABILITIES", &process->driver_capabilities },
        { "PYTORCH_NVML_BASED_CUDA_CHECK", &process->nvml_based_check },
        { "LD_LIBRARY_PATH", &process->library_path },
        { "LD_PRELOAD", &process->preload },
        { "CUDA_HOME", &process->cuda_home },
        { "PYTHONPATH", &process->python_path },
        { "VIRTUAL_ENV", &process->virtual_env },
        { "CONDA_PREFIX", &process->conda_prefix },
        { "PATH", &process->path },
        { "HSA_OVERRIDE_GFX_VERSION", &process->hsa_override },
        { "CUDA_LAUNCH_BLOCKING", &process->launch_blocking },
        { "SLURM_JOB_ID", &process->slurm_job },
        { "SLURM_GPUS_ON_NODE", &process->slurm_gpus },
        { "SLURM_JOB_GPUS", &process->slurm_gpus }, /* the list, where there is one */
    };

    if (!ctx->eyes->known)
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str value;

        if (eyes_variable(ctx->eyes, rows[i].name, &value))
            fact_str(rows[i].fact, value, STR("environment"));
        else if (rows[i].fact->state == FACT_UNKNOWN)
            *rows[i].fact = (struct fact_str){ .state = FACT_ABSENT, .from = STR("environment") };
    }
    if (ctx->eyes->pid > 0)
        fact_int(&process->pid, ctx->eyes->pid, STR("command line"));
    else
        process->pid = (struct fact_int){ .state = FACT_ABSENT, .from = STR("environment") };
}

const struct probe probe_process_env = {
    .name = "process-env",
    .cost = COST_FILES,
    .run = run,
};
