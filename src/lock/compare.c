#include "lock/compare.h"

#include "knowledge/coverage.h"
#include "knowledge/dotted.h"

struct comparing {
    struct arena *arena;
    const struct lock *lock;
    struct facts *there; /* what is there, whole; a layer lock above it for each difference */
    struct lock_facts needs;
    struct facts *now, *now_whole; /* reduced as the lock is, and without leaving out libraries */
    struct lock_comparison *ret;
};

/* One side of a difference. */
struct side {
    enum fact_state state;
    struct str text;
    bool failed; /* not known, and looking failed */
};

static const struct side nothing = { .state = FACT_ABSENT };

static struct side side_of(struct arena *arena, const struct field *field, const void *fact)
{
    struct fact_ref ref = { field->kind, fact, field };
    struct side side = { .state = fact_ref_state(&ref) };

    side.failed =
        side.state == FACT_DENIED || (side.state == FACT_UNKNOWN && fact_ref_from(&ref).len > 0);
    if (side.state == FACT_KNOWN && field->kind != FIELD_LIST)
        side.text = fact_ref_text(arena, &ref);
    return side;
}

static bool is_seen(const struct side *side)
{
    return side->state == FACT_KNOWN || side->state == FACT_ABSENT;
}

static void tell(struct fact_str *fact, const struct side *side)
{
    *fact = (struct fact_str){ .state = side->state == FACT_KNOWN ? FACT_KNOWN : FACT_ABSENT,
                               .value = side->text };
}

static void tell_word(struct fact_str *fact, struct str word)
{
    struct side side = { word.len ? FACT_KNOWN : FACT_ABSENT, word, false };

    tell(fact, &side);
}

/* --- two versions -------------------------------------------------------------------------- */

static bool next_number(struct str *rest, struct str *ret)
{
    return rest->len && (str_next_part(rest, '.', ret), true);
}

/* Part by part, what follows a "+" apart: "2.6.0+cu124" differs from "2.6.0+cu126" in its build. */
static struct str step_between(struct str was, struct str now)
{
    static const char *const steps[] = { "major", "minor", "patch" };
    struct str was_build, now_build, a, b;
    unsigned number;

    if (dotted_first(was, &number) < 0 || dotted_first(now, &number) < 0)
        return (struct str){ NULL, 0 };
    (void) str_cut(was, '+', &was, &was_build);
    (void) str_cut(now, '+', &now, &now_build);
    for (unsigned i = 0; i < 3; i++) {
        bool more = next_number(&was, &a), others = next_number(&now, &b);

        if (!more || !others)
            break;
        if (!str_eq(a, b))
            return str_of(steps[i]);
    }
    return STR("build");
}

/* --- judging ------------------------------------------------------------------------------- */

static void say(struct comparing *it, const char *fact, struct str key, const char *member,
                const struct side *was, const struct side *now)
{
    struct lock_facts *said = &it->there->lock;
    bool both = was->state == FACT_KNOWN && now->state == FACT_KNOWN;
    struct str step = both ? step_between(was->text, now->text) : (struct str){ NULL, 0 };
    struct fact_str uncovered = said->uncovered;

    *said = it->needs;
    said->uncovered = uncovered;
    tell_word(&said->fact, str_of(fact));
    tell_word(&said->key, key);
    tell_word(&said->member, member ? str_of(member) : (struct str){ NULL, 0 });
    tell(&said->was, was);
    tell(&said->now, now);
    tell_word(&said->step, step);
    said->newer.state = FACT_ABSENT;
    if (step.len)
        fact_bool(&said->newer, dotted_compare(now->text, was->text) > 0, (struct str){ NULL, 0 });
    tell_word(&said->place, (struct str){ NULL, 0 });
}

