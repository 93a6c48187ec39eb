/*
 * access: can somebody get in? Knocks at a door as its user would, and fills facts.access.
 *
 * Nothing is changed on either side: no host key is learned, no password is asked for, no kernel is
 * started unless that is wished. Every wait has an end. Tokens go to the server alone, never into a
 * fact; what they are is known only to the caller's command line and environment, and to this
 * folder while it asks.
 */
#ifndef GPUVET_ACCESS_ACCESS_H
#define GPUVET_ACCESS_ACCESS_H

#include "facts/access.h"
#include "root/root.h"

/* Who knocks, and where what was met is written down. */
struct knocker {
    struct arena *arena;
    struct root *root;              /* this machine */
    const char *const *environment; /* the user's own, NULL-terminated */
    struct access_facts *facts;
};

/* The value of a variable in the knocker's environment; empty where it is not set. */
struct str knocker_variable(const struct knocker *knocker, const char *name);

/*
 * SSH. The user's own client says what ~/.ssh/config makes of the target, and logs in with it.
 * -EINVAL: no target ("[USER@]HOST[:PORT]", HOST in brackets where it is an IPv6 address with a
 * port).
 */
struct ssh_target {
    struct str user, host; /* user empty: as the client decides */
    uint16_t port;         /* 0: as the client decides */
};
int ssh_target_parse(struct str text, struct ssh_target *ret);
void access_ssh(const struct knocker *knocker, const struct ssh_target *target);

/*
 * Jupyter Server, also behind JupyterHub or a proxy's path. The token stands in the address
 * ("?token=…"), or in JUPYTER_TOKEN. -EINVAL: no address of http or https.
 */
struct jupyter_target {
    bool tls;
    struct str host, path, token; /* path: "" or "/user/me", without a slash at its end */
    uint16_t port;
};
int jupyter_target_parse(struct arena *arena, struct str text, struct jupyter_target *ret);
void access_jupyter(const struct knocker *knocker, const struct jupyter_target *target,
                    bool start_kernel);

#endif
