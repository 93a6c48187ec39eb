/* snapshot: what was seen, kept in one file; and looked at again. */
#include "cli/subject.h"

#include "plan/plan.h"
#include "report/report.h"

#include <errno.h>

#define NAMES_LIMIT ((size_t) 1 << 20)

/* --- reading ------------------------------------------------------------------------------- */

static struct str why_not(const struct options *options, int error)
{
    switch (error) {
    case -EPROTONOSUPPORT:
        return text_of(TEXT_CLI_SNAPSHOT_VERSION, options->lang);
    case -EBADMSG:
        return text_of(TEXT_CLI_SNAPSHOT_DAMAGED, options->lang);
    case -E2BIG:
        return text_of(TEXT_CLI_SNAPSHOT_TOO_LARGE, options->lang);
    default:
        return error_text(error);
    }
}

static int load(struct arena *arena, struct str path, struct snapshot *ret)
{
    struct str bytes, body;
    int r = root_read_given(arena, path, SNAPSHOT_FILE_MAX * 2, &bytes);

    if (r == 0 && !snapshot_is(bytes) && armour_is(bytes))
        r = armour_read(arena, bytes, &bytes);
    if (r == 0)
        r = snapshot_open(arena, bytes, &body);
    return r < 0 ? r : snapshot_unpack(arena, body, ret);
}

int subject_replay(struct arena *arena, const struct options *options, struct subject *ret)
{
    struct snapshot *snapshot = ARENA_NEW(arena, struct snapshot);
    struct looking *looking = &ret->looking;
    int r = load(arena, options->snapshot, snapshot);

    if (r < 0)
        return cannot_read(arena, options, options->snapshot, why_not(options, r));
    looking->wishes =
        (struct wishes){ .python = options->python, .environment = options->environment };
    looking->ctx = (struct probe_ctx){ .arena = arena, .facts = &ret->facts };
    snapshot_look(snapshot, &looking->ctx, &looking->eyes, &looking->wishes);
    ret->kept = snapshot;
    ret->kind = STR("snapshot");
    ret->name = snapshot->name;
    return EXIT_GOOD;
}

/* --- writing ------------------------------------------------------------------------------- */

static void judge(struct arena *arena, struct facts *facts, struct verdict *ret)
{
    struct judgement judgement;

    plan_build(arena, facts);
    rules_judge(arena, facts, &judgement);
    diagnose(arena, facts, &judgement, ret);
}

static struct str manifest_of(struct arena *arena, const struct snapshot *snapshot,
                              const struct verdict *verdict)
{
    struct buf buf = buf_new(arena, 65536);
    struct json json = json_to(&buf);

    report_json_open(&json, snapshot->kind, snapshot->name);
    json_put_str(&json, "snapshot", STR("gpuvet-snapshot/1"));
    json_put_bool(&json, "redacted", snapshot->redacted);
    json_put_int(&json, "answers",
                 (int64_t) (snapshot->files->answers.count + snapshot->proc->answers.count));
    json_open(&json, "verdict", '{');
    json_put_str(&json, "state", str_of(verdict_state_name(verdict->state)));
    json_put_str(&json, "cause", verdict->cause);
    json_put_str(&json, "certainty", str_of(certainty_name(verdict->certainty)));
    json_close(&json, '}');
    json_close(&json, '}');
    return buf_str(&buf);
}

/* What a reader will see of it: as facts in the file, and whether that is still the same verdict.
 */
static bool look_again(struct arena *arena, struct snapshot *snapshot, const struct verdict *was)
{
    struct looking *looking = ARENA_NEW(arena, struct looking);
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct buf buf = buf_new(arena, SNAPSHOT_BODY_MAX);
    struct json json = json_to(&buf);
    struct verdict verdict;

    looking->ctx = (struct probe_ctx){ .arena = arena, .facts = facts };
    snapshot_look(snapshot, &looking->ctx, &looking->eyes, &looking->wishes);
    judge(arena, facts, &verdict);
    json_open(&json, NULL, '{');
    facts_write(&json, "facts", facts);
    json_close(&json, '}');
    snapshot->facts = buf_str(&buf);
    snapshot->manifest = manifest_of(arena, snapshot, &verdict);
    return verdict.state == was->state && verdict.certainty == was->certainty &&
           str_eq(verdict.cause, was->cause);
}

