#include "transcript/transcript.h"

#include "knowledge/patterns.h"
#include "transcript/clean.h"
#include "transcript/complete.h"
#include "transcript/record.h"
#include "transcript/scan.h"

#include <string.h>

/* Read at a time. Its last bytes are looked at again with the next block, so that every line that
 * is matched has those after it beside it. */
#define BLOCK_SIZE (256u * 1024u)

/* A message is looked for in a line and the next ones: long ones are wrapped, tables have rows. */
#define WINDOW_LINES 6

/* Of an endless line, this much before the word that was found is matched, too. */
#define BEFORE_WORD 512
#define IN_LONG_LINE (CLEAN_MAX - 1024)

/* Matches of one pattern: what a text says a hundred times it has said. */
#define MATCHES_MAX 64
#define MATCHES_IN_LINE 8

/* A common word that has led to nothing so often is not followed any more: the time that a long log
 * takes is bounded, and what tells in it has rarer words. */
#define VAIN_MAX 4096

struct reader {
    struct arena *arena;
    struct facts *facts;
    struct quotes *quotes;
    const struct scan *words;
    struct matcher *matcher;
    unsigned char *matches; /* by pattern: how often it matched */
    size_t *tried;          /* by pattern: up to where matches of the present line may begin */
    unsigned *vain;         /* by word: windows in which nothing matched */
    struct cleaned *text;
    struct str block;
    size_t counted;      /* offset up to which lines are counted */
    uint64_t line;       /* number of the line at `counted` */
    uint64_t line_begin; /* where it begins, from the start of the text */
    uint64_t block_begin;
};

static struct reader reader_new(struct arena *arena, struct facts *facts, struct quotes *quotes)
{
    struct reader reader = { .arena = arena, .facts = facts, .quotes = quotes, .line = 1 };
    struct str *words = arena_array(arena, pattern_word_count + clean_sign_count, sizeof(*words));

    memcpy(words, pattern_words, pattern_word_count * sizeof(*words));
    memcpy(words + pattern_word_count, clean_signs, clean_sign_count * sizeof(*words));
    reader.words = scan_new(arena, words, pattern_word_count + clean_sign_count);
    reader.matcher = matcher_new(arena);
    reader.matches = arena_alloc(arena, pattern_count);
    reader.vain = arena_array(arena, pattern_word_count + clean_sign_count, sizeof(*reader.vain));
    reader.tried = arena_array(arena, pattern_count, sizeof(*reader.tried));
    reader.text = ARENA_NEW(arena, struct cleaned);
    return reader;
}

/* "line:column" of an offset in the block. Offsets must not fall. */
static struct str place(struct reader *reader, size_t offset)
{
    unsigned long long number, column;

    for (;;) {
        struct str rest = str_slice(reader->block, reader->counted, offset);
        size_t end = str_find_char(rest, '\n');

        if (end == STR_NONE)
            break;
        reader->counted += end + 1;
        reader->line++;
        reader->line_begin = reader->block_begin + reader->counted;
    }
    number = reader->line;
    column = reader->block_begin + offset - reader->line_begin + 1;
    return arena_printf(reader->arena, "%llu:%llu", number, column);
}

/* The window's own line: matches must begin in it, since later lines have windows of their own. */
static size_t first_line(const struct cleaned *text)
{
    size_t end = str_find_char(cleaned_str(text), '\n');

    if (end == STR_NONE)
        end = text->len;
    return end > IN_LONG_LINE ? IN_LONG_LINE : end;
}

static size_t line_begin(struct str block, size_t at)
{
    size_t before = str_rfind_char(str_slice(block, 0, at), '\n');

    return before == STR_NONE ? 0 : before + 1;
}

/* Not within a character: back to where the one at `at` begins. */
static size_t character_begin(struct str text, size_t at)
{
    for (unsigned i = 0; i < 3 && at > 0 && at < text.len && (text.data[at] & 0xc0) == 0x80; i++)
        at--;
    return at;
}

