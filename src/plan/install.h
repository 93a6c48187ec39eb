/* install: the commands that install a plan, as argv, for the tool that the environment suggests.
 */
#ifndef GPUVET_PLAN_INSTALL_H
#define GPUVET_PLAN_INSTALL_H

#include "diagnosis/diagnosis.h"
#include "plan/answer.h"

enum install_tool {
    INSTALL_PIP,
    INSTALL_VENV, /* pip, in a new environment beside a Python that the distribution manages */
    INSTALL_UV,
    INSTALL_UV_PROJECT,
    INSTALL_POETRY,
    INSTALL_CONDA,
    INSTALL_PIXI,
    INSTALL_TOOLS
};

struct commands {
    struct command *items;
    size_t count, room;
};

/* By what installed the torch that is there, or the environment's kind; pip where neither tells. */
enum install_tool install_suggested(const struct facts *facts);

/* "pip", "venv", "uv", "uv-project", "poetry", "conda", "pixi". */
const char *install_tool_name(enum install_tool tool);

/* INSTALL_TOOLS where no tool has that name. */
enum install_tool install_tool_named(struct str name);

/*
 * Installs plan->build, and its companions pinned. From PyPI where that has this very build and no
 * torch of the same release stands in the way (a plain version matches every local one), else from
 * the build's own index. conda-forge names a CUDA version, not a build.
 */
void install_commands(const struct problem *problem, const struct plan *plan,
                      enum install_tool tool, struct commands *ret);

/*
 * The same for a remedy: the build that fits (`facts->build`), or the installed one again, and what
 * is installed beside it, always from the build's own index, because something is to be replaced.
 * False where that build is not known.
 */
bool install_here(struct arena *arena, const struct facts *facts, enum install_tool tool,
                  bool current, struct commands *ret);

/* "https://download.pytorch.org/whl/cu126" */
struct str install_index(struct arena *arena, const struct torch_build *build);

#endif
