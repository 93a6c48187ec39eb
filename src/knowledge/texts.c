#include "knowledge/texts.h"

static const struct str texts[TEXT_COUNT][LANG_COUNT] = {
#define TEXT_ROWS
#include "texts_table.h"
};

struct str text_of(enum text_id id, enum lang lang)
{
    return texts[id][lang];
}
