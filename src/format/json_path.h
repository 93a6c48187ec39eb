/* json_path: members of parsed JSON by their paths; for the decoders of engines' answers. */
#ifndef GPUVET_FORMAT_JSON_PATH_H
#define GPUVET_FORMAT_JSON_PATH_H

#include "format/oci.h"

#include <jansson.h>

/* The value at "State.Pid", or of several paths divided by "|" the first that is there and not
 * null; NULL where there is none. No name in a path may hold a dot. */
json_t *json_at(json_t *root, const char *paths);

/* A copy of the string at the paths; empty where there is none. */
struct str json_text_at(struct arena *arena, json_t *root, const char *paths);

/* A whole number that is no less than 0, else 0. */
uint64_t json_number_at(json_t *root, const char *paths);

/* The strings of the array there, or a string as a list of one; what else stands in it is left out.
 * -E2BIG: over OCI_STRINGS. */
int json_texts_at(struct arena *arena, json_t *root, const char *paths, struct oci_strings *ret);

#endif
