/*
 * tree: a root in memory. Fixtures are trees; what is read of them costs no system call, and their
 * nodes may be what a plain folder cannot hold: devices, other users' files, files that may not be
 * read.
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

/* Every look at this path gives `error` (a negative errno): opening, listing, reading a link. */
void tree_refuse(struct tree *tree, struct str path, int error);

/* Takes the node away, and everything below it. */
void tree_remove(struct tree *tree, struct str path);

struct root *tree_root(struct tree *tree);

#endif
