#include "snapshot/rename.h"

#include "transcript/secrets.h"

#include <ctype.h>

#define WORDS_MAX 256
#define NUMBERS_MAX 4096
#define NUMBER_MAX 128 /* characters */

static const struct str homes = STR_INIT("home/");

/* --- words --------------------------------------------------------------------------------- */

/* Names that tell nothing, and that much hangs on. */
static bool is_common(struct str text)
{
    static const char *const names[] = {
        "root",      "ubuntu",      "debian",    "fedora",  "centos", "rocky",     "arch",
        "alpine",    "suse",        "admin",     "user",    "users",  "nobody",    "jovyan",
        "vscode",    "ec2-user",    "azureuser", "conda",   "docker", "linuxbrew", "nvidia",
        "localhost", "localdomain", "none",      "home",    "local",  "lib",       "bin",
        "usr",       "opt",         "linux",     "gpu",     "cuda",   "torch",     "pytorch",
        "python",    "python3",     "x86_64",    "aarch64", "venv",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_eq_nocase(text, str_of(names[i])))
            return true;
    return false;
}

/* "user1", as long as the name: "us1", "user00001". */
static struct str alias_of(struct rename *rename, enum word_kind kind, size_t len)
{
    static const char *const starts[] = { "user", "host" };
    struct str number = arena_printf(rename->arena, "%u", ++rename->counts[kind]), alias;
    size_t digits = number.len < len ? number.len : len;
    size_t start = len - digits < 4 ? len - digits : 4;

    alias = arena_printf(rename->arena, "%.*s%0*d", (int) start, starts[kind],
                         (int) (len - start - digits), 0);
    alias = str_slice(alias, 0, len - digits);
    return arena_printf(rename->arena, "%.*s%.*s", STR_ARG(alias),
                        STR_ARG(str_from(number, number.len - digits)));
}

struct str rename_hide(struct rename *rename, struct str text)
{
    char *stars = arena_alloc(rename->arena, text.len + 1);

    memset(stars, '*', text.len);
    return (struct str){ stars, text.len };
}

void rename_learn(struct rename *rename, enum word_kind kind, struct str text, bool home_only)
{
    struct word *word;

    if (text.len < 2 || text.len > 255 || is_common(text) || rename->words.count == WORDS_MAX)
        return;
    for (size_t i = 0; i < rename->words.count; i++)
        if (str_eq(rename->words.items[i].text, text))
            return;
    word = LIST_ADD(rename->arena, &rename->words);
    *word = (struct word){ .kind = kind, .text = text, .home_only = home_only || text.len < 3 };
    word->alias =
        kind == WORD_SECRET ? rename_hide(rename, text) : alias_of(rename, kind, text.len);
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char) c) || c == '_' || c == '-' || c == '.';
}

void rename_learn_homes(struct rename *rename, struct str text)
{
    size_t at;

    while ((at = str_find(text, homes)) != STR_NONE) {
        size_t len = 0;

        text = str_from(text, at + homes.len);
        while (len < text.len && len < 64 && is_name_char(text.data[len]))
            len++;
        if (len && text.data[0] != '.' && text.data[0] != '-')
            rename_learn(rename, WORD_USER, str_slice(text, 0, len), false);
    }
}

static bool is_within_word(char c)
{
    return isalnum((unsigned char) c) || c == '_';
}

/* Whether the word may be renamed where it stands, from `at` to `end`. */
static bool stands_alone(const struct word *word, struct str text, size_t at, size_t end,
                         enum place place)
{
    char before = at ? text.data[at - 1] : '/', after = end < text.len ? text.data[end] : '/';

    if (word->kind == WORD_SECRET)
        return true;
    if (word->home_only)
        return str_ends(str_slice(text, 0, at), homes) && !is_name_char(after);
    if (place == PLACE_BINARY)
        return before == '/' && (after == '/' || after == '\0' || after == ':');
    return !is_within_word(before) && !is_within_word(after);
}