/* Keeps the line in which the match begins, the last one that was counted. */
static void quote(struct reader *reader, const struct match *match, struct str from)
{
    struct str text = str_slice(cleaned_str(reader->text), 0, first_line(reader->text));
    size_t at = match->ends[0], begin = line_begin(text, at < text.len ? at : text.len);
    bool cut_before = at - begin > QUOTED_MAX / 2 && text.len - begin > QUOTED_MAX;
    struct quoted_line *line;
    size_t end;

    if (!reader->quotes)
        return;
    if (cut_before)
        begin = text.len - at > QUOTED_MAX / 2 ? at - QUOTED_MAX / 2 : text.len - QUOTED_MAX;
    begin = character_begin(text, begin);
    end = character_begin(text, begin + QUOTED_MAX < text.len ? begin + QUOTED_MAX : text.len);
    line = LIST_ADD(reader->arena, &reader->quotes->lines);
    line->number = reader->line;
    line->place = from;
    line->text =
        arena_printf(reader->arena, "%s%.*s%s", cut_before ? "…" : "",
                     STR_ARG(str_trim(str_slice(text, begin, end))), end < text.len ? "…" : "");
}

/*
 * Tries a pattern whose word is found at `word`. A match holds its word, so it begins before it: in
 * a long line not far before. More than that is tried at once, so that a word that comes again and
 * again costs little. Whether it matched.
 */
static bool try_pattern(struct reader *reader, unsigned pattern, size_t word, size_t window)
{
    struct str text = cleaned_str(reader->text);
    size_t line = first_line(reader->text), near = word < line ? word : line;
    size_t from = near > BEFORE_WORD ? near - BEFORE_WORD : 0;
    size_t before = near + BEFORE_WORD < line ? near + BEFORE_WORD : line;
    bool matched = false;
    struct match match;
    struct str where;

    if (from < reader->tried[pattern])
        from = reader->tried[pattern];
    for (unsigned i = 0; i < MATCHES_IN_LINE && reader->matches[pattern] < MATCHES_MAX; i++) {
        if (!matcher_find(reader->matcher, pattern, text, from, before, &match))
            break;
        matched = true;
        reader->matches[pattern]++;
        where = place(reader, window + reader->text->origin[match.ends[0]]);
        if (record_match(reader->arena, reader->facts, pattern_at(pattern), &match, where))
            quote(reader, &match, where);
        from = match.ends[1] > from ? match.ends[1] : from + 1;
    }
    reader->tried[pattern] = from > before ? from : before;
    return matched;
}

/* Cleans the window, and tries the patterns whose words are in it. Whether one matched. */
static bool read_window(struct reader *reader, size_t begin, size_t end)
{
    struct scan_pass pass = { 0 };
    struct scan_hit hit;
    bool matched = false;

    clean_text(str_slice(reader->block, begin, end), reader->text);
    mask_secrets(reader->text);
    memset(reader->tried, 0, pattern_count * sizeof(*reader->tried));
    while (scan_next(reader->words, &pass, cleaned_str(reader->text), &hit)) {
        size_t word = scan_hit_begin(reader->words, &hit, cleaned_str(reader->text));
        unsigned pattern;

        if (hit.word >= pattern_word_count)
            continue;
        for (unsigned i = 0; (pattern = pattern_of_word(hit.word, i)) != PATTERN_NONE; i++)
            if (reader->tried[pattern] <= word)
                matched |= try_pattern(reader, pattern, word, begin);
    }
    return matched;
}

static size_t after_lines(struct str block, size_t at, unsigned lines)
{
    for (unsigned i = 0; i < lines && at < block.len; i++) {
        size_t end = str_find_char(str_from(block, at), '\n');

        at = end == STR_NONE ? block.len : at + end + 1;
    }
    return at;
}

static bool is_settled(const struct reader *reader, unsigned word)
{
    unsigned pattern;

    if (reader->vain[word] >= VAIN_MAX)
        return true;
    if (word >= pattern_word_count)
        return false;
    for (unsigned i = 0; (pattern = pattern_of_word(word, i)) != PATTERN_NONE; i++)
        if (reader->matches[pattern] < MATCHES_MAX)
            return false;
    return true;
}

