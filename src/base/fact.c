#include "base/fact.h"

#include <errno.h>

void fact_str(struct fact_str *fact, struct str value, struct str from)
{
    *fact = (struct fact_str){ FACT_KNOWN, value, from };
}

void fact_int(struct fact_int *fact, int64_t value, struct str from)
{
    *fact = (struct fact_int){ FACT_KNOWN, value, from };
}

void fact_bool(struct fact_bool *fact, bool value, struct str from)
{
    *fact = (struct fact_bool){ FACT_KNOWN, value, from };
}

enum fact_state fact_state_of_error(int error)
{
    switch (error) {
    case -ENOENT:
    case -ENOTDIR:
        return FACT_ABSENT;
    case -EACCES:
    case -EPERM:
        return FACT_DENIED;
    default:
        return FACT_UNKNOWN;
    }
}

const char *fact_state_name(enum fact_state state)
{
    static const char *const names[] = {
        [FACT_UNKNOWN] = "unknown",
        [FACT_ABSENT] = "absent",
        [FACT_DENIED] = "denied",
        [FACT_KNOWN] = "known",
    };

    return names[state];
}
