/*
 * ssh_log: what OpenSSH's client says of a login, from `ssh -v` (its words are those of the
 * sources: https://github.com/openssh/openssh-portable, sshconnect.c, sshconnect2.c, clientloop.c),
 * and what `ssh -G` makes of a host. Other clients leave everything unset.
 */
#ifndef GPUVET_FORMAT_SSH_LOG_H
#define GPUVET_FORMAT_SSH_LOG_H

#include "base/str.h"

enum ssh_host_key {
    SSH_HOST_KEY_UNSEEN, /* it did not come so far */
    SSH_HOST_KEY_KNOWN,
    SSH_HOST_KEY_CHANGED,
    SSH_HOST_KEY_UNKNOWN, /* none is known for the host */
    SSH_HOST_KEY_REVOKED,
};

/* Views into the text; empty where it does not say. */
struct ssh_log {
    bool authenticated, denied, too_many;
    bool
        turned_away; /* a key was taken and proved to be ours, and the login refused all the same */
    enum ssh_host_key host_key;
    struct str fingerprint; /* "SHA256:…" of the key that the host has */
    struct str known_hosts; /* the file with the other key, */
    uint64_t known_line;    /* and its line */
    struct str known_name;  /* the name that is looked up there: "[127.0.0.1]:2222" */
    unsigned keys;          /* that were offered */
    struct str methods;     /* what the server takes: "publickey,password" */
    struct str taken_key;   /* a key that the server takes, once it is proved to be ours */
    struct str bad_key;     /* a private key whose mode is too open */
    struct str message;     /* the last line that is no debugging line */
};

struct ssh_log ssh_log_parse(struct str text);

/* The value of a key of `ssh -G` ("hostname"); its first, where it has several. */
struct str ssh_config_value(struct str text, const char *key);

#endif
