/*
 * hashes: whether every file of torch, its companions and NVIDIA's packages has the bytes that its
 * package's RECORD names. On all cores; a thorough run only.
 *
 * Taken are lines with a SHA-256 whose path stays below the folder of packages. RECORD itself and
 * __pycache__ have no hash. What was left out of an image to make it smaller (headers, tests)
 * breaks nothing: a file that is missing counts where it is a library or a Python file.
 */
#include "probe/integrity.h"
#include "probe/look.h"
#include "probe/python.h"

#include <errno.h>

#define FILES 500000u

enum outcome { SAME, CHANGED, CUT_SHORT, OTHER_SIZE }; /* or a negative errno */

struct recorded {
    struct str path, hash;
    struct str record; /* the RECORD that names it */
    bool has_size;
    uint64_t size;
};

struct hashes {
    struct probe_ctx *ctx;
    LIST(struct recorded) files;
    const struct recorded **order; /* the largest first, so that the last to end are small */
    uint64_t bytes;
};

/* --- what is to be hashed ------------------------------------------------------------------ */

static void add_package(struct hashes *hashes, const struct install *install, struct doubt *doubt)
{
    struct arena *arena = hashes->ctx->arena;
    struct str at = arena_join(arena, install->metadata, STR("RECORD")), text;
    struct record record;
    int r = root_read(hashes->ctx->root, at, RECORD_LIMIT, &text);

    (void) doubt_add(doubt, r, at);
    for (unsigned n = 0; r == 0 && n < RECORD_LINES && hashes->files.count < FILES; n++) {
        int next = record_next(&text, arena, &record);

        if (next == 0)
            break;
        if (next < 0 || !str_eqz(record.algorithm, "sha256") || record.hash.len != HASH_TEXT ||
            !integrity_stays_below(record.path))
            continue;
        *LIST_ADD(arena, &hashes->files) =
            (struct recorded){ arena_join(arena, install->folder, record.path), record.hash, at,
                               record.has_size, record.size };
    }
}

static void add_packages(struct hashes *hashes, struct doubt *doubt)
{
    struct installs installs = installs_of(hashes->ctx);

    for (size_t i = 0; i < installs.count; i++)
        add_package(hashes, &installs.items[i], doubt);
}

static int by_size(const void *a, const void *b)
{
    const struct recorded *const *left = a, *const *right = b;

    if ((*left)->size != (*right)->size)
        return (*left)->size < (*right)->size ? 1 : -1;
    return *left < *right ? -1 : *left > *right;
}

static void put_in_order(struct hashes *hashes)
{
    size_t count = hashes->files.count;

    hashes->order =
        (const struct recorded **) arena_array(hashes->ctx->arena, count, sizeof(*hashes->order));
    for (size_t i = 0; i < count; i++) {
        hashes->order[i] = &hashes->files.items[i];
        hashes->bytes += hashes->files.items[i].has_size ? hashes->files.items[i].size : 0;
    }
    if (count)
        qsort(hashes->order, count, sizeof(*hashes->order), by_size);
}

/* --- in a worker --------------------------------------------------------------------------- */

static int compare(void *context, size_t task, struct work_share *share)
{
    const struct hashes *hashes = context;
    const struct recorded *it = hashes->order[task];
    struct root_file file;
    char text[HASH_TEXT];
    int r = root_open(hashes->ctx->root, it->path, &file);

    if (r == -EISDIR || r == -ENXIO) /* something else stands in its place */
        return CHANGED;
    if (r < 0)
        return r;
    if (it->has_size && file.node.size != it->size)
        r = file.node.size < it->size ? CUT_SHORT : OTHER_SIZE;
    else
        r = integrity_hash(&file, share, text);
    root_file_close(&file);
    if (r == 0 && !str_eq(it->hash, (struct str){ text, HASH_TEXT }))
        r = CHANGED;
    return r;
}

/* --- what comes of it ---------------------------------------------------------------------- */

static const char *reason_of(int outcome)
{
    switch (outcome) {
    case CHANGED:
        return "changed";
    case CUT_SHORT:
        return "cut short";
    case OTHER_SIZE:
        return "of another size";
    default:
        return "missing";
    }
}

static bool is_missing(int outcome)
{
    return outcome < 0 && outcome != WORK_NOTHING && fact_state_of_error(outcome) == FACT_ABSENT;
}

struct findings {
    const struct recorded *changed, *patched; /* the first of each, in the order of RECORD */
    int changed_how, patched_how;
    int64_t hashed, patched_count;
    struct doubt doubt; /* of a file that could not be read */
};

static void add_outcome(struct findings *findings, const struct recorded *it, int outcome)
{
    bool library = integrity_is_library(it->path);

    if (outcome < 0 && !is_missing(outcome)) {
        (void) doubt_add(&findings->doubt, outcome == WORK_NOTHING ? -EIO : outcome, it->path);
        return;
    }
    findings->hashed += outcome >= 0;
    if (outcome == SAME || (is_missing(outcome) && !library && !str_ends(it->path, STR(".py"))))
        return;
    findings->patched_count += !library;
    if (library && (!findings->changed || it < findings->changed)) {
        findings->changed = it;
        findings->changed_how = outcome;
    }
    if (!library && (!findings->patched || it < findings->patched)) {
        findings->patched = it;
        findings->patched_how = outcome;
    }
}

static void record(struct probe_ctx *ctx, const struct recorded *it, int outcome,
                   const struct doubt *doubt, struct fact_str *fact, struct fact_str *reason)
{
    if (!it) {
        settle_absent(fact, ctx->facts->torch.path.from, doubt);
        *reason = *fact;
        return;
    }
    fact_str(fact, path_shown(ctx->arena, it->path), it->record);
    fact_str(reason, str_of(reason_of(outcome)), it->record);
}

static void tick(void *context, uint64_t done)
{
    const struct hashes *hashes = context;

    hashes->ctx->progress(hashes->ctx->progress_context, done, hashes->bytes);
}

static void run(struct probe_ctx *ctx)
{
    struct hashes hashes = { .ctx = ctx };
    struct findings findings = { .changed = NULL };
    struct torch_facts *torch = &ctx->facts->torch;
    const int *outcomes;

    if (!ctx->python || !ctx->python->torch_site)
        return;
    add_packages(&hashes, &findings.doubt);
    put_in_order(&hashes);
    outcomes = work_run(ctx->arena, &(struct work){ .count = hashes.files.count,
                                                    .run = compare,
                                                    .context = &hashes,
                                                    .tick = ctx->progress ? tick : NULL,
                                                    .tick_context = &hashes });
    for (size_t i = 0; i < hashes.files.count; i++)
        add_outcome(&findings, hashes.order[i], outcomes[i]);
    fact_bool(&torch->thorough, true, torch->path.from);
    fact_int(&torch->hashed, findings.hashed, torch->path.from);
    settle_int(&torch->patched_count, findings.patched_count, torch->path.from, &findings.doubt);
    record(ctx, findings.changed, findings.changed_how, &findings.doubt, &torch->changed,
           &torch->changed_reason);
    record(ctx, findings.patched, findings.patched_how, &findings.doubt, &torch->patched,
           &torch->patched_reason);
}

const struct probe probe_hashes = {
    .name = "hashes",
    .cost = COST_THOROUGH,
    .run = run,
};
