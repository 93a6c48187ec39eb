/* access: can I get in? One door, knocked at as its user would. */
#include "access/access.h"

#include "base/near.h"
#include "base/text.h"
#include "cli/subject.h"
#include "report/report.h"

struct door {
    const char *name, *where; /* where: what it takes */
    /* 0, or -EINVAL: that is no such place */
    int (*knock)(const struct knocker *knocker, const struct options *options, struct str where,
                 struct str *ret_name);
};

static int knock_ssh(const struct knocker *knocker, const struct options *options, struct str where,
                     struct str *ret_name)
{
    struct ssh_target target;
    int r = ssh_target_parse(where, &target);

    (void) options;
    if (r < 0)
        return r;
    access_ssh(knocker, &target);
    *ret_name = where;
    return 0;
}

static int knock_jupyter(const struct knocker *knocker, const struct options *options,
                         struct str where, struct str *ret_name)
{
    struct jupyter_target target;
    int r = jupyter_target_parse(knocker->arena, where, &target);

    if (r < 0)
        return r;
    access_jupyter(knocker, &target, options->start_kernel);
    *ret_name = knocker->facts->jupyter_url.value;
    return 0;
}

static const struct door doors[] = {
    { "ssh", "[USER@]HOST[:PORT]", knock_ssh },
    { "jupyter", "URL", knock_jupyter },
    { "container", "[USER@]NAME", NULL }, /* from its inside: examine_doors() */
};
#define DOORS (sizeof(doors) / sizeof(doors[0]))

/* "ssh [USER@]HOST[:PORT], jupyter URL" */
static struct str all_doors(struct arena *arena)
{
    struct buf buf = buf_new(arena, 4096);

    for (size_t i = 0; i < DOORS; i++)
        buf_addf(&buf, "%s%s %s", i ? ", " : "", doors[i].name, doors[i].where);
    return buf_str(&buf);
}

static int refuse(struct arena *arena, const struct options *options, enum text_id id,
                  struct str word, struct str near)
{
    return wrong_usage(
        arena, options->lang,
        report_fill(arena, text_of(id, options->lang), "word", word, "near", near, NULL));
}

static int refuse_door(struct arena *arena, const struct options *options, struct str word)
{
    struct str query;

    (void) str_cut(word, '?', &word, &query); /* of an address: there stands its token */
    for (size_t i = 0; i < DOORS; i++)
        if (near_enough(word, str_of(doors[i].name)))
            return refuse(arena, options, TEXT_CLI_UNKNOWN_COMMAND_NEAR,
                          arena_printf(arena, "access %.*s", STR_ARG(word)),
                          arena_printf(arena, "access %s", doors[i].name));
    return refuse(arena, options, TEXT_CLI_NO_DOOR, word, all_doors(arena));
}

static const struct door *door_named(struct str name)
{
    for (size_t i = 0; i < DOORS; i++)
        if (str_eqz(name, doors[i].name))
            return &doors[i];
    return NULL;
}

int command_access(struct arena *arena, const struct options *options)
{
    struct subject *subject = ARENA_NEW(arena, struct subject);
    struct probe_ctx *ctx = &subject->looking.ctx;
    const struct word_list *words = &options->words;
    struct knocker knocker;
    const struct door *door;

    if (words->count != 2 && (words->count != 1 || door_named(words->items[0])))
        return refuse(arena, options, TEXT_CLI_NEEDS_DOOR, options->word, all_doors(arena));
    door = door_named(words->items[0]);
    if (!door)
        return refuse_door(arena, options, words->items[0]);
    if (!door->knock) {
        int code = examine_doors(arena, options, words->items[1], subject);

        return code == EXIT_GOOD ? conclude(arena, options, subject, NULL) : code;
    }
    look_at_machine(arena, options, &subject->facts, &subject->looking);
    knocker = (struct knocker){ arena, ctx->root, environment_of(arena, ctx->eyes),
                                &subject->facts.access };
    if (door->knock(&knocker, options, words->items[1], &subject->name) < 0)
        return refuse(arena, options, TEXT_CLI_NO_TARGET, str_of(door->name), str_of(door->where));
    probe_all(&(struct probe_ctx){ .arena = arena, .facts = &subject->facts }, COST_NOTHING);
    subject->kind = STR("door");
    return conclude(arena, options, subject, NULL);
}
