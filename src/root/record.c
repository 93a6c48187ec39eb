#include "root/record.h"

#include "root/backend.h"

/* --- what is kept -------------------------------------------------------------------------- */

static uint32_t *slot_of(const struct recording *recording, enum asked question, struct str path)
{
    size_t at = (size_t) (str_hash(path) + question) & (recording->slot_count - 1);

    for (; recording->slots[at]; at = (at + 1) & (recording->slot_count - 1)) {
        const struct kept_answer *answer = &recording->answers.items[recording->slots[at] - 1];

        if (answer->question == question && str_eq(answer->path, path))
            break;
    }
    return &recording->slots[at];
}

static void make_slots(struct recording *recording, size_t count)
{
    recording->slot_count = count;
    recording->slots = arena_array(recording->arena, count, sizeof(*recording->slots));
    for (size_t i = 0; i < recording->answers.count; i++) {
        const struct kept_answer *answer = &recording->answers.items[i];
        uint32_t *slot = slot_of(recording, answer->question, answer->path);

        if (!*slot)
            *slot = (uint32_t) i + 1;
    }
}

struct recording *recording_new(struct arena *arena)
{
    struct recording *recording = ARENA_NEW(arena, struct recording);

    recording->arena = arena;
    make_slots(recording, 1024);
    return recording;
}

void recording_index(struct recording *recording)
{
    make_slots(recording, recording->slot_count);
}

struct kept_answer *recording_find(const struct recording *recording, enum asked question,
                                   struct str path)
{
    uint32_t slot = *slot_of(recording, question, path);

    return slot ? &recording->answers.items[slot - 1] : NULL;
}

struct kept_answer *recording_add(struct recording *recording, enum asked question, struct str path)
{
    uint32_t *slot;
    struct kept_answer *answer;

    if (recording->answers.count * 2 >= recording->slot_count)
        make_slots(recording, recording->slot_count * 2);
    slot = slot_of(recording, question, path);
    if (*slot)
        return NULL;
    answer = LIST_ADD(recording->arena, &recording->answers);
    answer->question = question;
    answer->path = arena_copy(recording->arena, path);
    *slot = (uint32_t) recording->answers.count;
    return answer;
}

