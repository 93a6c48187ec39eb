#include "driver/heard.h"

void driver_heard_facts(struct arena *arena, const struct driver_heard *heard, struct facts *facts)
{
    struct driver_answer own, clean;

    if (!heard->asked) {
        driver_not_asked(facts, heard->outcome, heard->from);
        return;
    }
    nvml_answer_read(arena, &heard->nvml, &own.nvml);
    cuda_answer_read(arena, &heard->cuda, &own.cuda);
    nvml_answer_read(arena, &heard->clean_nvml, &clean.nvml);
    cuda_answer_read(arena, &heard->clean_cuda, &clean.cuda);
    facts->driver.woken_modules = heard->woken_modules;
    facts->driver.woken_nodes = heard->woken_nodes;
    driver_facts(arena, &own, heard->asked_clean ? &clean : NULL, facts);
}
