/* explain: what an error text, a log, a cause or an error code means. */
#include "cli/subject.h"
#include "transcript/transcript.h"

static int read_given(void *context, char *buffer, size_t room, size_t *ret_count)
{
    ssize_t got = given_read(context, buffer, room);

    if (got < 0)
        return (int) got;
    *ret_count = (size_t) got;
    return 0;
}

static int read_text(struct arena *arena, struct str path, struct facts *facts,
                     struct quotes *quotes)
{
    struct given_file given;
    struct transcript_source source = { read_given, &given };
    int r = given_open(arena, path, &given);

    if (r < 0)
        return r;
    r = transcript_read(arena, &source, facts, quotes);
    given_close(&given);
    return r;
}

static int explain_text(struct arena *arena, const struct options *options, struct str path)
{
    struct subject *subject = ARENA_NEW(arena, struct subject);
    struct quotes quotes = { 0 };
    struct eyes eyes = { .known = false };
    struct wishes wishes = { 0 };
    struct probe_ctx ctx = {
        .arena = arena, .eyes = &eyes, .wishes = &wishes, .facts = &subject->facts
    };
    int r;

    r = read_text(arena, path, &subject->facts, &quotes);
    if (r < 0)
        return cannot_read(arena, options, path, error_text(r));
    probe_all(&ctx, COST_NOTHING);
    subject->quotes = &quotes;
    subject->kind = STR("text");
    subject->name = path;
    return conclude(arena, options, subject, NULL);
}

int command_explain(struct arena *arena, const struct options *options)
{
    return explain_text(arena, options, options->topic.len ? options->topic : STR("-"));
}
