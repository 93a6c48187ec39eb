#include "plan/wants.h"

#include "format/requirement.h"
#include "plan/companions.h"

/* What is known of the machine, as markers ask for it; what is not known is left out. */
static struct marker_env environment(struct arena *arena, const struct facts *facts)
{
    const struct machine_facts *machine = &facts->machine;
    bool windows = fact_is(&machine->os, STR("windows"));
    struct marker_variable *variables = arena_array(arena, 8, sizeof(*variables));
    size_t count = 0;

    variables[count++] =
        (struct marker_variable){ STR("sys_platform"), windows ? STR("win32") : STR("linux") };
    variables[count++] =
        (struct marker_variable){ STR("platform_system"), windows ? STR("Windows") : STR("Linux") };
    variables[count++] =
        (struct marker_variable){ STR("os_name"), windows ? STR("nt") : STR("posix") };
    variables[count++] =
        (struct marker_variable){ STR("platform_python_implementation"), STR("CPython") };
    variables[count++] = (struct marker_variable){ STR("extra"), STR("") };
    if (machine->architecture.state == FACT_KNOWN)
        variables[count++] =
            (struct marker_variable){ STR("platform_machine"),
                                      windows ? STR("AMD64") : machine->architecture.value };
    if (facts->torch.python_version.state == FACT_KNOWN)
        variables[count++] =
            (struct marker_variable){ STR("python_version"), facts->torch.python_version.value };
    return (struct marker_env){ variables, count };
}

void wants_add_all(struct arena *arena, const struct facts *facts,
                   const struct knowledge *knowledge, const struct dependencies *dependencies,
                   struct str from, struct wants *wants)
{
    struct marker_env env = environment(arena, facts);
    struct companions companions;

    companions_load(arena, knowledge, &companions);
    for (size_t i = 0; i < dependencies->count; i++) {
        const struct dependency *dependency = &dependencies->items[i];
        enum marker_value applies;

        if (!package_eq(dependency->name, STR("torch")) &&
            !companion_is_known(&companions, dependency->name))
            continue;
        if (marker_evaluate(dependency->marker, &env, &applies) == 0 && applies == MARKER_FALSE)
            continue;
        *LIST_ADD(arena, wants) = (struct wanted){ dependency->name, dependency->specifiers, from };
    }
}
