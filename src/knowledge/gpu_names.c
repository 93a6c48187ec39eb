/* Search of gpus.h by name. A name is taken apart into runs of letters and runs of digits, so that
 * "RTX4060Ti", "rtx-4060 ti" and "RTX 4060 Ti" are the same words. */
#include "knowledge/gpus.h"

#define WORDS_MAX 24 /* the longest name of the table has 18 */

enum {
    JUST_THIS,
    CONTAINS,
    CONTAINS_BUT_FORM, /* memory size and form factor left out of both */
};

struct words {
    struct str word[WORDS_MAX];
    size_t count;
};

enum kind { OTHER, LETTER, DIGIT };

static enum kind kind_of(char c)
{
    if (c >= '0' && c <= '9')
        return DIGIT;
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? LETTER : OTHER;
}

static bool next_word(struct str *rest, struct str *ret)
{
    size_t from = 0, to;

    while (from < rest->len && kind_of(rest->data[from]) == OTHER)
        from++;
    for (to = from; to < rest->len && kind_of(rest->data[to]) == kind_of(rest->data[from]); to++)
        ;
    *ret = str_slice(*rest, from, to);
    *rest = str_from(*rest, to);
    return ret->len != 0;
}

static bool is_one_of(struct str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq_nocase(word, str_of(*list)))
            return true;
    return false;
}

/* "80 GB", "SXM 4", "HBM 3", "PCIe", a vGPU's "16 Q": starts at `at`; how many words it takes. */
static size_t form_words(const struct words *words, size_t at)
{
    static const char *const plain[] = { "pcie", "nvl", "nvlink", "grid", NULL };
    static const char *const numbered[] = { "sxm", "hbm", NULL };
    static const char *const profiles[] = { "a", "b", "c", "q", NULL };
    bool number = kind_of(words->word[at].data[0]) == DIGIT;
    struct str next = at + 1 < words->count ? words->word[at + 1] : STR("");

    if (is_one_of(words->word[at], plain))
        return 1;
    if (is_one_of(words->word[at], numbered))
        return next.len && kind_of(next.data[0]) == DIGIT ? 2 : 1;
    if (number && str_eq_nocase(next, STR("gb")))
        return 2;
    return number && at >= 2 && at + 2 == words->count && is_one_of(next, profiles) ? 2 : 0;
}

static void drop_form(struct words *words)
{
    struct words kept = { .count = 0 };

    for (size_t at = 0; at < words->count;) {
        size_t form = form_words(words, at);

        if (form == 0)
            kept.word[kept.count++] = words->word[at++];
        else
            at += form;
    }
    *words = kept;
}

/* Words beyond WORDS_MAX are left out. */
static struct words words_of(struct str name, unsigned looseness)
{
    static const char *const ignored[] = { "nvidia",   "geforce",    "tesla", "gpu",
                                           "graphics", "generation", "nvgpu", NULL };
    struct words words = { .count = 0 };
    struct str word;
    size_t mig = str_find(name, STR(" MIG "));

    /* A MIG instance is called for its GPU: "NVIDIA A100-SXM4-40GB MIG 1g.5gb". */
    if (mig != STR_NONE)
        name = str_slice(name, 0, mig);
    while (words.count < WORDS_MAX && next_word(&name, &word))
        if (!is_one_of(word, ignored))
            words.word[words.count++] = word;
    if (looseness == CONTAINS_BUT_FORM)
        drop_form(&words);
    return words;
}

static bool same_from(const struct words *row, size_t from, const struct words *want)
{
    if (from + want->count > row->count)
        return false;
    for (size_t i = 0; i < want->count; i++)
        if (!str_eq_nocase(row->word[from + i], want->word[i]))
            return false;
    return true;
}

static bool fits(const struct words *row, const struct words *want, unsigned looseness)
{
    if (want->count == 0)
        return false;
    if (looseness == JUST_THIS)
        return row->count == want->count && same_from(row, 0, want);
    for (size_t from = 0; from < row->count; from++)
        if (same_from(row, from, want))
            return true;
    return false;
}

/* Nearly every row is out by this alone, and by its numbers: to take a name apart costs much more.
 */
static bool has_all_words(struct str name, const struct words *want)
{
    for (size_t i = 0; i < want->count; i++)
        if (kind_of(want->word[i].data[0]) == DIGIT && !str_has(name, want->word[i]))
            return false;
    for (size_t i = 0; i < want->count; i++)
        if (kind_of(want->word[i].data[0]) != DIGIT && !str_has_nocase(name, want->word[i]))
            return false;
    return true;
}

bool gpu_search_next(struct gpu_search *search, struct gpu_info *ret)
{
    struct words want = words_of(search->name, search->looseness);
    struct str name;

    while (gpu_name_at(search->at, &name)) {
        struct words row;

        search->at++;
        if (!has_all_words(name, &want))
            continue;
        row = words_of(name, search->looseness);
        if (fits(&row, &want, search->looseness))
            return gpu_at(search->at - 1, ret);
    }
    return false;
}

bool gpu_search(struct str name, struct gpu_search *ret)
{
    struct gpu_info gpu;

    for (unsigned looseness = JUST_THIS; looseness <= CONTAINS_BUT_FORM; looseness++) {
        struct gpu_search search = { name, looseness, 0 };

        if (gpu_search_next(&search, &gpu)) {
            *ret = (struct gpu_search){ name, looseness, search.at - 1 };
            return true;
        }
    }
    return false;
}

static void add_capability(struct gpu_matches *matches, struct gpu_capability capability)
{
    for (size_t i = 0; i < matches->capability_count; i++)
        if (matches->capabilities[i].major == capability.major &&
            matches->capabilities[i].minor == capability.minor)
            return;
    if (matches->capability_count < GPU_CAPABILITIES_MAX)
        matches->capabilities[matches->capability_count++] = capability;
}

bool gpu_by_name(struct str name, struct gpu_matches *ret)
{
    struct gpu_matches matches = { .rows = 0 };
    struct gpu_search search;
    struct gpu_info gpu;

    if (!gpu_search(name, &search))
        return false;
    while (gpu_search_next(&search, &gpu)) {
        if (matches.rows++ == 0)
            matches.first = gpu;
        add_capability(&matches, gpu.capability);
    }
    *ret = matches;
    return true;
}
