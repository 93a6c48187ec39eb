/*
 * tree: a root in memory. Fixtures and images are trees; their nodes may be what a plain folder
 * cannot hold: devices, other users' files, files that may not be read. Only the names need to be
 * in memory: a file's bytes may come from elsewhere when they are asked for.
 */
#ifndef GPUVET_ROOT_TREE_H
#define GPUVET_ROOT_TREE_H

#include "root/root.h"

struct tree;

struct tree *tree_new(struct arena *arena);

/* Whose eyes look: decides what may be opened. Root (0) by default. */
void tree_user(struct tree *tree, uint32_t uid, const uint32_t *gids, size_t count);

/*
 * Adds a node, and the folders above it; a node at the same path is replaced. `content` is a file's
 * bytes or a link's target, and must live as long as the tree.
 */
void tree_add(struct tree *tree, struct str path, struct node node, struct str content);

/*
 * The same for a file whose bytes are asked for when they are read: `read` gets the number that was
 * given here, and answers as root_file_read() does. node.size must be true.
 */
struct tree_source {
    int (*read)(void *self, uint32_t number, uint64_t offset, void *buffer, size_t size);
    void *self;
};
void tree_sources(struct tree *tree, struct tree_source source);
void tree_add_later(struct tree *tree, struct str path, struct node node, uint32_t number);

/* A second name for the file at `old`, as a hard link is. -ENOENT: there is no file there. */
int tree_add_again(struct tree *tree, struct str path, struct str old);

/* Every look at this path gives `error` (a negative errno): opening, listing, reading a link. */
void tree_refuse(struct tree *tree, struct str path, int error);

/* Takes the node away, and everything below it; or only what is below it. */
void tree_remove(struct tree *tree, struct str path);
void tree_empty(struct tree *tree, struct str path);

/* How many nodes there are or have been. */
size_t tree_count(const struct tree *tree);

struct root *tree_root(struct tree *tree);

#endif
