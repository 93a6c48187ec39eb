/*
 * clean: a stretch of pasted text as the program that printed it wrote it, and from where each byte
 * comes.
 *
 * Undone are: colours and other terminal sequences, "> " of quotations, CR before a line end, HTML
 * escapes, curly quotes, no-break blanks, and full-width colons and brackets. Everything else
 * stays, valid UTF-8 or not. Secrets are masked with "***": nothing that is kept of a text has
 * them.
 */
#ifndef GPUVET_TRANSCRIPT_CLEAN_H
#define GPUVET_TRANSCRIPT_CLEAN_H

#include "base/str.h"

#define CLEAN_MAX 4096

struct cleaned {
    char bytes[CLEAN_MAX + 1];
    uint16_t origin[CLEAN_MAX + 1]; /* offset in the raw text of each byte, and of the end */
    size_t len;
};

/* `raw` must start where a line does for its quotation mark to be seen; what lies beyond CLEAN_MAX
 * bytes is left out. */
void clean_text(struct str raw, struct cleaned *ret);

/* Passwords in addresses, Authorization headers, tokens by their prefix, and values of keys that
 * are called token, password or secret. */
void mask_secrets(struct cleaned *text);

/* The words that show that a stretch may need cleaning: without one of them it reads as it is. */
extern const struct str clean_signs[];
extern const size_t clean_sign_count;

static inline struct str cleaned_str(const struct cleaned *text)
{
    return (struct str){ text->bytes, text->len };
}

#endif
