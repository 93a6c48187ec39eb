/*
 * torch_package: the torch that `import torch` takes, and what its files say of it.
 *
 * Python takes the first folder `torch` on sys.path that has an __init__.py, or a module torch.py.
 * It is PyTorch where it has a version.py, or where metadata of PyTorch lies beside it; anything
 * else of that name is an impostor. A look that fails ends the search: what lies there might come
 * first.
 */
#include "probe/python.h"
#include "probe/torch_kind.h"

#include <errno.h>

/* One torch on the search path. */
struct copy {
    struct str path; /* its folder */
    struct str file; /* its version.py */
    struct torch_version version;
    int error; /* why version.py could not be read; 0 */
};

struct search {
    struct probe_ctx *ctx;
    LIST(struct copy) copies;
    struct str impostor; /* what Python takes before the first copy */
    int error;           /* a look failed, */
    struct str at;       /* here */
};

static bool has_name(struct names names, const char *name)
{
    for (size_t i = 0; i < names.count; i++)
        if (str_eqz(names.items[i], name))
            return true;
    return false;
}

/* A file that is there, whatever ails it. */
static bool is_there(int error)
{
    return error == 0 || error == -E2BIG || error == -ENXIO || error == -EISDIR ||
           error == -EBADMSG || fact_state_of_error(error) == FACT_DENIED;
}

static int read_version(struct probe_ctx *ctx, struct copy *copy)
{
    struct str text;
    int r = root_read(ctx->root, copy->file, PYTHON_FILE_LIMIT, &text);

    if (r == 0)
        r = torch_version_parse(text, &copy->version);
    copy->error = r;
    return r;
}

/* 1 PyTorch, 0 nothing that Python takes, or a look failed at *ret_at. */
static int look_into(struct search *search, struct str folder, bool metadata, struct copy *ret)
{
    struct probe_ctx *ctx = search->ctx;
    struct copy copy = { .path = arena_join(ctx->arena, folder, STR("torch")) };
    struct str init = arena_join(ctx->arena, copy.path, STR("__init__.py"));
    struct node node;
    int r = root_stat(ctx->root, init, &node);

    if (r < 0 && fact_state_of_error(r) != FACT_ABSENT) {
        search->at = init;
        return r;
    }
    /* Without it Python sees a mere namespace, unless nothing better follows. Its metadata says
     * that a torch was installed here: a broken one. */
    if (r < 0 && !metadata)
        return 0;
    copy.file = arena_join(ctx->arena, copy.path, STR("version.py"));
    r = read_version(ctx, &copy);
    if (metadata || is_there(r)) {
        *ret = copy;
        return 1;
    }
    search->at = copy.file;
    if (fact_state_of_error(r) != FACT_ABSENT)
        return r;
    if (!search->copies.count && !search->impostor.len)
        search->impostor = init;
    return 0;
}

static int look_at_site(struct search *search, const struct site *site)
{
    struct copy copy;
    int r = 0;

    if (site->error < 0) {
        search->at = site->path;
        return fact_state_of_error(site->error) == FACT_ABSENT ? 0 : site->error;
    }
    if (has_name(site->names, "torch"))
        r = look_into(search, site->path, torch_metadata_name(site->names, 0) < site->names.count,
                      &copy);
    if (r > 0)
        *LIST_ADD(search->ctx->arena, &search->copies) = copy;
    else if (r == 0 && has_name(site->names, "torch.py") && !search->copies.count &&
             !search->impostor.len)
        search->impostor = arena_join(search->ctx->arena, site->path, STR("torch.py"));
    return r < 0 ? r : 0;
}

static void look_everywhere(struct search *search)
{
    const struct python_state *state = search->ctx->python;

    for (size_t i = 0; i < state->sites.count && !search->error; i++) {
        size_t before = search->copies.count;

        search->error = look_at_site(search, &state->sites.items[i]);
        if (before == 0 && search->copies.count)
            search->ctx->python->torch_site = i + 1;
    }
}

/* --- facts --------------------------------------------------------------------------------- */

static void record_known(struct fact_str *fact, struct str value, struct str from)
{
    if (value.len)
        fact_str(fact, value, from);
    else
        fact_without(fact, FACT_UNKNOWN, from);
}

