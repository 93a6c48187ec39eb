/*
 * beside: what is installed beside torch is named beside it, too. A torchvision built for
 * another CUDA would otherwise stay: its version fits, only its local part does not.
 */
#include "plan/beside.h"

/* torchvision of the same torch release keeps its version, and takes the new build's local part. Of
 * another release it must change anyway: then the installer may choose. */
static void name_one(struct arena *arena, const char *name, const struct fact_str *installed,
                     const struct fact_str *needs, struct str requirement, struct fact_str *ret)
{
    struct str before, wanted, release, local, version, rest;

    if (installed->state != FACT_KNOWN) {
        *ret = (struct fact_str){ .state = installed->state, .from = installed->from };
        return;
    }
    (void) str_cut(requirement, '=', &before, &wanted);
    wanted = str_from(wanted, 1);
    (void) str_cut(wanted, '+', &release, &local);
    (void) str_cut(installed->value, '+', &version, &rest);
    if (needs->state == FACT_KNOWN && str_eq(needs->value, release) && local.len)
        fact_str(ret, arena_printf(arena, "%s==%.*s+%.*s", name, STR_ARG(version), STR_ARG(local)),
                 installed->from);
    else
        fact_str(ret, str_of(name), installed->from);
}

void plan_beside(struct arena *arena, struct facts *facts)
{
    const struct torch_facts *torch = &facts->torch;
    struct build_facts *build = &facts->build;

    if (build->requirement.state == FACT_KNOWN) {
        name_one(arena, "torchvision", &torch->torchvision, &torch->torchvision_needs,
                 build->requirement.value, &build->torchvision);
        name_one(arena, "torchaudio", &torch->torchaudio, &torch->torchaudio_needs,
                 build->requirement.value, &build->torchaudio);
    }
    if (build->current_requirement.state == FACT_KNOWN) {
        name_one(arena, "torchvision", &torch->torchvision, &torch->torchvision_needs,
                 build->current_requirement.value, &build->current_torchvision);
        name_one(arena, "torchaudio", &torch->torchaudio, &torch->torchaudio_needs,
                 build->current_requirement.value, &build->current_torchaudio);
    }
}
