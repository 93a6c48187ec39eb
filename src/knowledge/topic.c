#include "knowledge/topic.h"

#include "base/near.h"
#include "knowledge/patterns.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The next run of digits, or of letters: "xid79" is two. */
static bool next_run(struct str *rest, struct str *ret)
{
    size_t begin = 0, end;

    while (begin < rest->len && !is_word(rest->data[begin]))
        begin++;
    if (begin == rest->len)
        return false;
    end = begin + 1;
    while (end < rest->len && is_word(rest->data[end]) &&
           is_digit(rest->data[end]) == is_digit(rest->data[begin]))
        end++;
    *ret = str_slice(*rest, begin, end);
    *rest = str_from(*rest, end);
    return true;
}

/* A shorter quotation, "error", is in too many messages. */
#define QUOTED_MIN 12

#define BIT(family) (1u << (family))
#define EVERY_FAMILY (BIT(ERROR_XID + 1) - 1)

/* Families that a word names; 0: it is no such word. */
static unsigned families_of(struct str word)
{
    static const struct {
        struct str word;
        unsigned families;
    } rows[] = {
        { STR_INIT("cuda"), BIT(ERROR_CUDA_DRIVER) | BIT(ERROR_CUDA_RUNTIME) },
        { STR_INIT("cuda_error"), BIT(ERROR_CUDA_DRIVER) },
        { STR_INIT("curesult"), BIT(ERROR_CUDA_DRIVER) },
        { STR_INIT("cudaerror"), BIT(ERROR_CUDA_RUNTIME) },
        { STR_INIT("cudaerror_t"), BIT(ERROR_CUDA_RUNTIME) },
        { STR_INIT("nvml"), BIT(ERROR_NVML) },
        { STR_INIT("nvml_error"), BIT(ERROR_NVML) },
        { STR_INIT("cudnn"), BIT(ERROR_CUDNN8) | BIT(ERROR_CUDNN9) },
        { STR_INIT("cudnn_status"), BIT(ERROR_CUDNN8) | BIT(ERROR_CUDNN9) },
        { STR_INIT("xid"), BIT(ERROR_XID) },
        { STR_INIT("nvrm"), EVERY_FAMILY },
        { STR_INIT("error"), EVERY_FAMILY },
        { STR_INIT("code"), EVERY_FAMILY },
        { STR_INIT("status"), EVERY_FAMILY },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_eq_nocase(word, rows[i].word))
            return rows[i].families;
    return 0;
}

/* "CUDA error: 804": only such words, and one number. */
static bool read_number(struct str words, unsigned *ret_families, uint64_t *ret_number)
{
    unsigned families = EVERY_FAMILY, numbers = 0;
    struct str run;

    if (str_has(words, STR("/"))) /* the path of a file */
        return false;
    while (next_run(&words, &run)) {
        if (is_digit(run.data[0])) {
            if (str_u64(run, 10, ret_number) < 0 || *ret_number > UINT16_MAX)
                return false;
            numbers++;
        } else {
            families &= families_of(run);
        }
    }
    *ret_families = families;
    return numbers == 1 && families;
}

static void add_code(struct topic *topic, const struct error_info *code)
{
    if (topic->code_count < TOPIC_CODES_MAX)
        topic->codes[topic->code_count++] = *code;
}

bool topic_find(struct str words, struct topic *ret)
{
    struct topic topic = { .cause = cause_by_slug(words) };
    struct error_info code;
    unsigned families;
    uint64_t number;

    if (!topic.cause && read_number(words, &families, &number)) {
        for (enum error_family family = 0; family <= ERROR_XID; family++)
            if (families & BIT(family) && error_by_code(family, (unsigned) number, &code))
                add_code(&topic, &code);
    } else if (!topic.cause && words.len) {
        for (size_t i = 0; error_at(i, &code); i++)
            if (str_eq_nocase(code.name, words) || str_eq_nocase(code.message, words))
                add_code(&topic, &code);
    }
    if (!topic.cause && topic.code_count == 0)
        return false;
    *ret = topic;
    return true;
}

/* Keeps the nearest so far. A slug may be meant by its last part alone. */
static void consider(struct str words, struct str name, unsigned *best, struct str *ret)
{
    struct str part = path_base(name);
    unsigned whole = near_distance(words, name), end = near_distance(words, part);

    if (near_enough(words, name) && whole < *best) {
        *best = whole;
        *ret = name;
    }
    if (near_enough(words, part) && end < *best) {
        *best = end;
        *ret = name;
    }
}

