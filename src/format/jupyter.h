/*
 * jupyter: the JSON of Jupyter Server's REST API
 * (https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html).
 */
#ifndef GPUVET_FORMAT_JUPYTER_H
#define GPUVET_FORMAT_JUPYTER_H

#include "base/arena.h"

/* GET /api: "2.14.0"; empty where this is something else. */
struct str jupyter_version(struct arena *arena, struct str json);

/* GET /api/kernels: how many run, and the identifier of the first. -EBADMSG: no such list. */
int jupyter_kernels(struct arena *arena, struct str json, size_t *ret_count, struct str *ret_first);

/* POST /api/kernels: the identifier of the new kernel. -EBADMSG. */
int jupyter_kernel(struct arena *arena, struct str json, struct str *ret_id);

#endif