static void judge(struct comparing *it)
{
    static const enum lock_state states[] = {
        [LOCK_ALLOWED] = LOCK_COMPATIBLE, [LOCK_BREAKS] = LOCK_BROKEN
    };
    struct lock_difference difference = { .state = LOCK_BROKEN };
    const struct lock_row *row;

    for (size_t i = 0; (row = lock_row_at(i)) != NULL && !difference.row; i++) {
        struct missing missing = { 0 };
        enum truth truth = rule_holds(it->arena, it->there, row->when, &missing);

        if (truth == TRUTH_TRUE && row->meaning == LOCK_SAID)
            return;
        if (truth == TRUTH_FALSE)
            continue;
        difference.row = row;
        difference.state = truth == TRUTH_TRUE ? states[row->meaning] : LOCK_UNDECIDED;
        difference.missing = missing;
    }
    difference.said = it->there->lock;
    *LIST_ADD(it->arena, &it->ret->differences) = difference;
}

/* What is locked, and is not known here. */
static void note_unseen(struct comparing *it, const struct lock_entry *entry,
                        const struct side *was, const struct side *now)
{
    if (was->state != FACT_KNOWN)
        return;
    if (!now->failed || entry->of_host) {
        *LIST_ADD(it->arena, &it->ret->unseen) = entry->fact;
        return;
    }
    say(it, entry->fact, (struct str){ NULL, 0 }, NULL, was, &nothing);
    *LIST_ADD(it->arena, &it->ret->differences) =
        (struct lock_difference){ .state = LOCK_UNDECIDED, .said = it->there->lock };
}

static void compare_sides(struct comparing *it, const struct lock_entry *entry, struct side *was,
                          struct side *now)
{
    if (!is_seen(now)) {
        note_unseen(it, entry, was, now);
        return;
    }
    if (!is_seen(was)) {
        if (!entry->always)
            return;
        *was = nothing;
    }
    if (was->state == now->state && str_eq(was->text, now->text))
        return;
    say(it, entry->fact, (struct str){ NULL, 0 }, NULL, was, now);
    judge(it);
}

/* --- GPUs ---------------------------------------------------------------------------------- */

/* "2 × 8.6, 1 × 9.0": of a sorted list. */
static struct side gpus_side(struct arena *arena, const struct fact_list *list)
{
    struct side side = { .state = list->state };
    struct buf text = buf_new(arena, 65536);
    size_t next;

    for (size_t at = 0; at < list->count; at = next) {
        struct str capability = LIST_OF(gpu, list)[at].capability.value;

        for (next = at + 1; next < list->count; next++)
            if (!str_eq(LIST_OF(gpu, list)[next].capability.value, capability))
                break;
        buf_addf(&text, "%s%zu × %.*s", text.len ? ", " : "", next - at, STR_ARG(capability));
    }
    side.text = buf_str(&text);
    if (side.state == FACT_KNOWN && list->count == 0)
        side.state = FACT_ABSENT;
    return side;
}

static void find_uncovered(struct comparing *it)
{
    const struct fact_str *archs = &it->needs.architectures;
    const struct fact_list *list = &it->now->hardware.gpus;
    struct fact_str *ret = &it->there->lock.uncovered;
    struct gpu_capability gpu;

    *ret = (struct fact_str){ .state = archs->state == FACT_KNOWN ? FACT_ABSENT : archs->state };
    for (size_t i = 0; archs->state == FACT_KNOWN && i < list->count; i++) {
        const struct fact_str *capability = &LIST_OF(gpu, list)[i].capability;

        if (capability->state != FACT_KNOWN || !capability_parse(capability->value, &gpu))
            *ret = (struct fact_str){ .state = FACT_UNKNOWN };
        else if (archs_cover(archs->value, gpu) == COVERAGE_NONE)
            fact_str(ret, arena_printf(it->arena, "sm_%u%u", gpu.major, gpu.minor),
                     capability->from);
        if (ret->state == FACT_KNOWN)
            return;
    }
}

static void compare_gpus(struct comparing *it, const struct lock_entry *entry)
{
    struct side was = gpus_side(it->arena, &it->lock->facts.hardware.gpus);
    struct side now = gpus_side(it->arena, &it->now->hardware.gpus);

    find_uncovered(it);
    compare_sides(it, entry, &was, &now);
}

/* --- lists --------------------------------------------------------------------------------- */

