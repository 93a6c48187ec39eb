/*
 * login: does somebody who logs in through SSH see what the container's own processes see? Their
 * PATH, LD_LIBRARY_PATH, NVIDIA_… and CUDA_… variables come from the engine; a login's from
 * /etc/environment (where PAM reads it), ~/.ssh/environment (where sshd may), SetEnv, and the files
 * that the shell reads (https://man.openbsd.org/sshd#LOGIN_PROCESS).
 *
 * Shell files are read as text, not run: a line NAME=… sets the variable, one with $NAME in it adds
 * to it; any other expansion, and any file that could not be read, leaves the answer open. Where a
 * file sets it in several ways, each counts.
 */
#ifndef GPUVET_PROBE_LOGIN_H
#define GPUVET_PROBE_LOGIN_H

#include "probe/door.h"
#include "probe/sshd_settings.h"

/* Fills access.sshd.lost_folder, lost_variable and lost_value. */
void login_compare(struct probe_ctx *ctx, const struct door_account *account,
                   const struct sshd_settings *settings);

#endif
