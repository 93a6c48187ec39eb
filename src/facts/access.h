/*
 * access: the doors into a machine or container, SSH and Jupyter, as somebody who wants in meets
 * them. Only `gpuvet access` fills this layer; elsewhere `door` is ABSENT. No password and no token
 * is ever a fact.
 */
#ifndef GPUVET_FACTS_ACCESS_H
#define GPUVET_FACTS_ACCESS_H

#include "facts/field.h"

struct access_facts {
    struct fact_str door;      /* "ssh", "jupyter": what was asked about */
    struct fact_str host;      /* name or address that is connected to */
    struct fact_int port;      /* of TCP, 1 to 65535 */
    struct fact_str address;   /* what the name stands for; ABSENT: nobody knows the name */
    struct fact_str connect;   /* "open", "refused", "timed-out", "unreachable"; ABSENT: through
                                  others   (a jump host) */
    struct fact_str error;     /* why it is not open, in the system's words */
    struct fact_bool loopback; /* the address is this machine's own */

    struct fact_str ssh_client; /* path of the user's ssh; ABSENT: there is none */
    struct fact_str ssh_user;
    struct fact_str ssh_through;  /* ProxyJump or ProxyCommand; ABSENT: directly */
    struct fact_str ssh_greeting; /* "ssh", "other" (another protocol), "closed", "silent" */
    struct fact_str ssh_banner;   /* "SSH-2.0-OpenSSH_9.2p1"; of another protocol its first line */
    struct fact_str ssh_host_key; /* "known", "changed", "unknown", "revoked" */
    struct fact_str ssh_known_hosts; /* the file that has the other key */
    struct fact_int ssh_known_line;  /* and its line */
    struct fact_str ssh_known_name;  /* the name that ssh looks up there */
    struct fact_str ssh_fingerprint; /* of the key that the server has: "SHA256:…" */
    struct fact_str ssh_login;   /* "accepted", "denied", "shell" (let in, and the account's shell
                                    or command ended it), "closed" */
    struct fact_int ssh_keys;    /* keys that were offered */
    struct fact_str ssh_methods; /* what the server still takes: "publickey,password" */
    struct fact_str
        ssh_taken_key; /* that the server takes; whether ssh can use it is another matter */
    struct fact_bool ssh_turned_away; /* a key was taken, and the login refused all the same */
    struct fact_str ssh_bad_key;   /* a private key that ssh refuses to use: its mode is too open */
    struct fact_bool ssh_too_many; /* the server gave up after too many keys */
    struct fact_str ssh_message;   /* the words that decided */

    struct fact_str jupyter_url; /* without token and password */
    struct fact_bool jupyter_token_given;
    struct fact_str jupyter_curl;     /* path, where https needs it; ABSENT: there is none */
    struct fact_str jupyter_error;    /* why there was no answer in HTTP, in curl's or our words */
    struct fact_int jupyter_status;   /* HTTP status of /api */
    struct fact_str jupyter_version;  /* of the server; ABSENT: this is no Jupyter */
    struct fact_str jupyter_redirect; /* where /api sends us; ABSENT: nowhere */
    struct fact_int jupyter_status_code; /* HTTP status of /api/status with the token */
    struct fact_str jupyter_login;       /* "accepted", "denied" */
    struct fact_int jupyter_kernels;
    struct fact_bool jupyter_started;  /* a kernel was started for the test */
    struct fact_str jupyter_websocket; /* "open", "refused", "plain" (answered as if no upgrade was
                                          asked for: a proxy dropped it); ABSENT: no kernel */
    struct fact_int jupyter_websocket_status; /* HTTP status of the upgrade */
    struct fact_str jupyter_proxy;            /* what calls itself the server in the answer */
};

ROWS access_fields[] = {
    FIELD(access, door, "what was asked about: ssh, jupyter"),
    FIELD(access, host, "name or address that is connected to"),
    FIELD(access, port, "its port"),
    FIELD(access, address, "address of that name"),
    FIELD(access, connect, "open, refused, timed-out or unreachable"),
    FIELD(access, error, "why the connection failed"),
    FIELD(access, loopback, "whether the address is this machine's own"),
    FIELD_IN(access, ssh, client, "the user's ssh"),
    FIELD_IN(access, ssh, user, "who logs in"),
    FIELD_IN(access, ssh, through, "the jump host or proxy command"),
    FIELD_IN(access, ssh, greeting, "what speaks first: ssh, other, closed, silent"),
    FIELD_IN(access, ssh, banner, "its first line"),
    FIELD_IN(access, ssh, host_key, "the host's key is known, changed, unknown or revoked"),
    FIELD_IN(access, ssh, known_hosts, "the file that has the other key"),
    FIELD_IN(access, ssh, known_line, "line of that key"),
    FIELD_IN(access, ssh, known_name, "name under which it is known"),
    FIELD_IN(access, ssh, fingerprint, "fingerprint of the key that the server has"),
    FIELD_IN(access, ssh, login, "accepted, denied, shell or closed"),
    FIELD_IN(access, ssh, keys, "keys that were offered"),
    FIELD_IN(access, ssh, methods, "what the server takes"),
    FIELD_IN(access, ssh, taken_key, "a key that the server takes"),
    FIELD_IN(access, ssh, turned_away, "whether the login was refused though a key was taken"),
    FIELD_IN(access, ssh, bad_key, "a private key that others may read"),
    FIELD_IN(access, ssh, too_many, "whether too many keys were offered"),
    FIELD_IN(access, ssh, message, "the words of ssh that decided"),
    FIELD_IN(access, jupyter, url, "address of the server, without its token"),
    FIELD_IN(access, jupyter, token_given, "whether a token was given"),
    FIELD_IN(access, jupyter, curl, "the curl that speaks https"),
    FIELD_IN(access, jupyter, error, "why there was no answer"),
    FIELD_IN(access, jupyter, status, "HTTP status of /api"),
    FIELD_IN(access, jupyter, version, "version of the server"),
    FIELD_IN(access, jupyter, redirect, "where /api sends to"),
    FIELD_IN(access, jupyter, status_code, "HTTP status of /api/status"),
    FIELD_IN(access, jupyter, login, "accepted or denied"),
    FIELD_IN(access, jupyter, kernels, "kernels that run"),
    FIELD_IN(access, jupyter, started, "whether a kernel was started for the test"),
    FIELD_IN(access, jupyter, websocket, "open, refused or plain"),
    FIELD_IN(access, jupyter, websocket_status, "HTTP status of the upgrade"),
    FIELD_IN(access, jupyter, proxy, "what calls itself the server"),
};

#endif
