#include "verify/verify.h"

#include "knowledge/gpu_speed.h"

void verify_expect_speed(struct verify_answer *gpus)
{
    for (size_t i = 0; i < gpus->gpus.count; i++) {
        struct verified_gpu *gpu = &gpus->gpus.items[i];
        struct gpu_speed speed;

        if (!gpu_speed_by_name(gpu->name, &speed))
            continue;
        for (size_t s = 0; s < gpu->steps.count; s++)
            if (str_eqz(gpu->steps.items[s].name, "bandwidth"))
                gpu->steps.items[s].expected = speed.bandwidth;
    }
}

bool verify_is_slow(const struct step *step)
{
    return step->state == STEP_OK && step->expected > 0 && step->figure * 2 < step->expected;
}
