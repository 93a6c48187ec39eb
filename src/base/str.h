/*
 * str: a view of bytes that somebody else owns.
 *
 * A view is a value: copy it freely, never free it. It lives as long as the bytes behind it, which
 * in gpuvet means as long as the arena, or the constant, that holds them. Bytes may be anything,
 * NUL included; they are text only where a caller has checked that. The empty view may have a NULL
 * pointer.
 *
 * Nothing here allocates, and nothing here fails: a slice outside a view is clamped to it.
 */
#ifndef GPUVET_BASE_STR_H
#define GPUVET_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *data;
    size_t len;
};

/* A view of a string literal, usable in constant tables (STR_INIT) and in code (STR). */
#define STR_INIT(literal) \
    { \
        "" literal, sizeof(literal) - 1 \
    }
#define STR(literal) ((struct str) STR_INIT(literal))

/* For printf("%.*s"): a view as the two arguments that the format takes. */
#define STR_ARG(s) (int) ((s).len > 4096 ? 4096 : (s).len), ((s).data ? (s).data : "")

/* The view of a NUL-terminated string; of NULL, the empty view. */
struct str str_of(const char *text);

bool str_eq(struct str a, struct str b);
bool str_eqz(struct str a, const char *b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* Byte order, shorter first where one is the prefix of the other: <0, 0 or >0. */
int str_compare(struct str a, struct str b);

/* FNV-1a, for tables in memory. */
uint64_t str_hash(struct str s);

/* The bytes from `from` up to, not including, `to`; both are clamped to the view. */
struct str str_slice(struct str s, size_t from, size_t to);
struct str str_from(struct str s, size_t from);

/* Without leading and trailing ASCII white space. */
struct str str_trim(struct str s);

/* Position of the first (last) occurrence, or STR_NONE. */
#define STR_NONE SIZE_MAX
size_t str_find(struct str s, struct str needle);
size_t str_find_char(struct str s, char c);
size_t str_rfind_char(struct str s, char c);
bool str_has(struct str s, struct str needle);
bool str_has_nocase(struct str s, struct str needle); /* ASCII letters only */

/*
 * Splits at the first `separator`. True where there is one; else the head is the whole view and
 * the tail is empty. Either return may be the variable that `s` came from.
 */
bool str_cut(struct str s, char separator, struct str *ret_head, struct str *ret_tail);

/*
 * Iteration. Each call takes the next part off *rest; false at the end.
 * str_next_line: lines without their "\n" or "\r\n".
 * str_next_word: runs of bytes other than ASCII white space.
 * str_next_part: the parts between separators, empty ones included ("a::b" gives three).
 */
bool str_next_line(struct str *rest, struct str *ret_line);
bool str_next_word(struct str *rest, struct str *ret_word);
bool str_next_part(struct str *rest, char separator, struct str *ret_part);

/*
 * The whole view as an unsigned number in base 10, 16 ("0x" allowed) or 8: no sign, no blanks.
 * 0, -EBADMSG (not a number of that base), -ERANGE (over 64 bits).
 */
int str_u64(struct str s, unsigned base, uint64_t *ret);

/* Last part of a path, and everything before it ("" where there is no slash). */
struct str path_base(struct str path);
struct str path_dir(struct str path);

#endif
