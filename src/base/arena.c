#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most runs need well under a chunk; whatever is larger gets one of its own. */
#define CHUNK_SIZE (1024u * 1024u)

struct chunk {
    struct chunk *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct chunk *chunks; /* the newest first: only it is filled */
    size_t used;
    void (*out_of_memory)(void);
};

struct arena *arena_new(void (*out_of_memory)(void))
{
    struct arena *arena = calloc(1, sizeof(*arena));

    if (!arena) {
        out_of_memory();
        abort();
    }
    arena->out_of_memory = out_of_memory;
    return arena;
}

struct arena *arena_new_like(const struct arena *arena)
{
    return arena_new(arena->out_of_memory);
}

void arena_free(struct arena *arena)
{
    struct chunk *chunk, *next;

    if (!arena)
        return;
    for (chunk = arena->chunks; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

void arena_free_at(struct arena **arena)
{
    arena_free(*arena);
}

static struct chunk *add_chunk(struct arena *arena, size_t size)
{
    size_t room = size > CHUNK_SIZE / 4 ? size : CHUNK_SIZE;
    struct chunk *chunk = NULL;

    if (room <= SIZE_MAX - sizeof(*chunk))
        chunk = calloc(1, sizeof(*chunk) + room);
    if (!chunk) {
        arena->out_of_memory();
        abort();
    }
    chunk->size = room;
    if (arena->chunks && room != CHUNK_SIZE) { /* keep filling the current one afterwards */
        chunk->next = arena->chunks->next;
        arena->chunks->next = chunk;
    } else {
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct chunk *chunk = arena->chunks;
    size_t rounded = size > SIZE_MAX - align ? SIZE_MAX : (size + align - 1) / align * align;
    void *piece;

    if (!chunk || chunk->size - chunk->used < rounded)
        chunk = add_chunk(arena, rounded);
    piece = chunk->bytes + chunk->used;
    chunk->used += rounded;
    arena->used += rounded;
    return piece;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        total = SIZE_MAX;
    return arena_alloc(arena, total);
}

struct str arena_copy(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);

    if (s.len)
        memcpy(copy, s.data, s.len);
    return (struct str){ copy, s.len };
}

struct str arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    char head[1]; /* the first pass only measures */
    va_list again;
    int len;
    char *text;

    va_copy(again, args);
    len = vsnprintf(head, sizeof(head), format, again);
    va_end(again);
    if (len < 0)
        len = 0;
    text = arena_alloc(arena, (size_t) len + 1);
    (void) vsnprintf(text, (size_t) len + 1, format, args);
    return (struct str){ text, (size_t) len };
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    struct str text;
    va_list args;

    va_start(args, format);
    text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

struct str arena_join(struct arena *arena, struct str directory, struct str name)
{
    char *path;
    size_t at = 0;

    path = arena_alloc(arena, directory.len + name.len + 2);
    if (directory.len) {
        memcpy(path, directory.data, directory.len);
        at = directory.len;
        if (path[at - 1] != '/')
            path[at++] = '/';
    }
    if (name.len)
        memcpy(path + at, name.data, name.len);
    return (struct str){ path, at + name.len };
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

void *list_room(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    void *grown;

    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 8;
    grown = arena_array(arena, *room, size);
    if (count)
        memcpy(grown, items, count * size);
    return grown;
}
