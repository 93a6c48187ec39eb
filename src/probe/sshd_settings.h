/*
 * sshd_settings: what sshd's configuration says for one user, as sshd reads it: the first value
 * counts, that of a Match block over that of the global part; Include stands for the files that it
 * names; AllowUsers and its siblings, Port and ListenAddress add up
 * (https://man.openbsd.org/sshd_config).
 *
 * Of Match, the criteria User and All are judged. What else may hold or not (Group, Host, Address,
 * LocalPort, Exec): a setting that such a block gives is `unsure`, for nobody logs in here.
 */
#ifndef GPUVET_PROBE_SSHD_SETTINGS_H
#define GPUVET_PROBE_SSHD_SETTINGS_H

#include "probe/look.h"

struct sshd_setting {
    struct str value; /* its words with blanks between them; empty: not set */
    struct str from;  /* "etc/ssh/sshd_config:12" */
    bool matched;     /* by a Match block that holds */
    bool unsure;      /* a block that may hold gives it, too */
};

enum sshd_keyword {
    SSHD_PERMIT_ROOT,
    SSHD_PUBKEY,
    SSHD_STRICT,
    SSHD_KEYS_FILE,
    SSHD_PAM,
    SSHD_USER_ENVIRONMENT,
    SSHD_SET_ENV,
    SSHD_DENY_USERS,
    SSHD_ALLOW_USERS,
    SSHD_DENY_GROUPS,
    SSHD_ALLOW_GROUPS,
    SSHD_KEYWORDS,
};

struct sshd_settings {
    struct sshd_setting items[SSHD_KEYWORDS];
    struct doubt doubt; /* a file of it could not be read */
};

/* The name of a keyword, as it is written in the configuration. */
const char *sshd_keyword_name(enum sshd_keyword keyword);

/* A file that is not there leaves everything unset, and is a doubt of -ENOENT no more than to sshd:
 * the caller says whether there must be one. */
void sshd_settings_read(struct probe_ctx *ctx, struct str path, struct str user,
                        struct sshd_settings *ret);

#endif