struct pair {
    const struct lock_entry *entry;
    const struct field *list;
    struct str key;
    const char *was, *now; /* items; NULL: there is none */
};

static const char *item_at(const struct field *field, const struct fact_list *list, size_t at)
{
    return (const char *) list->items + at * field->items->size;
}

static struct str key_of(const struct field *key, const char *item)
{
    return ((const struct fact_str *) (item + key->offset))->value;
}

static const char *find(const struct field *field, const struct field *key,
                        const struct fact_list *list, struct str wanted)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(key_of(key, item_at(field, list, i)), wanted))
            return item_at(field, list, i);
    return NULL;
}

static void say_place(struct comparing *it, const struct pair *pair)
{
    const struct field *path = lock_member(pair->list, "path");
    const char *item = pair->now ? pair->now : pair->was;

    if (path)
        it->there->lock.place = *(const struct fact_str *) (item + path->offset);
}

/* An item that one side alone has is told by its first member that is known. */
static void say_whole(struct comparing *it, const struct pair *pair)
{
    const struct field *member = lock_member(pair->list, pair->entry->members[1]);
    struct side side =
        side_of(it->arena, member, (pair->was ? pair->was : pair->now) + member->offset);

    if (side.state != FACT_KNOWN)
        side = (struct side){ FACT_KNOWN, STR("present"), false };
    say(it, pair->entry->fact, pair->key, NULL, pair->was ? &side : &nothing,
        pair->was ? &nothing : &side);
    say_place(it, pair);
    judge(it);
}

static void compare_pair(struct comparing *it, const struct pair *pair)
{
    if (!pair->was || !pair->now) {
        say_whole(it, pair);
        return;
    }
    for (size_t m = 1; m < LOCK_MEMBERS && pair->entry->members[m]; m++) {
        const struct field *member = lock_member(pair->list, pair->entry->members[m]);
        struct side was = side_of(it->arena, member, pair->was + member->offset);
        struct side now = side_of(it->arena, member, pair->now + member->offset);

        if (!is_seen(&was) || !is_seen(&now) ||
            (was.state == now.state && str_eq(was.text, now.text)))
            continue;
        say(it, pair->entry->fact, pair->key, member->name, &was, &now);
        say_place(it, pair);
        judge(it);
    }
}

static void compare_lists(struct comparing *it, const struct lock_entry *entry,
                          const struct field *field, const struct fact_list *was,
                          const struct fact_list *now, const struct fact_list *whole)
{
    const struct field *key = lock_member(field, entry->members[0]);
    struct pair pair = { .entry = entry, .list = field };

    for (size_t i = 0; i < was->count; i++) {
        pair.was = item_at(field, was, i);
        pair.key = key_of(key, pair.was);
        pair.now = find(field, key, whole, pair.key);
        if (pair.now || !whole->partial)
            compare_pair(it, &pair);
    }
    pair.was = NULL;
    for (size_t i = 0; i < now->count; i++) {
        pair.now = item_at(field, now, i);
        pair.key = key_of(key, pair.now);
        if (!find(field, key, was, pair.key))
            compare_pair(it, &pair);
    }
}

/* --- all of it ----------------------------------------------------------------------------- */

static void compare_entry(struct comparing *it, const struct lock_entry *entry,
                          struct facts *locked)
{
    const struct field *field;
    const void *was = lock_entry_fact(entry, locked, &field);
    const void *now = lock_entry_fact(entry, it->now, &field);
    struct side left = side_of(it->arena, field, was), right = side_of(it->arena, field, now);

    if (entry->unjudged)
        return;
    if (entry->no_key)
        compare_gpus(it, entry);
    else if (field->kind != FIELD_LIST)
        compare_sides(it, entry, &left, &right);
    else if (left.state == FACT_KNOWN && right.state == FACT_KNOWN)
        compare_lists(it, entry, field, was, now, lock_entry_fact(entry, it->now_whole, &field));
    else if (!is_seen(&right))
        note_unseen(it, entry, &left, &right);
}

