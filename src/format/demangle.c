#include "format/demangle.h"

#include "base/buf.h"

#define LIBIBERTY_H /* what it includes beside this names alloca(), which banned.h refuses */
#include <libiberty/ansidecl.h>
#include <libiberty/demangle.h>
#include <setjmp.h>

struct output {
    struct buf name;
    jmp_buf enough;
};

/* The demangler cannot be told to stop; it holds no memory but its stack, so it can be left. */
static void add(const char *text, size_t len, void *ctx)
{
    struct output *output = ctx;

    buf_add(&output->name, (struct str){ text, len });
    if (output->name.full)
        longjmp(output->enough, 1);
}

struct str demangle(struct arena *arena, struct str symbol, enum demangle_detail detail)
{
    struct output output = { .name = buf_new(arena, DEMANGLE_NAME) };
    int options = detail == DEMANGLE_PARAMETERS ? DMGL_PARAMS | DMGL_ANSI : DMGL_NO_OPTS;

    if (!str_starts(symbol, STR("_Z")) || symbol.len > DEMANGLE_SYMBOL)
        return symbol;
    if (setjmp(output.enough) != 0 ||
        !cplus_demangle_v3_callback(arena_copy(arena, symbol).data, options, add, &output))
        return symbol;
    return buf_str(&output.name);
}
