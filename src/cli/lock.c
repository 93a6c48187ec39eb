/* lock: the combination that works, written down; and whether what is there still is one. */
#include "report/lock.h"

#include "cli/subject.h"
#include "report/report.h"

#include <errno.h>

#define REPORT_LIMIT ((size_t) 16 << 20)

static struct str file_of(const struct options *options)
{
    return options->output.len ? options->output : STR("gpuvet.lock");
}

/* Files tell all that is locked: the driver is not asked. Hashes are the lock's own. */
static int examine(struct arena *arena, const struct options *options, struct subject *subject)
{
    struct options quiet = *options;

    quiet.no_driver = true;
    quiet.thorough = false;
    return subject_examine(arena, &quiet, subject);
}

/* A snapshot and given facts have no files to hash. */
static bool has_bytes(const struct subject *subject)
{
    return subject->looking.ctx.root && !subject->kept;
}

static void hash(struct arena *arena, const struct options *options, struct subject *subject,
                 struct lock_hashes *files)
{
    struct progress progress = { .arena = arena, .text = text_of(TEXT_CLI_HASHING, options->lang) };
    struct probe_ctx *ctx = &subject->looking.ctx;

    ctx->progress = progress_part;
    ctx->progress_context = &progress;
    lock_hash(ctx, files);
    progress_end(&progress);
}

static void judge(struct arena *arena, const struct facts *facts, struct verdict *ret)
{
    struct judgement judgement;

    rules_judge(arena, facts, &judgement);
    diagnose(arena, facts, &judgement, ret);
}

/* --- writing ------------------------------------------------------------------------------- */

static void warn(struct arena *arena, const struct options *options, const struct verdict *verdict)
{
    const struct report report = { .verdict = verdict, .lang = options->lang };

    if (verdict->state == STATE_BROKEN)
        complain(report_fill(arena, text_of(TEXT_LOCK_WORKS_NOT, options->lang), "headline",
                             report_headline(arena, &report), "cause", verdict->cause, NULL));
}

static int put(struct arena *arena, const struct options *options, const struct lock *lock)
{
    struct buf buf = buf_new(arena, LOCK_FILE_MAX);
    struct str file = file_of(options);
    int r;

    lock_write(&buf, lock);
    if (str_eqz(file, "-"))
        return print(arena, options->lang, buf_str(&buf));
    r = buf.full ? -E2BIG : given_replace(arena, file, buf_str(&buf));
    if (r < 0) {
        complain(report_fill(arena, text_of(TEXT_CLI_CANNOT_WRITE, options->lang), "why",
                             error_text(r), NULL));
        return EXIT_NO_OUTPUT;
    }
    if (options->quiet)
        return EXIT_GOOD;
    return print(arena, options->lang,
                 report_fill(arena, text_of(TEXT_LOCK_WRITTEN, options->lang), "file", file,
                             "libraries",
                             arena_printf(arena, "%zu", lock->facts.loader.libraries.count),
                             "hashes", arena_printf(arena, "%zu", lock->hashes.count), NULL));
}

static int write_lock(struct arena *arena, const struct options *options, struct subject *subject)
{
    struct lock *lock = ARENA_NEW(arena, struct lock);
    struct verdict verdict;

    judge(arena, &subject->facts, &verdict);
    warn(arena, options, &verdict);
    lock_make(arena, &subject->facts, &verdict, lock);
    if (has_bytes(subject)) {
        lock_files(arena, &lock->facts, &lock->hashes);
        hash(arena, options, subject, &lock->hashes);
    }
    return put(arena, options, lock);
}

/* --- verifying ----------------------------------------------------------------------------- */

int read_lock(struct arena *arena, const struct options *options, struct str file, struct str bytes,
              struct lock *ret)
{
    struct str why = { NULL, 0 };
    int r = lock_read(arena, bytes, file, ret, &why);
    enum text_id text = r == -EPROTONOSUPPORT ? TEXT_LOCK_VERSION
                        : r == -E2BIG         ? TEXT_LOCK_TOO_LARGE
                                              : TEXT_LOCK_DAMAGED;

    if (r == 0)
        return EXIT_GOOD;
    return cannot_read(arena, options, file,
                       report_fill(arena, text_of(text, options->lang), "why", why, NULL));
}

static int load(struct arena *arena, const struct options *options, struct lock *ret)
{
    struct str bytes;
    int r = root_read_given(arena, options->lock, LOCK_FILE_MAX, &bytes);

    if (r < 0)
        return cannot_read(arena, options, options->lock, error_text(r));
    return read_lock(arena, options, options->lock, bytes, ret);
}

static int show(struct arena *arena, const struct options *options, const struct subject *subject,
                const struct lock_comparison *comparison)
{
    struct buf buf = buf_new(arena, REPORT_LIMIT);
    struct lock_report report = {
        .comparison = comparison,
        .file = options->lock,
        .subject_kind = subject->kind,
        .subject_name = subject->name,
        .lang = options->lang,
        .columns = terminal_columns(),
        .verbose = options->verbose,
    };

    if (options->quiet)
        return EXIT_GOOD;
    if (options->json)
        report_lock_json(&buf, &report);
    else
        report_lock_text(&buf, &report);
    return print(arena, options->lang, buf_str(&buf));
}

static int verify_lock(struct arena *arena, const struct options *options, const struct lock *lock,
                       struct subject *subject)
{
    struct lock_comparison *comparison = ARENA_NEW(arena, struct lock_comparison);
    struct lock_hashes hashes = { 0 };
    bool hashed = options->thorough && has_bytes(subject);
    int code;

    if (options->thorough && !hashed)
        complain(text_of(TEXT_LOCK_NO_HASHES, options->lang));
    for (size_t i = 0; hashed && i < lock->hashes.count; i++)
        *LIST_ADD(arena, &hashes) = lock->hashes.items[i];
    if (hashed)
        hash(arena, options, subject, &hashes);
    lock_compare(arena, lock, hashed ? &hashes : NULL, &subject->facts, comparison);
    code = show(arena, options, subject, comparison);
    return code == EXIT_GOOD ? lock_exit_code(comparison->state) : code;
}

int command_lock(struct arena *arena, const struct options *options)
{
    struct subject *subject = ARENA_NEW(arena, struct subject);
    struct lock *lock = ARENA_NEW(arena, struct lock);
    int code = options->lock.len ? load(arena, options, lock) : EXIT_GOOD;

    if (code == EXIT_GOOD)
        code = examine(arena, options, subject);
    if (code != EXIT_GOOD)
        return code;
    return options->lock.len ? verify_lock(arena, options, lock, subject)
                             : write_lock(arena, options, subject);
}