/* "CUDA 8044": without one of its digits, the number is that of a code. */
static bool digit_too_many(struct str words, struct str *ret)
{
    struct error_info code;
    unsigned families;
    uint64_t number;

    if (!read_number(words, &families, &number) || number < 10)
        return false;
    for (uint64_t unit = 1; unit <= number; unit *= 10) {
        unsigned shorter = (unsigned) (number / unit / 10 * unit + number % unit);

        for (enum error_family family = 0; family <= ERROR_XID; family++) {
            if (families & BIT(family) && error_by_code(family, shorter, &code)) {
                *ret = code.name;
                return true;
            }
        }
    }
    return false;
}

bool topic_near(struct str words, struct str *ret)
{
    unsigned best = UINT32_MAX;
    const struct cause *cause;
    struct error_info code;

    if (digit_too_many(words, ret))
        return true;
    for (size_t i = 0; (cause = cause_at(i)) != NULL; i++)
        consider(words, cause->slug, &best, ret);
    for (size_t i = 0; error_at(i, &code); i++)
        consider(words, code.name, &best, ret);
    return best != UINT32_MAX;
}

static bool has_whole(struct str text, struct str words)
{
    size_t at;

    while (words.len && (at = str_find(text, words)) != STR_NONE) {
        size_t end = at + words.len;

        if ((at == 0 || !is_word(text.data[at - 1])) &&
            (end == text.len || !is_word(text.data[end])))
            return true;
        text = str_from(text, end);
    }
    return false;
}

/* "Xid 79" in a list of numbers, too: "Xid 48, 79 or 94". */
static bool names_xid(struct str text, unsigned code)
{
    size_t at = str_find(text, STR("Xid "));
    struct str run;
    uint64_t number;

    if (at == STR_NONE)
        return false;
    text = str_from(text, at + 4);
    while (next_run(&text, &run) && (is_digit(run.data[0]) || str_eqz(run, "or")))
        if (str_u64(run, 10, &number) == 0 && number == code)
            return true;
    return false;
}

/* Evidence quotes messages, often only their telling part: "no kernel image is available". */
static bool quotes_message(struct str evidence, struct str message)
{
    struct str before, quoted;

    while (str_cut(evidence, '"', &before, &evidence) && str_cut(evidence, '"', &quoted, &evidence))
        if (quoted.len >= QUOTED_MIN && str_has(message, quoted))
            return true;
    return false;
}

static bool is_led_to(const struct error_info *code, const struct cause *cause)
{
    const struct lead *lead = lead_of_code(code->family, code->code);

    for (unsigned i = 0; lead && i < lead->causes.count; i++)
        if (str_eq(lead_cause(lead, i), cause->slug))
            return true;
    return false;
}

bool topic_points_at(const struct error_info *code, const struct cause *cause)
{
    struct str evidence = cause->evidence[LANG_EN];

    return str_eq(code->cause, cause->slug) || is_led_to(code, cause) ||
           has_whole(evidence, code->name) ||
           (code->message.len >= QUOTED_MIN && has_whole(evidence, code->message)) ||
           quotes_message(evidence, code->message) ||
           (code->family == ERROR_XID && names_xid(evidence, code->code));
}

static void add_cause(struct arena *arena, struct causes_found *found, const struct cause *cause)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->items[i] == cause)
            return;
    *LIST_ADD(arena, found) = cause;
}

void topic_causes(struct arena *arena, const struct error_info *codes, size_t count,
                  struct causes_found *ret)
{
    struct causes_found found = { 0 };
    const struct cause *cause;

    for (size_t c = 0; c < count; c++) {
        const struct lead *lead = lead_of_code(codes[c].family, codes[c].code);

        for (unsigned i = 0; lead && i < lead->causes.count; i++)
            add_cause(arena, &found, cause_by_slug(lead_cause(lead, i)));
    }
    for (size_t i = 0; (cause = cause_at(i)) != NULL; i++)
        for (size_t c = 0; c < count; c++)
            if (topic_points_at(&codes[c], cause))
                add_cause(arena, &found, cause);
    *ret = found;
}