static int seal(struct arena *arena, const struct options *options, struct snapshot *snapshot,
                struct str *ret)
{
    struct buf body = buf_new(arena, SNAPSHOT_BODY_MAX);
    int r;

    snapshot_pack(&body, snapshot);
    r = body.full ? -E2BIG : snapshot_seal(arena, buf_str(&body), ret);
    if (r == 0 && options->text)
        *ret = armour_write(arena, *ret);
    return r;
}

static int cannot_write(struct arena *arena, const struct options *options, struct str why)
{
    complain(report_fill(arena, text_of(TEXT_CLI_CANNOT_WRITE, options->lang), "why", why, NULL));
    return EXIT_NO_OUTPUT;
}

static int write_out(struct arena *arena, const struct options *options,
                     const struct snapshot *snapshot, struct str bytes)
{
    int r;

    if (!options->output.len || str_eqz(options->output, "-"))
        return print(arena, options->lang, bytes);
    r = given_replace(arena, options->output, bytes);
    if (r < 0)
        return cannot_write(arena, options, error_text(r));
    if (options->quiet)
        return EXIT_GOOD;
    return print(arena, options->lang,
                 report_fill(arena, text_of(TEXT_CLI_SNAPSHOT_WRITTEN, options->lang), "file",
                             options->output, "size",
                             arena_printf(arena, "%zu", (bytes.len + 1023) / 1024), "files",
                             arena_printf(arena, "%zu", snapshot->files->answers.count), NULL));
}

/* Files that may not have been read, and say whose names must be changed in those that were. */
static void learn_names(const struct subject *subject)
{
    struct str text;

    (void) root_read(subject->looking.ctx.root, STR("etc/passwd"), NAMES_LIMIT, &text);
    (void) root_read(subject->looking.ctx.root, STR("etc/hostname"), NAMES_LIMIT, &text);
}

int command_snapshot(struct arena *arena, const struct options *options)
{
    struct subject *subject = ARENA_NEW(arena, struct subject);
    struct snapshot *snapshot = snapshot_new(arena);
    struct verdict verdict;
    struct str bytes;
    int code, r;

    if (options->restore.len)
        return print_restore_plan(arena, options);
    if (!options->output.len && !options->text && !options->commit.len && isatty(STDOUT_FILENO)) {
        complain(text_of(TEXT_CLI_SNAPSHOT_NOT_HERE, options->lang));
        return EXIT_WRONG_USAGE;
    }
    subject->kept = snapshot;
    code = subject_examine(arena, options, subject);
    if (code != EXIT_GOOD)
        return code;
    if (options->commit.len) {
        code = commit_container(arena, options, &subject->facts);
        if (code != EXIT_GOOD || (!options->output.len && !options->text))
            return code;
    }
    judge(arena, &subject->facts, &verdict);
    learn_names(subject);
    snapshot->kind = subject->kind;
    snapshot->name = subject->name;
    recording_settle(snapshot->files);
    recording_settle(snapshot->proc);
    snapshot_forget_hashes(arena, snapshot);
    if (!options->no_redact)
        snapshot_redact(arena, snapshot);
    if (!look_again(arena, snapshot, &verdict))
        complain(text_of(TEXT_CLI_SNAPSHOT_DIFFERS, options->lang));
    r = seal(arena, options, snapshot, &bytes);
    return r < 0 ? cannot_write(arena, options, why_not(options, r))
                 : write_out(arena, options, snapshot, bytes);
}
