#include "image/recipe.h"

#include "image/place.h"

#include <errno.h>

enum recipe_kind { KIND_DOCKERFILE, KIND_COMPOSE, KIND_DEVCONTAINER };

/* By the name where it is one of the usual, else by how the content begins. */
static enum recipe_kind kind_of(struct str name, struct str text)
{
    struct str base = path_base(name);

    if (str_ends(base, STR(".json")) || str_ends(base, STR(".jsonc")))
        return KIND_DEVCONTAINER;
    if (str_ends(base, STR(".yml")) || str_ends(base, STR(".yaml")))
        return KIND_COMPOSE;
    if (str_has(base, STR("ockerfile")) || str_has(base, STR("ontainerfile")))
        return KIND_DOCKERFILE;
    if (str_starts(str_trim(text), STR("{")))
        return KIND_DEVCONTAINER;
    return str_starts(text, STR("services:")) || str_has(text, STR("\nservices:"))
               ? KIND_COMPOSE
               : KIND_DOCKERFILE;
}

static int read_tree(struct place *place, struct str text, enum recipe_kind kind,
                     struct yaml_error *ret_error)
{
    const struct yaml *top;
    int r = yaml_parse(text, kind == KIND_DEVCONTAINER, place->arena, &top, ret_error);

    if (r < 0)
        return r;
    if (top->kind != YAML_MAP || (kind == KIND_COMPOSE && !yaml_get(top, "services"))) {
        *ret_error = (struct yaml_error){ top->line, top->column,
                                          kind == KIND_COMPOSE ? STR("no \"services:\" in it")
                                                               : STR("no object") };
        return -EBADMSG;
    }
    if (kind == KIND_COMPOSE)
        recipe_of_compose(place, top);
    else
        recipe_of_devcontainer(place, top);
    return 0;
}

int recipe_read(struct arena *arena, struct str name, struct str text, struct recipe *ret,
                struct recipe_error *ret_error)
{
    static const char *const formats[] = { "dockerfile", "compose", "devcontainer" };
    enum recipe_kind kind = kind_of(name, text);
    struct recipe *recipe = ARENA_NEW(arena, struct recipe);
    struct place place = place_new(arena, recipe, name);
    int r;

    recipe->format = str_of(formats[kind]);
    *ret_error = (struct recipe_error){ .is_docker = kind == KIND_DOCKERFILE };
    r = kind == KIND_DOCKERFILE ? recipe_of_dockerfile(&place, text, &ret_error->docker)
                                : read_tree(&place, text, kind, &ret_error->yaml);
    if (r == 0)
        *ret = *recipe;
    return r;
}
