/* texts: what the program says itself, in every language, from text/. */
#ifndef GPUVET_KNOWLEDGE_TEXTS_H
#define GPUVET_KNOWLEDGE_TEXTS_H

#include "base/str.h"
#include "knowledge/lang.h"
#include "texts_table.h"

struct str text_of(enum text_id id, enum lang lang);

#endif
