#include "knowledge/templates.h"

#include "templates_table.h"

const struct template *template_of(enum template_id id)
{
    return &templates[id];
}
