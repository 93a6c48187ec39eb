#include "driver/tell.h"

#include <errno.h>

/* Of NVML; libcuda has no such codes at the calls that we make. */
#define INVALID_ARGUMENT 2
#define NOT_SUPPORTED 3
#define NO_PERMISSION 4

/* A number that no word stands for is shown as it is. */
static struct str word_of(struct arena *arena, const char *const *words, int64_t number)
{
    for (int64_t i = 0; words[i]; i++)
        if (i == number)
            return str_of(words[i]);
    return arena_printf(arena, "%lld", (long long) number);
}

static struct str bits_of(struct arena *arena, const char *const *words, int64_t number)
{
    struct buf buf = buf_new(arena, 1024);

    for (unsigned bit = 0; words[bit]; bit++)
        if (number >> bit & 1) {
            buf_addz(&buf, buf.len ? " " : "");
            buf_addz(&buf, words[bit]);
        }
    return buf_str(&buf);
}

static struct str address_of(struct arena *arena, struct str text)
{
    struct buf buf = buf_new(arena, 64);
    size_t colon = str_find_char(text, ':');

    if (colon == 8 && str_starts(text, STR("0000")))
        text = str_from(text, 4);
    for (size_t i = 0; i < text.len; i++)
        buf_add_char(&buf, (char) (text.data[i] >= 'A' && text.data[i] <= 'F' ? text.data[i] + 32
                                                                              : text.data[i]));
    return buf_str(&buf);
}

static struct str text_of(struct arena *arena, const struct telling *row, const struct said *said)
{
    switch (row->how) {
    case TELL_WORD:
        return word_of(arena, row->words, said->number);
    case TELL_BITS:
        return bits_of(arena, row->words, said->number);
    case TELL_ADDRESS:
        return address_of(arena, said->text);
    case TELL_VERSION:
        return arena_printf(arena, "%lld.%lld", (long long) said->number / 1000,
                            (long long) said->number % 1000 / 10);
    default:
        return said->text;
    }
}

/* Of what was not said, and why. What nobody asked, and what the library is too old to know, has
 * no origin: it is no failed look. */
static enum fact_state state_of(const struct said *said, struct str *from)
{
    bool unasked = said->state == SAID_NOTHING || said->state == SAID_MISSING;

    if (unasked || (said->state == SAID_CODE && said->code == INVALID_ARGUMENT))
        *from = (struct str){ NULL, 0 };
    if (said->state != SAID_CODE)
        return FACT_UNKNOWN;
    if (said->code == NO_PERMISSION)
        return FACT_DENIED;
    return said->code == NOT_SUPPORTED ? FACT_ABSENT : FACT_UNKNOWN;
}

static void tell(struct arena *arena, const struct telling *row, const struct said *said,
                 void *fact)
{
    struct str from = str_of(row->call);
    enum fact_state state = FACT_KNOWN;

    if (said->state != SAID_VALUE)
        state = state_of(said, &from);
    if (row->how == TELL_NUMBER)
        *(struct fact_int *) fact = (struct fact_int){ state, said->number, from };
    else if (row->how == TELL_TRUTH)
        *(struct fact_bool *) fact = (struct fact_bool){ state, said->number != 0, from };
    else
        *(struct fact_str *) fact = (struct fact_str){
            state, state == FACT_KNOWN ? text_of(arena, row, said) : (struct str){ NULL, 0 }, from
        };
}

void tell_all(struct arena *arena, const struct telling *rows, size_t count, const void *from,
              void *to)
{
    for (size_t i = 0; i < count; i++)
        tell(arena, &rows[i],
             (const struct said *) (const void *) ((const char *) from + rows[i].said),
             (char *) to + rows[i].fact);
}

void tell_capability(struct arena *arena, const struct said *major, const struct said *minor,
                     const char *call, struct fact_str *ret)
{
    if (major->state == SAID_VALUE && minor->state == SAID_VALUE)
        fact_str(
            ret,
            arena_printf(arena, "%lld.%lld", (long long) major->number, (long long) minor->number),
            str_of(call));
}

void tell_code(struct arena *arena, enum error_family family, const struct said *said,
               const char *call, struct fact_int *ret_code, struct fact_str *ret_name)
{
    struct str from = str_of(call);
    struct error_info info;

    if (said->state == SAID_VALUE) {
        fact_int(ret_code, 0, from);
        *ret_name = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    } else if (said->state == SAID_CODE) {
        fact_int(ret_code, said->code, from);
        fact_str(ret_name,
                 said->code > 0 && error_by_code(family, (unsigned) said->code, &info)
                     ? info.name
                     : arena_printf(arena, "%d", said->code),
                 from);
    } else if (said->state == SAID_UNFINISHED) {
        ret_code->from = ret_name->from = from;
    }
}

static struct str outcome_of(const struct answer_head *head)
{
    switch (head->child->end) {
    case CHILD_OK:
        if (!head->loaded)
            return STR("not-loaded");
        return head->done ? STR("answered") : STR("cut-off");
    case CHILD_LATE:
        return STR("late");
    case CHILD_SIGNAL:
        return STR("crashed");
    case CHILD_EXIT:
        return STR("exited");
    case CHILD_EXEC: /* the program is there, so what is missing is its loader */
        return head->child->error == -ENOENT ? STR("no-loader") : STR("not-started");
    case CHILD_SYSTEM:
        break;
    }
    return STR("not-started");
}

void tell_head(const struct answer_head *head, const char *library, struct fact_str *ret_outcome,
               struct fact_str *ret_path, struct fact_str *ret_within,
               struct fact_str *ret_load_error)
{
    struct str from = str_of(library);
    struct fact_str absent = { .state = FACT_ABSENT, .from = from };

    fact_str(ret_outcome, outcome_of(head), from);
    if (head->path.len)
        fact_str(ret_path, head->path, from);
    else if (head->load_error.len)
        *ret_path = absent;
    if (head->within.len)
        fact_str(ret_within, head->within, from);
    else if (head->done)
        *ret_within = absent;
    if (head->load_error.len)
        fact_str(ret_load_error, head->load_error, from);
    else if (head->loaded)
        *ret_load_error = absent;
}
