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

    companions_load(arena, knowledge, STR(""), &companions);
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

static void add_installed(struct arena *arena, struct str name, struct str from,
                          struct wants *wants)
{
    for (size_t i = 0; i < wants->count; i++)
        if (package_eq(wants->items[i].name, name))
            return;
    *LIST_ADD(arena, wants) = (struct wanted){ .name = name, .from = from };
}

void wants_add_installed(struct arena *arena, const struct facts *facts,
                         const struct knowledge *knowledge, struct wants *wants)
{
    const struct fact_list *files = &facts->extensions.all;
    struct companions companions;

    if (facts->torch.torchvision.state == FACT_KNOWN)
        add_installed(arena, STR("torchvision"), facts->torch.torchvision.from, wants);
    if (facts->torch.torchaudio.state == FACT_KNOWN)
        add_installed(arena, STR("torchaudio"), facts->torch.torchaudio.from, wants);
    if (files->count == 0)
        return;
    companions_load(arena, knowledge, STR(""), &companions);
    for (size_t i = 0; i < files->count; i++) {
        const struct extension_facts *file = &LIST_OF(extension, files)[i];

        if (file->package.state == FACT_KNOWN &&
            companion_is_known(&companions, file->package.value))
            add_installed(arena, file->package.value, file->path.value, wants);
    }
}
