#include "knowledge/image_names.h"

#include "base/near.h"
#include "knowledge/cuda.h"
#include "knowledge/dotted.h"

#include "image_names_table.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

const struct image_publisher *image_publisher_at(size_t at)
{
    return at < COUNT(publisher_rows) ? &publisher_rows[at] : NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "12.1" of "12.1-cudnn8": ends in a digit. */
static size_t number_len(struct str text)
{
    size_t len = 0;

    while (len < text.len && (is_digit(text.data[len]) || (len && text.data[len] == '.')))
        len++;
    while (len && !is_digit(text.data[len - 1]))
        len--;
    return len;
}

static size_t word_len(struct str text, struct str words)
{
    struct str word;

    while (str_next_part(&words, '|', &word))
        if (str_starts(text, word))
            return word.len;
    return 0;
}

static unsigned parts_of(struct str number)
{
    struct str part;
    unsigned count = 0;

    while (str_next_part(&number, '.', &part))
        count++;
    return count;
}

/* The field "{name}", "{name=a|b}" or "{name*}", without its braces, at the start of *text. */
static bool take_field(const struct image_tag *tag, struct str field, struct str *text,
                       struct image_name *ret)
{
    struct str name = field, words;
    size_t len;

    if (str_cut(field, '=', &name, &words))
        len = word_len(*text, words);
    else if (str_ends(field, STR("*")))
        len = text->len;
    else
        len = number_len(*text);
    if (len == 0 || ret->field_count == IMAGE_FIELDS)
        return false;
    if (tag->parts && ret->field_count == 0 && parts_of(str_slice(*text, 0, len)) != tag->parts)
        return false;
    if (str_ends(name, STR("*")))
        name = str_slice(name, 0, name.len - 1);
    ret->fields[ret->field_count++] = (struct image_field){ name, str_slice(*text, 0, len) };
    *text = str_from(*text, len);
    return true;
}

static bool fits(const struct image_tag *tag, struct str text, struct image_name *ret)
{
    struct str pattern = tag->pattern, before, field;

    ret->field_count = 0;
    for (;;) {
        bool more = str_cut(pattern, '{', &before, &pattern);

        if (!str_starts(text, before))
            return false;
        text = str_from(text, before.len);
        if (!more)
            return text.len == 0;
        (void) str_cut(pattern, '}', &field, &pattern);
        if (!take_field(tag, field, &text, ret))
            return false;
    }
}

static bool was_seen(const struct image_tag *tag, struct str text)
{
    for (unsigned i = 0; i < tag->known.count; i++)
        if (str_eq(known_tags[tag->known.start + i], text))
            return true;
    return false;
}

static struct str nearest(const struct image_publisher *publisher, struct str text)
{
    struct str best = { NULL, 0 };
    unsigned least = 64; /* what near_distance() says at most of words that it compares */

    for (unsigned t = 0; t < publisher->tags.count; t++) {
        struct range known = tag_rows[publisher->tags.start + t].known;

        for (unsigned i = 0; i < known.count; i++) {
            unsigned distance = near_distance(text, known_tags[known.start + i]);

            if (distance < least) {
                least = distance;
                best = known_tags[known.start + i];
            }
        }
    }
    return best;
}

static bool is_of(const struct image_publisher *publisher, const struct image_reference *reference)
{
    struct str rest = publisher->name;

    if (!str_starts(rest, reference->registry))
        return false;
    rest = str_from(rest, reference->registry.len);
    return str_starts(rest, STR("/")) && str_eq(str_from(rest, 1), reference->repository);
}

static void read_tag(struct image_name *ret, struct str text)
{
    const struct image_publisher *publisher = ret->publisher;

    for (unsigned i = 0; i < publisher->tags.count && !ret->tag; i++) {
        const struct image_tag *tag = &tag_rows[publisher->tags.start + i];

        if (fits(tag, text, ret)) {
            ret->tag = tag;
            ret->seen = was_seen(tag, text);
        }
    }
    if (!ret->tag) {
        ret->field_count = 0;
        ret->near = nearest(publisher, text);
    }
}

void image_name_read(const struct image_reference *reference, struct image_name *ret)
{
    struct str text = reference->tag;

    *ret = (struct image_name){ .reference = *reference };
    for (size_t i = 0; i < COUNT(publisher_rows) && !ret->publisher; i++)
        if (is_of(&publisher_rows[i], reference))
            ret->publisher = &publisher_rows[i];
    if (text.len == 0 && reference->digest.len == 0)
        text = STR("latest");
    if (ret->publisher && text.len)
        read_tag(ret, text);
}

struct str image_name_field(const struct image_name *name, const char *field)
{
    for (size_t i = 0; i < name->field_count; i++)
        if (str_eqz(name->fields[i].name, field))
            return name->fields[i].value;
    if (name->tag && str_eqz(str_of("flavour"), field))
        return name->tag->flavour;
    return (struct str){ NULL, 0 };
}

struct str image_cuda_driver(struct str cuda)
{
    struct cuda_requirement needed;
    struct str major, minor, rest;
    uint64_t numbers[2] = { 0, 0 };

    (void) str_cut(cuda, '.', &major, &rest);
    (void) str_cut(rest, '.', &minor, &rest);
    if (str_u64(major, 10, &numbers[0]) < 0 || numbers[0] > 99)
        return (struct str){ NULL, 0 };
    if (str_u64(minor, 10, &numbers[1]) < 0 || numbers[1] > 99)
        return cuda_driver_needed_by_major(NULL, (unsigned) numbers[0], &needed)
                   ? needed.driver
                   : (struct str){ NULL, 0 };
    return cuda_driver_needed(NULL, (unsigned) numbers[0], (unsigned) numbers[1], &needed)
               ? needed.driver
               : (struct str){ NULL, 0 };
}

struct str image_name_driver(const struct image_name *name)
{
    struct str cuda = image_name_field(name, "cuda");

    return image_cuda_driver(cuda.len ? cuda : image_name_field(name, "cuda_major"));
}

/* --- lines --------------------------------------------------------------------------------- */

/* What is no number, at the start of *text. */
static struct str take_words(struct str *text)
{
    struct str words;
    size_t len = 0;

    while (len < text->len && !is_digit(text->data[len]))
        len++;
    words = str_slice(*text, 0, len);
    *text = str_from(*text, len);
    return words;
}

static struct str take_number(struct str *text)
{
    struct str number = str_slice(*text, 0, number_len(*text));

    *text = str_from(*text, number.len);
    return number;
}

/* Of two tags that differ in their numbers alone: which is later, <0, 0 or >0. False where they
 * differ in more. */
static bool compare_tags(struct str a, struct str b, int *ret)
{
    int order = 0;

    while (a.len || b.len) {
        struct str number, other;

        if (!str_eq(take_words(&a), take_words(&b)))
            return false;
        number = take_number(&a);
        other = take_number(&b);
        if (parts_of(number) != parts_of(other))
            return false;
        if (order == 0)
            order = dotted_compare(number, other);
    }
    *ret = order;
    return true;
}

static bool same_ground(const struct image_name *a, const struct image_name *b)
{
    static const char *const fields[] = { "system", "ubuntu", "architecture", "python" };

    for (size_t i = 0; i < COUNT(fields); i++)
        if (!str_eq(image_name_field(a, fields[i]), image_name_field(b, fields[i])))
            return false;
    return true;
}

bool image_name_later(const struct image_name *name, struct str tag, struct image_name *ret)
{
    struct image_reference reference = name->reference;
    struct image_name other;
    int order;

    if (!compare_tags(tag, reference.tag, &order) || order <= 0)
        return false;
    reference.tag = tag;
    reference.digest = (struct str){ NULL, 0 };
    image_name_read(&reference, &other);
    if (other.tag != name->tag || !same_ground(name, &other))
        return false;
    *ret = other;
    return true;
}
