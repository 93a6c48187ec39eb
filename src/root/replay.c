#include "root/backend.h"
#include "root/record.h"

#include <errno.h>

/* A question that follows links at the path's end: what one cannot find, none can. */
static bool follows(enum asked question)
{
    return question == ASKED_OPEN || question == ASKED_STAT || question == ASKED_LIST ||
           question == ASKED_MAY_OPEN;
}

static bool lists_another(const struct recording *recording, struct str path)
{
    struct str folder = path_dir(path), name = path_base(path);
    const struct kept_answer *names =
        recording_find(recording, ASKED_LIST, folder.len ? folder : STR("."));

    if (!names || names->error || str_eqz(name, ".") || str_eqz(name, "..") || name.len == 0)
        return false;
    for (size_t i = 0; i < names->list.count; i++)
        if (str_eq(names->list.items[i], name))
            return false;
    return true;
}

/* What must be answered to a question that nobody asked. */
static int infer(const struct recording *recording, enum asked question, struct str path)
{
    for (enum asked other = 0; other < ASKED_COUNT; other++) {
        const struct kept_answer *answer = recording_find(recording, other, path);

        if (answer && fact_state_of_error(answer->error) == FACT_ABSENT && answer->error &&
            follows(other) == follows(question))
            return answer->error;
    }
    return lists_another(recording, path) ? -ENOENT : -ENODATA;
}

/* The answer where there is one that is no error; else NULL, and the error. */
static const struct kept_answer *find(const struct recording *recording, enum asked question,
                                      struct str path, int *ret_error)
{
    const struct kept_answer *answer = recording_find(recording, question, path);

    if (answer && answer->error >= 0)
        return answer;
    *ret_error = answer ? answer->error : infer(recording, question, path);
    return NULL;
}

static int replay_open(void *self, struct str path, void **ret_handle, struct node *ret_node)
{
    const struct recording *recording = self;
    int error = 0;
    const struct kept_answer *answer = find(recording, ASKED_OPEN, path, &error);

    if (!answer)
        return error;
    *ret_handle = recording->answers.items + (answer - recording->answers.items);
    *ret_node = answer->node;
    return 0;
}

/* A read may be short where one was: files of /proc and /sys do not say how long they are. */
static int replay_read(void *self, void *handle, uint64_t offset, void *buffer, size_t size)
{
    const struct kept_answer *answer = handle;

    (void) self;
    if (answer->read_error && answer->failed_at == offset)
        return answer->read_error;
    if ((answer->ended && offset >= answer->end) ||
        (answer->node.size && offset >= answer->node.size))
        return 0;
    for (size_t i = 0; i < answer->pieces.count; i++) {
        const struct piece *piece = &answer->pieces.items[i];
        struct str part;

        if (offset < piece->offset || offset - piece->offset >= piece->bytes.len)
            continue;
        part = str_slice(str_from(piece->bytes, (size_t) (offset - piece->offset)), 0, size);
        if (part.len < size && offset + part.len != answer->short_end)
            return -ENODATA;
        memcpy(buffer, part.data, part.len);
        return (int) part.len;
    }
    return -ENODATA;
}

static void replay_close(void *self, void *handle)
{
    (void) self;
    (void) handle;
}

static int replay_stat(void *self, struct str path, bool follow, struct node *ret)
{
    int error = 0;
    const struct kept_answer *answer = find(self, follow ? ASKED_STAT : ASKED_LSTAT, path, &error);

    if (!answer && error == -ENODATA && follow)
        answer = find(self, ASKED_OPEN, path, &error);
    if (!answer)
        return error;
    *ret = answer->node;
    return 0;
}

static int replay_link(void *self, struct str path, struct arena *arena, struct str *ret)
{
    int error = 0;
    const struct kept_answer *answer = find(self, ASKED_LINK, path, &error);

    (void) arena;
    if (!answer)
        return error;
    *ret = answer->text;
    return 0;
}

static int replay_list(void *self, struct str path, size_t limit, struct arena *arena,
                       struct names *ret)
{
    int error = 0;
    const struct kept_answer *answer = find(self, ASKED_LIST, path, &error);

    if (!answer)
        return error;
    if (answer->list.count > limit)
        return -E2BIG;
    ret->count = answer->list.count; /* a copy: who asked sorts it */
    ret->items = arena_array(arena, ret->count, sizeof(*ret->items));
    for (size_t i = 0; i < ret->count; i++)
        ret->items[i] = answer->list.items[i];
    return 0;
}

static int replay_may_open(void *self, struct str path, bool really)
{
    int error = 0;

    (void) really;
    return find(self, ASKED_MAY_OPEN, path, &error) ? 0 : error;
}

static int replay_kernel_log(void *self, size_t limit, struct arena *arena, struct str *ret)
{
    int error = 0;
    const struct kept_answer *answer = find(self, ASKED_KERNEL_LOG, STR("dev/kmsg"), &error);

    (void) arena;
    if (!answer)
        return error;
    *ret = str_from(answer->text, answer->text.len > limit ? answer->text.len - limit : 0);
    return 0;
}

static const struct root_backend replay_backend = {
    .open = replay_open,
    .read = replay_read,
    .close = replay_close,
    .stat = replay_stat,
    .link = replay_link,
    .list = replay_list,
    .may_open = replay_may_open,
    .kernel_log = replay_kernel_log,
};

struct root *replay_root(struct recording *recording)
{
    return root_new(recording->arena, &replay_backend, recording);
}
