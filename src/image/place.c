#include "image/place.h"

static const struct str nothing = { NULL, 0 };

struct place place_new(struct arena *arena, struct recipe *recipe, struct str file)
{
    return (struct place){
        .arena = arena,
        .recipe = recipe,
        .file = file,
        .scope = { .arena = arena, .escape = '\\', .open = true },
        .base_state = FACT_ABSENT,
    };
}

/* Images whose default user is root, as their publishers' Dockerfiles have no USER line. */
static bool starts_as_root(const struct image_name *name)
{
    static const char *const known[] = { "library/python", "library/ubuntu", "library/debian",
                                         "nvidia/cuda", "pytorch/pytorch" };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (str_eqz(name->reference.repository, known[i]))
            return true;
    return false;
}

void place_set_base(struct place *place, struct str reference, bool known)
{
    struct image_reference parts;

    place->base = reference;
    place->base_state = known ? FACT_KNOWN : FACT_UNKNOWN;
    place->root = (struct fact_bool){ .state = FACT_UNKNOWN };
    if (!known || image_reference_parse(place->arena, reference, &parts) < 0)
        return;
    image_name_read(&parts, &place->name);
    place->musl = str_has(parts.repository, STR("alpine")) || str_has(parts.tag, STR("alpine"));
    if (starts_as_root(&place->name))
        place->root = (struct fact_bool){ .state = FACT_KNOWN, .value = true };
}

void place_str(struct recipe_facts *facts, struct fact_str *fact, struct str value)
{
    fact_str(fact, value, facts->kind.from);
}

void place_bool(struct recipe_facts *facts, struct fact_bool *fact, bool value)
{
    fact_bool(fact, value, facts->kind.from);
}

/* Only where there is something to say. */
static void maybe(struct recipe_facts *facts, struct fact_str *fact, struct str value)
{
    if (value.len)
        place_str(facts, fact, value);
}

/* Every fact ABSENT: rows have a struct that begins with the state, whatever their kind. */
static void clear(struct recipe_facts *facts, struct str from)
{
    for (size_t i = 0; i < sizeof(recipe_fields) / sizeof(recipe_fields[0]); i++) {
        char *at = (char *) facts + recipe_fields[i].offset;

        if (recipe_fields[i].kind == FIELD_BOOL)
            *(struct fact_bool *) (void *) at = (struct fact_bool){ FACT_ABSENT, false, from };
        else
            *(struct fact_str *) (void *) at = (struct fact_str){ FACT_ABSENT, nothing, from };
    }
}

/* "latest" and the like move; a version or a digest stays. */
static bool is_pinned(const struct image_reference *reference)
{
    static const char *const moving[] = { "",     "latest", "nightly", "main",
                                          "edge", "dev",    "master",  "cuda12-latest" };

    if (reference->digest.len)
        return true;
    for (size_t i = 0; i < sizeof(moving) / sizeof(moving[0]); i++)
        if (str_eqz(reference->tag, moving[i]))
            return false;
    return true;
}

static void add_publisher(const struct place *place, struct recipe_facts *facts)
{
    const struct image_name *name = &place->name;
    bool has_torch;

    place_str(facts, &facts->base_publisher, name->publisher->shown);
    place_bool(facts, &facts->base_fits, name->tag != NULL || name->reference.tag.len == 0);
    if (name->near.len)
        place_str(facts, &facts->base_near,
                  arena_printf(place->arena, "%.*s:%.*s", STR_ARG(name->publisher->shown),
                               STR_ARG(name->near)));
    maybe(facts, &facts->base_cuda, image_name_field(name, "cuda"));
    maybe(facts, &facts->base_flavour, image_name_field(name, "flavour"));
    if (!name->tag)
        return;
    maybe(facts, &facts->base_accelerator, name->tag->accelerator);
    has_torch = name->tag->torch == ANSWER_YES;
    if (has_torch)
        place_str(facts, &facts->base_torch,
                  image_name_field(name, "torch").len ? image_name_field(name, "torch")
                                                      : STR("yes"));
    if (name->tag->jupyter == ANSWER_YES)
        place_str(facts, &facts->base_jupyter, STR("yes"));
}

static void unknown(struct fact_str *fact)
{
    fact->state = FACT_UNKNOWN;
}

static void add_base(const struct place *place, struct recipe_facts *facts)
{
    maybe(facts, &facts->base, place->base);
    if (place->base_state == FACT_UNKNOWN) {
        unknown(&facts->base_tag);
        unknown(&facts->base_publisher);
        unknown(&facts->base_libc);
        unknown(&facts->base_accelerator);
        facts->base_fits.state = FACT_UNKNOWN;
        facts->base_pinned.state = FACT_UNKNOWN;
    }
    if (place->name.reference.repository.len == 0)
        return;
    maybe(facts, &facts->base_tag, place->name.reference.tag);
    place_bool(facts, &facts->base_pinned, is_pinned(&place->name.reference));
    if (place->musl)
        place_str(facts, &facts->base_libc, STR("musl"));
    if (place->name.publisher)
        add_publisher(place, facts);
}

struct recipe_facts *place_add(struct place *place, unsigned line, const char *kind,
                               struct str name, struct str value)
{
    struct str from = arena_printf(place->arena, "%.*s:%u", STR_ARG(place->file), line);
    struct recipe_facts *facts = place->recipe->count < RECIPE_STATEMENTS
                                     ? LIST_ADD(place->arena, place->recipe)
                                     : ARENA_NEW(place->arena, struct recipe_facts);

    clear(facts, from);
    fact_str(&facts->kind, str_of(kind), from);
    place_str(facts, &facts->file, place->recipe->format);
    place_str(facts, &facts->name, name);
    place_str(facts, &facts->value, value);
    maybe(facts, &facts->platform, place->platform);
    add_base(place, facts);
    maybe(facts, &facts->torch_tool, place->torch_tool);
    maybe(facts, &facts->torch_tag, place->torch_tag);
    if (place->root.state == FACT_KNOWN)
        place_bool(facts, &facts->root, place->root.value);
    return facts;
}

/* A list of folders is worth reading also where a part of it is not known. */
void place_env(struct place *place, unsigned line, struct str name, struct str value, bool known)
{
    struct recipe_facts *facts = place_add(place, line, "env", name, value);

    if (!known && !str_ends(name, STR("PATH")))
        unknown(&facts->value);
    docker_scope_set(&place->scope, name, value, known);
}

unsigned place_line(const struct place_lines *lines, size_t offset)
{
    return lines->instruction ? docker_line_at(lines->instruction, offset) : lines->line;
}

/* Names by https://download.nvidia.com/XFree86/Linux-x86_64/, "Installed Components". */
bool place_is_driver_file(struct str path)
{
    static const char *const starts[] = { "libcuda.so", "libnvidia-", "libnvcuvid.so",
                                          "nvidia-smi" };
    struct str name = path_base(path);

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (str_starts(name, str_of(starts[i])))
            return true;
    return false;
}
