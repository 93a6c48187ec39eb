/* pack: a snapshot as one row of numbers and texts. Writer and reader stand side by side: each
 * put_x() has its take_x(). */
#include "snapshot/pack.h"

#include "snapshot/snapshot.h"

#include <errno.h>

/* --- small things -------------------------------------------------------------------------- */

/* As a C string, too: for what is given to the system's functions. */
static struct str take_copy(struct cursor *from, struct arena *arena)
{
    return arena_copy(arena, take_text(from));
}

static int take_error(struct cursor *from)
{
    return -(int) (cursor_le(from, 2) & 0xfff);
}

static void put_fact(struct buf *to, const struct fact_str *fact)
{
    put(to, fact->state, 1);
    put_text(to, fact->value);
    put_text(to, fact->from);
}

static struct fact_str take_fact(struct cursor *from)
{
    struct fact_str fact = { .state = (enum fact_state)(cursor_le(from, 1) & 3) };

    fact.value = take_text(from);
    fact.from = take_text(from);
    return fact;
}

static void put_node(struct buf *to, const struct node *node)
{
    put(to, node->kind, 1);
    put(to, node->mode, 2);
    put(to, node->uid, 4);
    put(to, node->gid, 4);
    put(to, node->size, 8);
    put(to, node->major, 4);
    put(to, node->minor, 4);
    put(to, node->fs_major, 4);
    put(to, node->fs_minor, 4);
    put(to, node->inode, 8);
    put(to, (uint64_t) node->mtime, 8);
}

static struct node take_node(struct cursor *from)
{
    unsigned kind = (unsigned) cursor_le(from, 1);
    struct node node = { .kind = kind > NODE_OTHER ? NODE_OTHER : (enum node_kind) kind };

    node.mode = (uint32_t) cursor_le(from, 2) & 07777;
    node.uid = (uint32_t) cursor_le(from, 4);
    node.gid = (uint32_t) cursor_le(from, 4);
    node.size = cursor_le(from, 8);
    node.major = (uint32_t) cursor_le(from, 4);
    node.minor = (uint32_t) cursor_le(from, 4);
    node.fs_major = (uint32_t) cursor_le(from, 4);
    node.fs_minor = (uint32_t) cursor_le(from, 4);
    node.inode = cursor_le(from, 8);
    node.mtime = (int64_t) cursor_le(from, 8);
    return node;
}

/* --- the driver ---------------------------------------------------------------------------- */

static void put_child(struct buf *to, const struct child_result *child)
{
    put(to, child->end, 1);
    put(to, (uint64_t) -child->error, 2);
    put_text(to, str_of(child->step));
    put(to, (uint64_t) child->signal, 1);
    put(to, (uint64_t) child->code, 1);
    put(to, (uint64_t) child->unreaped, 1);
    put(to, (uint64_t) child->truncated, 1);
    put(to, (uint64_t) child->us, 8);
    put_text(to, child->answers);
    put_text(to, child->complaints);
}

static struct child_result take_child(struct cursor *from, struct arena *arena)
{
    unsigned end = (unsigned) cursor_le(from, 1);
    struct child_result child = { .end = end > CHILD_SYSTEM ? CHILD_SYSTEM : (enum child_end) end };

    child.error = take_error(from);
    child.step = take_copy(from, arena).data;
    child.signal = (int) cursor_le(from, 1);
    child.code = (int) cursor_le(from, 1);
    child.unreaped = cursor_le(from, 1);
    child.truncated = cursor_le(from, 1);
    child.us = (int64_t) cursor_le(from, 8);
    child.answers = take_text(from);
    child.complaints = take_text(from);
    return child;
}

static void put_heard(struct buf *to, const struct driver_heard *heard)
{
    put(to, heard->asked, 1);
    put(to, heard->asked_clean, 1);
    put(to, heard->outcome, 1);
    put_text(to, heard->from);
    put_child(to, &heard->nvml);
    put_child(to, &heard->cuda);
    put_child(to, &heard->clean_nvml);
    put_child(to, &heard->clean_cuda);
    put_fact(to, &heard->woken_modules);
    put_fact(to, &heard->woken_nodes);
}

static void take_heard(struct cursor *from, struct arena *arena, struct driver_heard *ret)
{
    ret->asked = cursor_le(from, 1);
    ret->asked_clean = cursor_le(from, 1);
    ret->outcome = (enum fact_state)(cursor_le(from, 1) & 3);
    ret->from = take_text(from);
    ret->nvml = take_child(from, arena);
    ret->cuda = take_child(from, arena);
    ret->clean_nvml = take_child(from, arena);
    ret->clean_cuda = take_child(from, arena);
    ret->woken_modules = take_fact(from);
    ret->woken_nodes = take_fact(from);
}

/* --- whose eyes ---------------------------------------------------------------------------- */

static void put_eyes(struct buf *to, const struct eyes *eyes)
{
    put(to, eyes->known, 1);
    put(to, eyes->uid, 4);
    put(to, (uint64_t) eyes->pid, 4);
    put_text(to, eyes->working_directory);
    put(to, eyes->known ? eyes->variable_count : 0, 4);
    for (size_t i = 0; eyes->known && i < eyes->variable_count; i++)
        put_text(to, eyes->variables[i]);
}