static void rename_words(const struct rename *rename, char *bytes, size_t len, enum place place)
{
    struct str text = { bytes, len };

    for (size_t i = 0; i < rename->words.count; i++) {
        const struct word *word = &rename->words.items[i];
        size_t at = 0, found;

        while ((found = str_find(str_from(text, at), word->text)) != STR_NONE) {
            at += found;
            if (stands_alone(word, text, at, at + word->text.len, place))
                memcpy(bytes + at, word->alias.data, word->alias.len);
            at += word->text.len;
        }
    }
}

/* --- numbers ------------------------------------------------------------------------------- */

/* The first character, other than those that stay, that no number with the same start had there
 * gets "0", the next one "1", and so on. */
static char number_char(const struct rename *rename, struct str number, size_t at)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char seen[sizeof(digits)] = { 0 };
    size_t count = 0;

    for (size_t i = 0; i < rename->numbers.count; i++) {
        struct str other = rename->numbers.items[i];
        char c = other.len > at ? (char) tolower((unsigned char) other.data[at]) : '\0';

        if (!isalnum((unsigned char) c) ||
            !str_eq_nocase(str_slice(other, 0, at), str_slice(number, 0, at)))
            continue;
        if (!memchr(seen, c, count) && count < sizeof(digits) - 1)
            seen[count++] = c;
        if (c == tolower((unsigned char) number.data[at]))
            break;
    }
    for (size_t i = 0; i < count; i++)
        if (seen[i] == tolower((unsigned char) number.data[at]))
            return digits[i];
    return digits[0];
}

static void rename_number(struct rename *rename, char *bytes, size_t len)
{
    struct str number = { bytes, len < NUMBER_MAX ? len : NUMBER_MAX };
    char renamed[NUMBER_MAX] = "";

    number = arena_copy(rename->arena, number);
    if (rename->numbers.count < NUMBERS_MAX)
        *LIST_ADD(rename->arena, &rename->numbers) = number;
    for (size_t i = 0; i < number.len; i++)
        renamed[i] = isalnum((unsigned char) number.data[i]) ? number_char(rename, number, i)
                                                             : number.data[i];
    memcpy(bytes, renamed, number.len);
}

static size_t hex_run(struct str text, size_t at)
{
    size_t end = at;

    while (end < text.len && isxdigit((unsigned char) text.data[end]))
        end++;
    return end - at;
}

/* 8-4-4-4-12 hexadecimal digits: 36, or 0. The one in names of EFI's own variables is the same on
 * every machine (https://uefi.org/specs/UEFI/2.10/03_Boot_Manager.html). */
static size_t uuid_at(struct str text, size_t at)
{
    static const struct str efi = STR_INIT("8be4df61-93ca-11d2-aa0d-00e098032b8c");
    static const size_t runs[] = { 8, 4, 4, 4, 12 };
    size_t end = at;

    for (size_t i = 0; i < 5; i++) {
        if (hex_run(text, end) != runs[i])
            return 0;
        end += runs[i];
        if (i < 4 && (end >= text.len || text.data[end++] != '-'))
            return 0;
    }
    return str_eq(str_slice(text, at, end), efi) ? 0 : end - at;
}

/* What follows "GPU-" or "MIG-": the start of a UUID will do. */
static size_t device_at(struct str text, size_t at)
{
    struct str before = str_slice(text, at < 4 ? at : at - 4, at);
    size_t end = at;

    if (at == 0 || text.data[at - 1] != '-' ||
        (!str_eqz(before, "GPU-") && !str_eqz(before, "MIG-")))
        return 0;
    while (end < text.len && end - at < 36 &&
           (isxdigit((unsigned char) text.data[end]) || text.data[end] == '-'))
        end++;
    return end < text.len && is_within_word(text.data[end]) ? 0 : end - at;
}

/* A MAC address, an IPv6 address, or groups like them: more than four colons, or "::". */
static size_t colons_at(struct str text, size_t at)
{
    size_t end = at, colons = 0, digits = 0;
    bool twice = false;

    while (end < text.len && (isxdigit((unsigned char) text.data[end]) || text.data[end] == ':')) {
        digits += text.data[end] != ':';
        colons += text.data[end] == ':';
        twice |= text.data[end] == ':' && end > at && text.data[end - 1] == ':';
        end++;
    }
    if (end < text.len && is_within_word(text.data[end]))
        return 0;
    return digits > 4 && (colons >= 5 || (twice && colons >= 2)) ? end - at : 0;
}