static void record_version(struct probe_ctx *ctx, const struct copy *copy)
{
    struct torch_facts *torch = &ctx->facts->torch;
    const struct torch_version *version = &copy->version;
    const char *kind = torch_kind(version);
    struct str from = copy->file;

    if (copy->error) {
        fact_without(&torch->version, fact_state_of_error(copy->error), from);
        torch->release = torch->build = torch->cuda = torch->tag = torch->version;
        return;
    }
    fact_str(&torch->version, version->version.text, from);
    fact_str(&torch->release, torch_release(version->version.text), from);
    record_known(&torch->build, str_of(kind), from);
    record_known(&torch->tag, torch_tag(ctx->arena, version), from);
    if (version->cuda.text.len)
        fact_str(&torch->cuda, version->cuda.text, from);
    else
        fact_without(&torch->cuda, version->cuda.kind == PYTHON_NONE ? FACT_ABSENT : FACT_UNKNOWN,
                     from);
}

static void record_copies(struct search *search)
{
    struct torch_facts *torch = &search->ctx->facts->torch;
    bool complete = !search->error && torch->search_path_code.state != FACT_KNOWN;
    struct str from = complete ? search->copies.items[0].path : search->at;
    const struct copy *second = search->copies.count > 1 ? &search->copies.items[1] : NULL;

    if (complete)
        fact_int(&torch->copies, (int64_t) search->copies.count, from);
    else
        torch->copies.from = from;
    if (second) {
        fact_str(&torch->shadowed, path_shown(search->ctx->arena, second->path), second->path);
        if (!second->error)
            record_known(&torch->shadowed_build, str_of(torch_kind(&second->version)),
                         second->file);
        else
            fact_without(&torch->shadowed_build, fact_state_of_error(second->error), second->file);
    } else {
        fact_without(&torch->shadowed, complete ? FACT_ABSENT : FACT_UNKNOWN, from);
        torch->shadowed_build = torch->shadowed;
    }
}

static void record_nothing(struct search *search)
{
    struct torch_facts *torch = &search->ctx->facts->torch;
    struct str from = search->error ? search->at : search->ctx->python->python.prefix;
    enum fact_state state = search->error ? fact_state_of_error(search->error) : FACT_ABSENT;

    if (!search->error && torch->search_path_code.state == FACT_KNOWN) {
        from = torch->search_path_code.from; /* code might add a folder that has one */
        state = FACT_UNKNOWN;
    }
    fact_without(&torch->path, state, from);
    torch->version = torch->path;
    torch->installed = (struct fact_bool){ .state = state, .from = from };
    if (state == FACT_ABSENT) {
        fact_bool(&torch->installed, false, from);
        fact_int(&torch->copies, 0, from);
    }
}

static void record_impostor(struct search *search)
{
    struct fact_str *impostor = &search->ctx->facts->torch.impostor;

    if (search->impostor.len)
        fact_str(impostor, path_shown(search->ctx->arena, search->impostor), search->impostor);
    else if (search->error && !search->copies.count)
        fact_without(impostor, FACT_UNKNOWN, search->at);
    else
        fact_without(impostor, FACT_ABSENT, search->ctx->python->python.prefix);
}

/* Without any interpreter there is no torch either. */
static void record_no_python(struct torch_facts *torch)
{
    if (torch->python.state == FACT_ABSENT) {
        fact_bool(&torch->installed, false, torch->python.from);
        fact_without(&torch->path, FACT_ABSENT, torch->python.from);
        return;
    }
    torch->installed.from = torch->python.from;
    if (torch->python.state == FACT_KNOWN)
        torch->installed.from = torch->python_version.from;
}

static void run(struct probe_ctx *ctx)
{
    struct search search = { .ctx = ctx };
    struct torch_facts *torch = &ctx->facts->torch;

    if (!ctx->python || !ctx->python->found) {
        record_no_python(torch);
        return;
    }
    look_everywhere(&search);
    record_impostor(&search);
    if (!search.copies.count) {
        record_nothing(&search);
        return;
    }
    fact_bool(&torch->installed, true, search.copies.items[0].path);
    fact_str(&torch->path, path_shown(ctx->arena, search.copies.items[0].path),
             search.copies.items[0].path);
    record_version(ctx, &search.copies.items[0]);
    record_copies(&search);
}

const struct probe probe_torch_package = {
    .name = "torch-package",
    .cost = COST_FILES,
    .run = run,
};