static void take_eyes(struct cursor *from, struct arena *arena, struct eyes *ret)
{
    LIST(struct str) variables = { 0 };
    uint64_t count;

    ret->known = cursor_le(from, 1);
    ret->uid = (uint32_t) cursor_le(from, 4);
    ret->pid = (int) (cursor_le(from, 4) & INT32_MAX);
    ret->working_directory = take_copy(from, arena);
    count = cursor_le(from, 4);
    for (uint64_t i = 0; i < count && !from->failed; i++)
        *LIST_ADD(arena, &variables) = take_copy(from, arena);
    ret->variables = variables.items;
    ret->variable_count = variables.count;
}

/* --- files --------------------------------------------------------------------------------- */

static void put_answer(struct buf *to, const struct kept_answer *answer)
{
    put(to, answer->question, 1);
    put_text(to, answer->path);
    put(to, (uint64_t) -answer->error, 2);
    put_node(to, &answer->node);
    put_text(to, answer->text);
    put(to, answer->list.count, 4);
    for (size_t i = 0; i < answer->list.count; i++)
        put_text(to, answer->list.items[i]);
    put(to, (uint64_t) -answer->read_error, 2);
    put(to, answer->failed_at, 8);
    put(to, answer->short_end, 8);
    put(to, answer->ended, 1);
    put(to, answer->end, 8);
    put(to, answer->pieces.count, 4);
    for (size_t i = 0; i < answer->pieces.count; i++) {
        put(to, answer->pieces.items[i].offset, 8);
        put_text(to, answer->pieces.items[i].bytes);
    }
}

static void take_list(struct cursor *from, struct arena *arena, struct names *ret)
{
    LIST(struct str) names = { 0 };
    uint64_t count = cursor_le(from, 4);

    for (uint64_t i = 0; i < count && !from->failed; i++)
        *LIST_ADD(arena, &names) = take_copy(from, arena);
    *ret = (struct names){ names.items, names.count };
}

static int take_pieces(struct cursor *from, struct arena *arena, struct kept_answer *answer)
{
    uint64_t count = cursor_le(from, 4);

    for (uint64_t i = 0; i < count && !from->failed; i++) {
        struct piece piece = { .offset = cursor_le(from, 8) };

        piece.bytes = take_text(from);
        if (piece.offset > INT64_MAX - (uint64_t) SNAPSHOT_BODY_MAX)
            return -EBADMSG;
        *LIST_ADD(arena, &answer->pieces) = piece;
    }
    return 0;
}

static int take_answer(struct cursor *from, struct arena *arena, struct recording *recording)
{
    unsigned question = (unsigned) cursor_le(from, 1);
    struct kept_answer *answer;

    if (question >= ASKED_COUNT)
        return -EBADMSG;
    answer = recording_add(recording, (enum asked) question, take_text(from));
    if (!answer)
        return -EBADMSG; /* twice */
    answer->error = take_error(from);
    answer->node = take_node(from);
    answer->text = take_copy(from, arena);
    take_list(from, arena, &answer->list);
    answer->read_error = take_error(from);
    answer->failed_at = cursor_le(from, 8);
    answer->short_end = cursor_le(from, 8);
    answer->ended = cursor_le(from, 1);
    answer->end = cursor_le(from, 8);
    return take_pieces(from, arena, answer);
}

static void put_recording(struct buf *to, const struct recording *recording)
{
    put(to, recording->answers.count, 4);
    for (size_t i = 0; i < recording->answers.count; i++)
        put_answer(to, &recording->answers.items[i]);
}

static int take_recording(struct cursor *from, struct arena *arena, struct recording **ret)
{
    struct recording *recording = recording_new(arena);
    uint64_t count = cursor_le(from, 4);

    for (uint64_t i = 0; i < count && !from->failed; i++) {
        int r = take_answer(from, arena, recording);

        if (r < 0)
            return r;
    }
    recording_settle(recording);
    *ret = recording;
    return 0;
}

/* --- the whole ----------------------------------------------------------------------------- */

void snapshot_pack(struct buf *ret, const struct snapshot *snapshot)
{
    put_text(ret, snapshot->kind);
    put_text(ret, snapshot->name);
    put(ret, snapshot->redacted, 1);
    put_eyes(ret, &snapshot->eyes);
    put_text(ret, snapshot->python);
    put_text(ret, snapshot->environment);
    put_heard(ret, &snapshot->heard);
    put_recording(ret, snapshot->files);
    put_recording(ret, snapshot->proc);
    told_pack(ret, &snapshot->told);
    put_text(ret, snapshot->facts);
    put_text(ret, snapshot->manifest);
}

int snapshot_unpack(struct arena *arena, struct str body, struct snapshot *ret)
{
    struct cursor from = cursor_of(body);
    struct snapshot it = { .kind = take_text(&from) };
    int r;

    it.name = take_text(&from);
    it.redacted = cursor_le(&from, 1);
    take_eyes(&from, arena, &it.eyes);
    it.python = take_copy(&from, arena);
    it.environment = take_copy(&from, arena);
    take_heard(&from, arena, &it.heard);
    r = take_recording(&from, arena, &it.files);
    if (r == 0)
        r = take_recording(&from, arena, &it.proc);
    told_unpack(arena, &from, &it.told);
    it.facts = take_text(&from);
    it.manifest = take_text(&from);
    if (r < 0 || from.failed || cursor_left(&from))
        return -EBADMSG;
    *ret = it;
    return 0;
}