static size_t ipv4_at(struct str text, size_t at)
{
    size_t end = at;

    for (size_t i = 0; i < 4; i++) {
        uint64_t part;
        size_t len = 0;

        while (end + len < text.len && isdigit((unsigned char) text.data[end + len]))
            len++;
        if (len == 0 || len > 3 || str_u64(str_slice(text, end, end + len), 10, &part) < 0 ||
            part > 255)
            return 0;
        end += len;
        if (i < 3 && (end >= text.len || text.data[end++] != '.'))
            return 0;
    }
    if (end < text.len && (is_within_word(text.data[end]) || text.data[end] == '.'))
        return 0;
    return str_starts(str_from(text, at), STR("127.")) || str_starts(str_from(text, at), STR("0."))
               ? 0
               : end - at;
}

/* An address, and no version: by its place, or by what stands before it. */
static size_t address_at(struct str text, size_t at, enum place place)
{
    struct str before = str_slice(text, 0, at);
    bool told = str_ends(before, STR("://")) || str_ends(before, STR("@"));

    if (str_ends(before, STR(".")) || (!told && place != PLACE_PRIVATE) ||
        (!told && str_ends(before, STR("/"))))
        return 0;
    return ipv4_at(text, at);
}

/* 32 or 64 hexadecimal digits: ids of machines and containers. */
static size_t id_at(struct str text, size_t at)
{
    size_t len = hex_run(text, at);

    return len == 32 || len == 64 ? len : 0;
}

/* What stands behind "serial", "Serial Number:", "serial=". */
static size_t serial_at(struct str text, size_t at)
{
    struct str before = str_slice(text, at < 24 ? 0 : at - 24, at);
    size_t end = at, name;

    if (!at || !strchr(" :=\"\t", text.data[at - 1]))
        return 0;
    for (name = before.len; name > 0; name--)
        if (str_eq_nocase(str_slice(before, name - 1, name + 5), STR("serial")))
            break;
    if (!name || str_find_char(str_from(before, name), '\n') != STR_NONE)
        return 0;
    while (end < text.len && is_name_char(text.data[end]))
        end++;
    for (size_t i = at; i < end; i++)
        if (isdigit((unsigned char) text.data[i]))
            return end - at >= 5 ? end - at : 0;
    return 0;
}

static size_t number_at(struct str text, size_t at, enum place place)
{
    size_t len = device_at(text, at);

    if (!len)
        len = uuid_at(text, at);
    if (!len && isdigit((unsigned char) text.data[at]))
        len = address_at(text, at, place);
    if (!len && place == PLACE_PRIVATE) {
        len = colons_at(text, at);
        len = len ? len : id_at(text, at);
        len = len ? len : serial_at(text, at);
    }
    return len;
}

static void rename_numbers(struct rename *rename, char *bytes, size_t len, enum place place)
{
    struct str text = { bytes, len };
    size_t at = 0;

    while (at < len) {
        size_t number = number_at(text, at, place);

        if (number) {
            rename_number(rename, bytes + at, number);
            at += number;
            continue;
        }
        do
            at++;
        while (at < len && is_within_word(bytes[at]) && is_within_word(bytes[at - 1]));
    }
}

/* --- the whole ----------------------------------------------------------------------------- */

static void hide_secrets(char *bytes, size_t len)
{
    struct str text = { bytes, len };
    size_t at = 0, from, to;

    while (secret_next(text, at, &from, &to)) {
        memset(bytes + from, '*', to - from);
        at = to;
    }
}

struct str rename_text(struct rename *rename, struct str text, enum place place)
{
    struct str copy = arena_copy(rename->arena, text);
    char *bytes = (char *) (uintptr_t) copy.data; /* ours, and not given out yet */

    if (text.len == 0)
        return text;
    if (place != PLACE_BINARY)
        hide_secrets(bytes, copy.len);
    rename_words(rename, bytes, copy.len, place);
    if (place != PLACE_BINARY)
        rename_numbers(rename, bytes, copy.len, place);
    return copy;
}
