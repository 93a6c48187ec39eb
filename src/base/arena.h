/*
 * arena: memory that is given out piece by piece and taken back all at once.
 *
 * One arena lives as long as one run; a probe may have one of its own for scratch. Pieces are never
 * freed alone. arena_alloc() never returns NULL: where the system has no memory left, the hook
 * given to arena_new() is called and must not return.
 */
#ifndef GPUVET_BASE_ARENA_H
#define GPUVET_BASE_ARENA_H

#include "base/str.h"

#include <stdarg.h>

struct arena;

/* `out_of_memory` ends the program (or the child); main sets it. */
struct arena *arena_new(void (*out_of_memory)(void));
void arena_free(struct arena *arena);

/* Another one with the same hook, for scratch. */
struct arena *arena_new_like(const struct arena *arena);

/* For AUTO_ARENA: frees what the variable points at. */
void arena_free_at(struct arena **arena);
#define AUTO_ARENA __attribute__((cleanup(arena_free_at))) struct arena

/* Zeroed, aligned for every type. A size of 0 gives a pointer that must not be read through. */
void *arena_alloc(struct arena *arena, size_t size);

/* Room for `count` objects of `size` bytes; a product over the address space is out of memory. */
void *arena_array(struct arena *arena, size_t count, size_t size);

#define ARENA_NEW(arena, type) ((type *) arena_alloc((arena), sizeof(type)))

/* Copies end in a NUL that the view does not count, so `.data` is also a C string. */
struct str arena_copy(struct arena *arena, struct str s);
__attribute__((format(printf, 2, 3))) struct str arena_printf(struct arena *arena,
                                                              const char *format, ...);
__attribute__((format(printf, 2, 0))) struct str arena_vprintf(struct arena *arena,
                                                               const char *format, va_list args);

/* "a" and "b/c" give "a/b/c"; an empty first part gives the second. */
struct str arena_join(struct arena *arena, struct str directory, struct str name);

/* Bytes handed out so far: for tests and -v. */
size_t arena_used(const struct arena *arena);

/*
 * A growing array of one type, its items in the arena:
 *     LIST(struct gpu) gpus = { 0 };
 *     struct gpu *gpu = LIST_ADD(arena, &gpus);        (zeroed)
 * An item's address is good until the next LIST_ADD.
 */
#define LIST(type) \
    struct { \
        type *items; \
        size_t count, room; \
    }
#define LIST_ADD(arena, list) \
    ((list)->items = \
         list_room((arena), (list)->items, (list)->count, &(list)->room, sizeof(*(list)->items)), \
     &(list)->items[(list)->count++])
void *list_room(struct arena *arena, void *items, size_t count, size_t *room, size_t size);

#endif