/* A word may begin in the line before the one in which a shorter word was found first. */
static size_t line_before(struct str block, size_t begin, size_t covered)
{
    size_t least = begin > covered + BEFORE_WORD ? begin - BEFORE_WORD : covered;
    size_t before = begin > covered ? line_begin(block, begin - 1) : begin;

    return before > least ? before : least;
}

/* From within a line to where a word of it begins, but not past `word`: the end of a secret that is
 * cut does not look like one. */
static size_t whole_word(struct str block, size_t begin, size_t word)
{
    while (begin < word && !strchr(" \t\n", block.data[begin]))
        begin++;
    return begin;
}

/* Reads the lines that begin before `cut`. */
static void read_block(struct reader *reader, size_t cut)
{
    struct scan_pass pass = { 0 };
    struct scan_hit hit;
    bool within = reader->line_begin != reader->block_begin; /* a line began in an earlier block */
    size_t covered = 0;

    while (scan_next(reader->words, &pass, reader->block, &hit)) {
        size_t word, begin, end;

        if (is_settled(reader, hit.word))
            continue;
        word = scan_hit_begin(reader->words, &hit, reader->block);
        if (word < covered)
            continue;
        begin = line_begin(reader->block, word);
        if (begin >= cut)
            break;
        if (word - begin > BEFORE_WORD)
            begin = word - BEFORE_WORD;
        begin = line_before(reader->block, begin, covered);
        if (begin > 0 ? reader->block.data[begin - 1] != '\n' : within)
            begin = whole_word(reader->block, begin, word);
        end = after_lines(reader->block, begin, WINDOW_LINES);
        if (!read_window(reader, begin, end))
            reader->vain[hit.word]++;
        covered = after_lines(reader->block, begin, 1);
        if (covered > begin + IN_LONG_LINE)
            covered = begin + IN_LONG_LINE;
        pass = (struct scan_pass){ .at = covered };
    }
}

/* Where the part begins that the next block shall see again. */
static size_t cut_of(struct str block)
{
    size_t cut = line_begin(block, block.len > CLEAN_MAX ? block.len - CLEAN_MAX : 0);

    return cut ? cut : block.len > CLEAN_MAX ? block.len - CLEAN_MAX : 0;
}

int transcript_read(struct arena *arena, const struct transcript_source *source, struct facts *ret,
                    struct quotes *ret_quotes)
{
    struct reader reader = reader_new(arena, ret, ret_quotes);
    char *buffer = arena_alloc(arena, BLOCK_SIZE);
    size_t len = 0, cut, count;
    int status;

    ret->symptom.items.state = FACT_KNOWN;
    do {
        status = source->read(source->context, buffer + len, BLOCK_SIZE - len, &count);
        if (status < 0)
            return status;
        len += count;
        if (count && len < BLOCK_SIZE)
            continue;
        reader.block = (struct str){ buffer, len };
        cut = count ? cut_of(reader.block) : len;
        read_block(&reader, cut);
        (void) place(&reader, cut);
        memmove(buffer, buffer + cut, len - cut);
        reader.block_begin += cut;
        reader.counted -= cut;
        len -= cut;
    } while (count);
    transcript_complete(arena, ret);
    return 0;
}

static int read_view(void *context, char *buffer, size_t room, size_t *ret_count)
{
    struct str *rest = context;
    struct str part = str_slice(*rest, 0, room);

    if (part.len)
        memcpy(buffer, part.data, part.len);
    *rest = str_from(*rest, part.len);
    *ret_count = part.len;
    return 0;
}

void transcript_read_text(struct arena *arena, struct str text, struct facts *ret)
{
    struct transcript_source source = { read_view, &text };

    (void) transcript_read(arena, &source, ret, NULL);
}

const struct quoted_line *quotes_find(const struct quotes *quotes, struct str from)
{
    struct str line, column;
    uint64_t number, position;

    if (!str_cut(from, ':', &line, &column) || str_u64(line, 10, &number) < 0 ||
        str_u64(column, 10, &position) < 0)
        return NULL;
    for (size_t i = 0; i < quotes->lines.count; i++)
        if (quotes->lines.items[i].number == number)
            return &quotes->lines.items[i];
    return NULL;
}