static int by_offset(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;

    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* One piece out of those at [from, to), which overlap or touch; it ends at `end`. */
static struct piece join(struct arena *arena, const struct piece *pieces, size_t from, size_t to,
                         uint64_t end)
{
    uint64_t start = pieces[from].offset;
    char *bytes;

    if (to == from + 1)
        return pieces[from];
    bytes = arena_alloc(arena, (size_t) (end - start));
    for (size_t i = from; i < to; i++)
        if (pieces[i].bytes.len)
            memcpy(bytes + (pieces[i].offset - start), pieces[i].bytes.data, pieces[i].bytes.len);
    return (struct piece){ start, { bytes, (size_t) (end - start) } };
}

static void settle(struct arena *arena, struct kept_answer *answer)
{
    struct piece *pieces = answer->pieces.items;
    size_t count = 0, to;

    if (answer->pieces.count > 1)
        qsort(pieces, answer->pieces.count, sizeof(*pieces), by_offset);
    for (size_t from = 0; from < answer->pieces.count; from = to) {
        uint64_t end = pieces[from].offset + pieces[from].bytes.len;

        for (to = from + 1; to < answer->pieces.count && pieces[to].offset <= end; to++) {
            uint64_t further = pieces[to].offset + pieces[to].bytes.len;

            end = further > end ? further : end;
        }
        pieces[count++] = join(arena, pieces, from, to, end);
    }
    answer->pieces.count = count;
}

void recording_settle(struct recording *recording)
{
    for (size_t i = 0; i < recording->answers.count; i++)
        settle(recording->arena, &recording->answers.items[i]);
}

/* --- asking and keeping -------------------------------------------------------------------- */

struct recorder {
    struct recording *recording;
    struct root *inner;
};

struct open_file {
    struct root_file file;
    size_t answer; /* its number */
};

static int record_open(void *self, struct str path, void **ret_handle, struct node *ret_node)
{
    struct recorder *recorder = self;
    struct recording *recording = recorder->recording;
    struct open_file *open = ARENA_NEW(recording->arena, struct open_file);
    int r = root_open(recorder->inner, path, &open->file);
    struct kept_answer *answer = recording_add(recording, ASKED_OPEN, path);

    if (answer) {
        answer->error = r;
        answer->node = open->file.node;
    }
    if (r < 0)
        return r;
    answer = recording_find(recording, ASKED_OPEN, path);
    open->answer = (size_t) (answer - recording->answers.items);
    *ret_handle = open;
    *ret_node = open->file.node;
    return 0;
}

/* A file that changed meanwhile: what was read first stays. */
static bool is_kept(const struct kept_answer *answer, uint64_t offset, size_t size)
{
    for (size_t i = 0; i < answer->pieces.count; i++) {
        const struct piece *piece = &answer->pieces.items[i];

        if (piece->offset <= offset && offset + size <= piece->offset + piece->bytes.len)
            return true;
    }
    return false;
}

static int record_read(void *self, void *handle, uint64_t offset, void *buffer, size_t size)
{
    struct recorder *recorder = self;
    struct recording *recording = recorder->recording;
    struct open_file *open = handle;
    struct kept_answer *answer = &recording->answers.items[open->answer];
    int r = root_file_read(&open->file, offset, buffer, size);

    if (r < 0 && !answer->read_error) {
        answer->read_error = r;
        answer->failed_at = offset;
    } else if (r == 0 && !answer->ended && size) {
        answer->ended = true;
        answer->end = offset;
    }
    if (r > 0 && (size_t) r < size && offset + (uint64_t) r > answer->short_end)
        answer->short_end = offset + (uint64_t) r;
    if (r > 0 && !is_kept(answer, offset, (size_t) r)) {
        struct str bytes = { buffer, (size_t) r };

        *LIST_ADD(recording->arena, &answer->pieces) =
            (struct piece){ offset, arena_copy(recording->arena, bytes) };
    }
    return r;
}

static void record_close(void *self, void *handle)
{
    struct open_file *open = handle;

    (void) self;
    root_file_close(&open->file);
}

/* The answer to fill, with its error; NULL where the question came before. */
static struct kept_answer *keep(const struct recorder *recorder, enum asked question,
                                struct str path, int error)
{
    struct kept_answer *answer = recording_add(recorder->recording, question, path);

    if (answer)
        answer->error = error;
    return answer;
}

static int record_stat(void *self, struct str path, bool follow, struct node *ret)
{
    struct recorder *recorder = self;
    struct node node = { 0 };
    int r =
        follow ? root_stat(recorder->inner, path, &node) : root_lstat(recorder->inner, path, &node);
    struct kept_answer *answer = keep(recorder, follow ? ASKED_STAT : ASKED_LSTAT, path, r);

    if (answer)
        answer->node = node;
    if (r == 0)
        *ret = node;
    return r;
}

static int record_link(void *self, struct str path, struct arena *arena, struct str *ret)
{
    struct recorder *recorder = self;
    struct str target = { NULL, 0 };
    int r = root_link(recorder->inner, path, &target);
    struct kept_answer *answer = keep(recorder, ASKED_LINK, path, r);

    (void) arena; /* the inner root's lives as long */
    if (answer)
        answer->text = target;
    if (r == 0)
        *ret = target;
    return r;
}

static int record_list(void *self, struct str path, size_t limit, struct arena *arena,
                       struct names *ret)
{
    struct recorder *recorder = self;
    struct names names = { NULL, 0 };
    int r = root_list(recorder->inner, path, limit, &names);
    struct kept_answer *answer = keep(recorder, ASKED_LIST, path, r);

    (void) arena;
    if (answer)
        answer->list = names;
    if (r == 0)
        *ret = names;
    return r;
}

static int record_may_open(void *self, struct str path, bool really)
{
    struct recorder *recorder = self;
    int r = root_may_open(recorder->inner, path, really);

    (void) keep(recorder, ASKED_MAY_OPEN, path, r);
    return r;
}

static int record_kernel_log(void *self, size_t limit, struct arena *arena, struct str *ret)
{
    struct recorder *recorder = self;
    struct str text = { NULL, 0 };
    int r = root_kernel_log(recorder->inner, limit, &text);
    struct kept_answer *answer = keep(recorder, ASKED_KERNEL_LOG, STR("dev/kmsg"), r);

    (void) arena;
    if (answer)
        answer->text = text;
    if (r == 0)
        *ret = text;
    return r;
}

#define RECORD_BACKEND \
    .open = record_open, .read = record_read, .close = record_close, .stat = record_stat, \
    .link = record_link, .list = record_list, .may_open = record_may_open, \
    .kernel_log = record_kernel_log

static const struct root_backend of_folder = { RECORD_BACKEND };
static const struct root_backend of_live = { RECORD_BACKEND, .live = true };

struct root *record_root(struct recording *recording, struct root *inner)
{
    struct recorder *recorder = ARENA_NEW(recording->arena, struct recorder);

    *recorder = (struct recorder){ recording, inner };
    return root_new(recording->arena, root_is_live(inner) ? &of_live : &of_folder, recorder);
}
