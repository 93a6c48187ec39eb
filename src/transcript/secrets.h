/* secrets: where a text holds what nobody else may see. */
#ifndef GPUVET_TRANSCRIPT_SECRETS_H
#define GPUVET_TRANSCRIPT_SECRETS_H

#include "base/str.h"

/*
 * The next secret at or behind `at`: a password in an address, a token by its prefix, a private
 * key, the value of a key or an option that is called token, password or secret. False: there is
 * none.
 */
bool secret_next(struct str text, size_t at, size_t *ret_from, size_t *ret_to);

#endif
