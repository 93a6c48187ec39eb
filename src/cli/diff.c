/* diff: two states, and what between them made the difference. */
#include "report/diff.h"

#include "cli/subject.h"

#define REPORT_LIMIT (64u * 1024u * 1024u)
#define SNIFFED 65536 /* bytes: the text before a pasted snapshot is shorter */

struct side {
    struct options options; /* as if the path had been given with its own option */
    struct subject subject;
};

/* --- what a path names --------------------------------------------------------------------- */

static struct str start_of(struct arena *arena, struct str path)
{
    char *bytes = arena_alloc(arena, SNIFFED);
    struct given_file given;
    ssize_t got;

    if (given_open(arena, path, &given) < 0)
        return (struct str){ NULL, 0 };
    got = given_is_folder(&given) ? 0 : given_read(&given, bytes, SNIFFED);
    given_close(&given);
    return (struct str){ bytes, got < 0 ? 0 : (size_t) got };
}

static bool is_image_folder(struct arena *arena, struct str path)
{
    return given_exists(arena, arena_join(arena, path, STR("oci-layout"))) ||
           given_exists(arena, arena_join(arena, path, STR("manifest.json")));
}

static bool is_folder(struct arena *arena, struct str path)
{
    struct given_file given;
    bool folder;

    if (given_open(arena, path, &given) < 0)
        return false;
    folder = given_is_folder(&given);
    given_close(&given);
    return folder;
}

/* "/" is this machine, with its driver and the environment of this shell. */
static void find_source(struct arena *arena, struct str path, struct options *ret)
{
    struct str start = start_of(arena, path);

    if (str_eqz(path, "/"))
        return;
    if (is_folder(arena, path))
        *(is_image_folder(arena, path) ? &ret->image : &ret->root) = path;
    else if (snapshot_is(start) || armour_is(start))
        ret->snapshot = path;
    else if (str_starts(str_trim(start), STR("{")))
        ret->facts = path;
    else
        ret->image = path;
}

/* --- two sides ----------------------------------------------------------------------------- */

static bool is_looked_at(const struct side *side)
{
    return !side->options.snapshot.len && !side->options.facts.len;
}

static int examine(struct arena *arena, struct side *side)
{
    if (is_looked_at(side))
        side->subject.kept = snapshot_new(arena);
    return subject_examine(arena, &side->options, &side->subject);
}

/* Beside a snapshot in which names are changed, what is looked at must have them changed alike. */
static void rename_alike(struct arena *arena, struct side *side, const struct side *other)
{
    const struct snapshot *beside = other->subject.kept;
    struct snapshot *snapshot = side->subject.kept;
    struct looking *looking = ARENA_NEW(arena, struct looking);
    struct facts *facts = &side->subject.facts;

    if (!is_looked_at(side) || is_looked_at(other) || !beside || !beside->redacted)
        return;
    recording_settle(snapshot->files);
    recording_settle(snapshot->proc);
    snapshot_redact(arena, snapshot);
    *facts = (struct facts){ 0 };
    looking->ctx = (struct probe_ctx){ .arena = arena, .facts = facts };
    snapshot_look(snapshot, &looking->ctx, &looking->eyes, &looking->wishes);
}

/* A lock knows some facts alone: others of another side are no changes. */
static bool is_lock(const struct side *side)
{
    return str_eqz(side->subject.kind, "lock");
}

static void keep_locked(struct arena *arena, struct side *side)
{
    struct facts *locked = ARENA_NEW(arena, struct facts);

    lock_reduce(arena, &side->subject.facts, false, locked);
    locked->lock = (struct lock_facts){ 0 };
    side->subject.facts = *locked;
}

static int show(struct arena *arena, const struct options *options, const struct subject *subject,
                const struct diff *diff)
{
    struct buf buf = buf_new(arena, REPORT_LIMIT);
    struct diff_report report = {
        .diff = diff,
        .subject_kind = subject->kind,
        .subject_name = subject->name,
        .lang = options->lang,
        .columns = terminal_columns(),
        .verbose = options->verbose,
    };

    if (options->quiet)
        return EXIT_GOOD;
    if (options->json)
        report_diff_json(&buf, &report);
    else
        report_diff_text(&buf, &report);
    return print(arena, options->lang, buf_str(&buf));
}

int command_diff(struct arena *arena, const struct options *options)
{
    struct side *sides = arena_array(arena, 2, sizeof(*sides));
    struct diff *diff = ARENA_NEW(arena, struct diff);
    int code;

    for (size_t i = 0; i < 2; i++) {
        sides[i].options = *options;
        find_source(arena, options->words.items[i], &sides[i].options);
        code = examine(arena, &sides[i]);
        if (code != EXIT_GOOD)
            return code;
    }
    if (is_lock(&sides[0]) || is_lock(&sides[1]))
        for (size_t i = 0; i < 2; i++)
            keep_locked(arena, &sides[i]);
    rename_alike(arena, &sides[0], &sides[1]);
    rename_alike(arena, &sides[1], &sides[0]);
    diff_facts(arena, &sides[0].subject.facts, &sides[1].subject.facts, diff);
    code = show(arena, options, &sides[1].subject, diff);
    if (code != EXIT_GOOD || diff->same_verdict)
        return code;
    return verdict_exit_code(&diff->b.verdict);
}