static void compare_hashes(struct comparing *it, const struct lock_hashes *hashes)
{
    for (size_t i = 0; i < it->lock->hashes.count; i++) {
        const struct lock_hash *was = &it->lock->hashes.items[i], *now = &hashes->items[i];
        struct side left = { FACT_KNOWN, was->hash, false };
        struct side right = { now->hash.len ? FACT_KNOWN : FACT_ABSENT, now->hash, false };

        if (str_eq(was->hash, now->hash))
            continue;
        say(it, "hashes", was->path, NULL, &left, &right);
        judge(it);
    }
}

static bool is_known_cause(const struct lock *lock, struct str slug)
{
    for (size_t i = 0; i < lock->known.count; i++)
        if (str_eq(lock->known.items[i], slug))
            return true;
    return false;
}

/* Causes that are not of old. A consequence of another is said with it. */
static void add_causes(struct comparing *it)
{
    const struct verdict *verdict = &it->ret->verdict;

    for (size_t i = 0; verdict->state == STATE_BROKEN && i < verdict->findings.count; i++) {
        const struct diagnosed *found = &verdict->findings.items[i];
        const struct rule *rule = found->finding->rule;

        if (found->role != ROLE_CONSEQUENCE && !is_known_cause(it->lock, rule->slug))
            *LIST_ADD(it->arena, &it->ret->differences) =
                (struct lock_difference){ .state = LOCK_BROKEN, .cause = rule->slug, .rule = rule };
    }
}

/* The worst first; else as they are. */
static void put_in_order(struct comparing *it)
{
    struct lock_comparison *ret = it->ret;
    size_t count = ret->differences.count, at = 0;
    struct lock_difference *sorted = arena_array(it->arena, count, sizeof(*sorted));

    for (int state = LOCK_BROKEN; state > LOCK_SAME; state--)
        for (size_t i = 0; i < count; i++)
            if (ret->differences.items[i].state == (enum lock_state) state)
                sorted[at++] = ret->differences.items[i];
    ret->differences.items = sorted;
    ret->differences.room = count;
    ret->state = count ? sorted[0].state : LOCK_SAME;
}

static struct lock_facts needs_of(const struct lock *lock)
{
    struct lock_facts needs = lock->facts.lock;

    needs.image_name = lock->facts.container.image_name;
    needs.image_digest = lock->facts.container.image_digest;
    needs.image_digest_of = lock->facts.container.image_digest_of;
    if (needs.image_name.state != FACT_KNOWN)
        needs.image_name.state = FACT_ABSENT;
    return needs;
}

void lock_compare(struct arena *arena, const struct lock *lock, const struct lock_hashes *hashes,
                  struct facts *facts, struct lock_comparison *ret)
{
    struct comparing it = {
        .arena = arena,
        .lock = lock,
        .there = facts,
        .needs = needs_of(lock),
        .now = ARENA_NEW(arena, struct facts),
        .now_whole = ARENA_NEW(arena, struct facts),
        .ret = ret,
    };
    struct facts *locked = ARENA_NEW(arena, struct facts);
    struct judgement judgement;
    const struct lock_entry *entry;

    *ret = (struct lock_comparison){ .facts = facts };
    *locked = lock->facts;
    lock_reduce(arena, facts, false, it.now);
    lock_reduce(arena, facts, true, it.now_whole);
    for (size_t i = 0; (entry = lock_entry_at(i)) != NULL; i++)
        compare_entry(&it, entry, locked);
    if (hashes)
        compare_hashes(&it, hashes);
    facts->lock = it.needs;
    rules_judge(arena, facts, &judgement);
    diagnose(arena, facts, &judgement, &ret->verdict);
    add_causes(&it);
    put_in_order(&it);
}

const char *lock_state_name(enum lock_state state)
{
    static const char *const names[] = { "same", "compatible", "undecided", "broken" };

    return names[state];
}

int lock_exit_code(enum lock_state state)
{
    return state == LOCK_BROKEN ? 1 : state == LOCK_UNDECIDED ? 2 : 0;
}
