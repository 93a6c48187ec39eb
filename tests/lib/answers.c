#include "lib/answers.h"

#include "base/buf.h"

#include <errno.h>

static int error_named(struct str name)
{
    static const int errors[] = { ENOENT, EAGAIN, EPERM, EACCES, ENOSYS };

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (str_eqz(name, strerrorname_np(errors[i])))
            return -errors[i];
    return 0;
}

/* "late", "signal 11", "exec ENOENT". */
static int read_end(struct str words, struct child_result *child)
{
    struct str end, detail = { NULL, 0 };
    uint64_t number = 0;

    if (!str_next_word(&words, &end))
        return -EBADMSG;
    (void) str_next_word(&words, &detail);
    (void) str_u64(detail, 10, &number);
    child->signal = child->code = child->error = 0;
    for (enum child_end it = CHILD_OK; it <= CHILD_SYSTEM; it++) {
        if (!str_eqz(end, child_end_name(it)))
            continue;
        child->end = it;
        child->signal = it == CHILD_SIGNAL ? (int) number : 0;
        child->code = it == CHILD_EXIT ? (int) number : 0;
        child->error = error_named(detail);
        return 0;
    }
    return -EBADMSG;
}

static int read_child(struct arena *arena, struct str block, struct child_result *ret)
{
    struct child_result child = { .end = CHILD_OK, .us = 20000 };
    struct buf lines = buf_new(arena, 1u << 20);
    struct str line, rest, word;
    int r = 0;

    while (r == 0 && str_next_line(&block, &line)) {
        rest = line;
        if (str_next_word(&rest, &word) && str_eqz(word, "end"))
            r = read_end(rest, &child);
        buf_add(&lines, line);
        buf_add_char(&lines, '\n');
    }
    child.answers = buf_str(&lines);
    *ret = child;
    return r;
}

struct machine_answers answers_none(void)
{
    struct child_result none = { .end = CHILD_SYSTEM, .error = -EAGAIN };

    return (struct machine_answers){
        .nvml = none, .cuda = none, .clean_nvml = none, .clean_cuda = none
    };
}

int answers_read(struct arena *arena, bool of_cuda, struct str which, struct str block,
                 struct machine_answers *ret)
{
    bool clean = str_eqz(which, "clean");

    if (which.len && !clean)
        return -EBADMSG;
    ret->asked = true;
    ret->asked_clean |= clean;
    if (of_cuda)
        return read_child(arena, block, clean ? &ret->clean_cuda : &ret->cuda);
    return read_child(arena, block, clean ? &ret->clean_nvml : &ret->nvml);
}

void answers_own(struct arena *arena, const struct machine_answers *answers,
                 struct driver_answer *ret)
{
    nvml_answer_read(arena, &answers->nvml, &ret->nvml);
    cuda_answer_read(arena, &answers->cuda, &ret->cuda);
}

void answers_clean(struct arena *arena, const struct machine_answers *answers,
                   struct driver_answer *ret)
{
    nvml_answer_read(arena, &answers->clean_nvml, &ret->nvml);
    cuda_answer_read(arena, &answers->clean_cuda, &ret->cuda);
}
