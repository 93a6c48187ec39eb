#include "world.h"

#include "lib/faulty.h"

#include <errno.h>
#include <stdlib.h>

#include <setjmp.h>
#include <cmocka.h>

void no_memory(void)
{
    fail_msg("out of memory");
}

/* --- making -------------------------------------------------------------------------------- */

static void add_thing(struct tree *tree, struct str path, struct str what)
{
    struct str content = what.len > 2 ? str_from(what, 2) : STR(""), mode, gid;
    struct node node = { .kind = NODE_FILE, .mode = 0644 };
    uint64_t number;

    switch (what.data[0]) {
    case '>':
        node = (struct node){ .kind = NODE_LINK, .mode = 0777 };
        break;
    case '/':
        node = (struct node){ .kind = NODE_DIRECTORY, .mode = 0755 };
        break;
    case '|':
        node.kind = NODE_OTHER;
        break;
    case 'c':
        (void) str_cut(content, ' ', &mode, &gid);
        assert_int_equal(str_u64(mode, 8, &number), 0);
        node = (struct node){ .kind = NODE_CHAR, .mode = (uint32_t) number };
        if (str_u64(gid, 10, &number) == 0)
            node.gid = (uint32_t) number;
        content = STR("");
        break;
    default:
        break;
    }
    tree_add(tree, path, node, content);
    if (what.data[0] == '!' || what.data[0] == '?')
        tree_refuse(tree, path, what.data[0] == '!' ? -EIO : -EACCES);
}

void world_add(struct world *world, const struct thing *things)
{
    for (; things->path; things++)
        add_thing(world->tree, str_of(things->path), str_of(things->what));
}

struct world world_of(struct arena *arena, const struct thing *things)
{
    struct world world = { .arena = arena, .tree = tree_new(arena), .eyes = { .known = true } };

    world.eyes.variables = arena_array(arena, 16, sizeof(struct str));
    world_add(&world, things);
    return world;
}

void world_variable(struct world *world, const char *variable)
{
    struct str *variables =
        arena_array(world->arena, world->eyes.variable_count + 1, sizeof(*variables));

    for (size_t i = 0; i < world->eyes.variable_count; i++)
        variables[i] = world->eyes.variables[i];
    variables[world->eyes.variable_count++] = str_of(variable);
    world->eyes.variables = variables;
}

void world_user(struct world *world, uint32_t uid)
{
    world->eyes.uid = uid;
    tree_user(world->tree, uid, NULL, 0);
}

/* --- looking ------------------------------------------------------------------------------ */

void world_look(struct world *world, size_t broken)
{
    static const struct wishes wishes;
    struct faulty faulty = { world->arena, tree_root(world->tree), 0, broken };
    struct probe_ctx ctx = {
        .arena = world->arena,
        .root = faulty_root(&faulty),
        .eyes = &world->eyes,
        .wishes = &wishes,
        .facts = &world->facts,
    };

    world->facts = (struct facts){ .machine = { .uid = { .state = FACT_UNKNOWN } } };
    probe_all(&ctx, COST_FILES);
    world->looks = faulty.calls;
}

/* --- asking -------------------------------------------------------------------------------- */

static struct str in_words(struct arena *arena, const struct fact_ref *ref)
{
    enum fact_state state = fact_ref_state(ref);

    if (state != FACT_KNOWN)
        return str_of(fact_state_name(state));
    return arena_printf(arena, "known: %.*s", STR_ARG(fact_ref_text(arena, ref)));
}

const char *world_says(struct world *world, const char *name)
{
    struct fact_ref ref;

    if (facts_find(&world->facts, str_of(name), &ref) < 0)
        return "no such fact";
    return in_words(world->arena, &ref).data;
}

static bool is_claim(const struct fact_ref *ref)
{
    enum fact_state state = fact_ref_state(ref);

    return state == FACT_KNOWN || state == FACT_ABSENT;
}

static bool contradicts(struct arena *arena, const struct fact_ref *whole,
                        const struct fact_ref *broken)
{
    return is_claim(broken) && !str_eq(in_words(arena, whole), in_words(arena, broken));
}

/* An item of a list that is not complete may stand elsewhere: only whole lists are compared. */
static bool list_lies(struct arena *arena, const struct fact_ref *whole,
                      const struct fact_ref *broken)
{
    const struct fact_list *left = whole->fact, *right = broken->fact;
    const struct item_type *type = whole->field->items;

    if (right->state != FACT_KNOWN || right->partial)
        return false;
    if (left->count != right->count)
        return true;
    for (size_t i = 0; i < left->count * type->field_count; i++) {
        const struct field *field = &type->fields[i % type->field_count];
        size_t at = i / type->field_count * type->size;
        struct fact_ref a = { field->kind, field_of(field, (char *) left->items + at), field };
        struct fact_ref b = { field->kind, field_of(field, (char *) right->items + at), field };

        if (contradicts(arena, &a, &b))
            return true;
    }
    return false;
}

const char *world_lie(struct world *whole, struct world *broken)
{
    for (size_t i = 0; i < facts_layer_count; i++)
        for (size_t f = 0; f < facts_layers[i].field_count; f++) {
            const struct field *field = &facts_layers[i].fields[f];
            const char *name =
                arena_printf(broken->arena, "%s.%s", facts_layers[i].name, field->name).data;
            struct fact_ref a, b;

            if (strcmp(name, "machine.refusals") == 0) /* that the look failed is what it says */
                continue;
            (void) facts_find(&whole->facts, str_of(name), &a);
            (void) facts_find(&broken->facts, str_of(name), &b);
            if (field->kind == FIELD_LIST ? list_lies(broken->arena, &a, &b)
                                          : contradicts(broken->arena, &a, &b))
                return name;
        }
    return NULL;
}
