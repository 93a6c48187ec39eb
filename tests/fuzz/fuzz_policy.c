#include "fuzz.h"

#include "policy/policy.h"

/* One Dockerfile and no facts: every form of rule is asked. */
static const struct str docker =
    STR_INIT("FROM pytorch/pytorch:2.4.1-cuda12.1-cudnn9-runtime\nENV CUDA_VISIBLE_DEVICES=0\n"
             "RUN pip install torch==2.4.1 torch\n");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct check_results found, open;
    struct policy_results results = { 0 };
    struct policy_error error;
    struct recipe_error wrong;
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct judgement judgement = { 0 };
    struct policy policy;
    struct recipe recipe;

    if (policy_read(arena, fuzz_bytes(data, size), &policy, &error) < 0) {
        if (error.line == 0 || error.column == 0)
            abort();
        return 0;
    }
    if (recipe_read(arena, STR("Dockerfile"), docker, &recipe, &wrong) < 0)
        abort();
    checks_judge(arena, recipe.items, recipe.count, &found, &open);
    policy_judge(arena, &policy,
                 &(struct policy_subject){
                     .name = STR("Dockerfile"), .recipe = &recipe, .found = &found, .open = &open },
                 20000, &results);
    policy_judge(arena, &policy,
                 &(struct policy_subject){ .facts = facts, .judgement = &judgement }, 20000,
                 &results);
    return 0;
}
