#include "transcript/scan.h"

#include <string.h>

/* State 0 is the start, and stands for "none" where a state is looked up by another one. */
struct scan {
    const struct str *words;
    unsigned char classes[256]; /* bytes that no word tells apart share a class */
    unsigned shift;             /* the table has 1 << shift columns */
    unsigned count;             /* states */
    uint16_t *next;    /* [state << shift | class]: a state, with ENDS_WORD where it does */
    uint16_t *word;    /* of a state that ends one: its number + 1; else 0 */
    uint16_t *shorter; /* the longest proper suffix that ends a word, too */
};

#define ENDS_WORD 0x8000u
#define CLASS_OTHER 0
#define CLASS_BLANK 1

/* Keeps the table narrow: 64 columns, not 128. */
static unsigned char fold(unsigned char c)
{
    if (c >= 0x80)
        return (unsigned char) (0x80 | (c & 7));
    if (c && strchr("!\"#$%&'()*+,;<>?@[\\]^`{|}~", c))
        return '!';
    if (c >= 'A' && c <= 'Z')
        return (unsigned char) (c + ('a' - 'A'));
    if (c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f')
        return ' ';
    return c;
}

static unsigned number_classes(struct scan *scan, size_t count)
{
    unsigned used = CLASS_BLANK + 1;

    scan->classes[' '] = CLASS_BLANK;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < scan->words[i].len; k++) {
            unsigned char c = fold((unsigned char) scan->words[i].data[k]);

            if (scan->classes[c] == CLASS_OTHER)
                scan->classes[c] = (unsigned char) used++;
        }
    for (unsigned c = 0; c < 256; c++)
        scan->classes[c] = scan->classes[fold((unsigned char) c)];
    return used;
}

/* `entered_by`: the class of the byte that leads into a state. */
static void add_word(struct scan *scan, unsigned char *entered_by, unsigned number)
{
    struct str word = scan->words[number];
    unsigned state = 0;

    for (size_t i = 0; i < word.len; i++) {
        unsigned class = scan->classes[(unsigned char) word.data[i]];
        uint16_t *next = &scan->next[state << scan->shift | class];

        if (*next == 0) {
            *next = (uint16_t) scan->count;
            entered_by[scan->count++] = (unsigned char) class;
        }
        state = *next;
    }
    scan->word[state] = (uint16_t) (number + 1);
}

/* Breadth first: fills what the words leave open with where the longest suffix would go. What ends
 * a word is known of a state before any other leads to it. */
static void close_table(struct arena *arena, struct scan *scan, const unsigned char *entered_by)
{
    uint16_t *queue = arena_array(arena, scan->count, sizeof(*queue));
    uint16_t *fail = arena_array(arena, scan->count, sizeof(*fail));
    unsigned columns = 1u << scan->shift, tail = 1;

    for (unsigned head = 0; head < tail; head++) {
        unsigned state = queue[head];
        uint16_t *row = &scan->next[state << scan->shift];
        const uint16_t *others = &scan->next[(unsigned) fail[state] << scan->shift];

        for (unsigned class = 0; class < columns; class ++) {
            unsigned next = row[class], other = state ? others[class] : 0;

            if (next == 0) {
                row[class] = (uint16_t) other;
                continue;
            }
            queue[tail++] = (uint16_t) next;
            fail[next] = (uint16_t) (other & ~ENDS_WORD);
            scan->shorter[next] = scan->word[fail[next]] ? fail[next] : scan->shorter[fail[next]];
            if (scan->word[next] || scan->shorter[next])
                row[class] |= ENDS_WORD;
        }
        if (state && entered_by[state] == CLASS_BLANK)
            row[CLASS_BLANK] = (uint16_t) state;
    }
}

struct scan *scan_new(struct arena *arena, const struct str *words, size_t count)
{
    struct scan *scan = ARENA_NEW(arena, struct scan);
    unsigned char *entered_by;
    unsigned classes;
    size_t states = 1;

    scan->words = words;
    scan->count = 1;
    classes = number_classes(scan, count);
    while (1u << scan->shift < classes)
        scan->shift++;
    for (size_t i = 0; i < count; i++)
        states += words[i].len;
    scan->next = arena_array(arena, states << scan->shift, sizeof(*scan->next));
    scan->word = arena_array(arena, states, sizeof(*scan->word));
    scan->shorter = arena_array(arena, states, sizeof(*scan->shorter));
    entered_by = arena_array(arena, states, sizeof(*entered_by));
    for (size_t i = 0; i < count; i++)
        add_word(scan, entered_by, (unsigned) i);
    close_table(arena, scan, entered_by);
    return scan;
}

static bool give_found(const struct scan *scan, struct scan_pass *pass, struct scan_hit *ret)
{
    unsigned state = pass->found;

    if (!state)
        return false;
    if (!scan->word[state])
        state = scan->shorter[state];
    pass->found = scan->shorter[state];
    *ret = (struct scan_hit){ scan->word[state] - 1u, pass->at };
    return true;
}

bool scan_next(const struct scan *scan, struct scan_pass *pass, struct str block,
               struct scan_hit *ret)
{
    const unsigned char *bytes = (const unsigned char *) block.data;
    const uint16_t *next = scan->next;
    unsigned shift = scan->shift, state = pass->state;
    size_t at = pass->at;

    if (give_found(scan, pass, ret))
        return true;
    while (at < block.len) {
        state = next[state << shift | scan->classes[bytes[at++]]];
        if (state & ENDS_WORD) {
            state &= ~ENDS_WORD;
            *pass = (struct scan_pass){ state, at, state };
            return give_found(scan, pass, ret);
        }
    }
    pass->state = state;
    pass->at = at;
    return false;
}

size_t scan_hit_begin(const struct scan *scan, const struct scan_hit *hit, struct str block)
{
    struct str word = scan->words[hit->word];
    size_t at = hit->end;

    for (size_t left = word.len; left > 0 && at > 0; left--) {
        at--;
        if (word.data[left - 1] == ' ')
            while (at > 0 && scan->classes[(unsigned char) block.data[at - 1]] == CLASS_BLANK)
                at--;
    }
    return at;
}
