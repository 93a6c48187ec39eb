/*
 * pth: how sys.path grows, shared by search_path.c (folders) and pth.c (.pth files in them).
 */
#ifndef GPUVET_PROBE_PTH_H
#define GPUVET_PROBE_PTH_H

#include "probe/python.h"

#define SITE_LIMIT 256   /* entries of sys.path */
#define SITE_NAMES 65536 /* names in one folder */

/* Adds a folder at the end, once, and lists it. */
void search_path_add(struct probe_ctx *ctx, struct str path, const char *origin);

/* Says that entries may be missing here, because `at` could not be looked at. */
void search_path_gap(struct probe_ctx *ctx, struct str at, int error);

/*
 * Does what the .pth files among a folder's names do, in byte order: adds the existing folders that
 * their lines name. A line of code is passed over where it is known to add no folder; else
 * torch.search_path_code names the first such file.
 */
void pth_files(struct probe_ctx *ctx, struct str folder, struct names names);

/* What the finders of editable installs add, which Python asks after all folders. */
void pth_finders(struct probe_ctx *ctx);

#endif
