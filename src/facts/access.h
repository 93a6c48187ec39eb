/*
 * access: the doors into a machine or container, SSH and Jupyter, as somebody who wants in meets
 * them, and as the container itself keeps them. Only `gpuvet access` and `gpuvet run` fill this
 * layer; elsewhere `door` is ABSENT. No password and no token is ever a fact.
 */
#ifndef GPUVET_FACTS_ACCESS_H
#define GPUVET_FACTS_ACCESS_H

#include "facts/field.h"

struct access_facts {
    struct fact_str door;      /* "ssh", "jupyter", "container": what was asked about */
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

    struct fact_str meant; /* of a container: "ssh", "jupyter", "both"; ABSENT: it has neither */

    struct fact_bool sshd_installed, sshd_running;
    struct fact_str sshd_listen;       /* address; ABSENT: it runs, and listens nowhere */
    struct fact_int sshd_port;         /* in the container */
    struct fact_bool sshd_inside_only; /* it listens on the container's own loopback alone */
    struct fact_str sshd_published;  /* "127.0.0.1:2222" of the host; ABSENT: no port leads there */
    struct fact_str sshd_config;     /* the file that it reads */
    struct fact_str sshd_user;       /* who is to log in */
    struct fact_str sshd_account;    /* "open", "locked", "no-login" (its shell lets nobody work);
                                        ABSENT: there is no such user */
    struct fact_str sshd_refused_by; /* "PermitRootLogin no": the line that refuses the user;
                                        ABSENT: none does */
    struct fact_bool sshd_takes_keys;   /* PubkeyAuthentication */
    struct fact_str sshd_keys_file;     /* authorized_keys; ABSENT: there is none */
    struct fact_int sshd_keys;          /* keys in it */
    struct fact_str sshd_open_path;     /* what StrictModes refuses; ABSENT: nothing */
    struct fact_str sshd_open_why;      /* "mode 0777", "owner 1000" */
    struct fact_str sshd_lost_folder;   /* of the containers' PATH, that a login's lacks; ABSENT */
    struct fact_str sshd_lost_variable; /* that a login does not see: "LD_LIBRARY_PATH"; ABSENT */
    struct fact_str sshd_lost_value;    /* what it is in the container */

    struct fact_bool lab_installed, lab_running; /* Jupyter in the container */
    struct fact_str lab_listen;                  /* as of sshd */
    struct fact_int lab_port;
    struct fact_bool lab_inside_only;
    struct fact_str lab_published;
    struct fact_str lab_ip;    /* what it was told to listen on; ABSENT: its default, localhost */
    struct fact_str lab_token; /* "given", "empty" (anybody gets in), "made" (at each start) */
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
    FIELD(access, meant,
          "the doors that the container has, or was asked about: ssh, jupyter, both"),
    FIELD_IN(access, sshd, installed, "whether an SSH server is in the container"),
    FIELD_IN(access, sshd, running, "whether it runs"),
    FIELD_IN(access, sshd, listen, "address that it listens on"),
    FIELD_IN(access, sshd, port, "port that it listens on"),
    FIELD_IN(access, sshd, inside_only, "whether only the container itself reaches it"),
    FIELD_IN(access, sshd, published, "address of the host that leads to it"),
    FIELD_IN(access, sshd, config, "its configuration"),
    FIELD_IN(access, sshd, user, "who is to log in"),
    FIELD_IN(access, sshd, account, "the account is open, locked or no-login"),
    FIELD_IN(access, sshd, refused_by, "the setting that refuses the user"),
    FIELD_IN(access, sshd, takes_keys, "whether it takes keys"),
    FIELD_IN(access, sshd, keys_file, "the file with the keys that may log in"),
    FIELD_IN(access, sshd, keys, "how many keys it holds"),
    FIELD_IN(access, sshd, open_path, "a file or folder that is too open for StrictModes"),
    FIELD_IN(access, sshd, open_why, "what is wrong with it"),
    FIELD_IN(access, sshd, lost_folder, "a folder of PATH that a login does not have"),
    FIELD_IN(access, sshd, lost_variable, "a variable that a login does not have"),
    FIELD_IN(access, sshd, lost_value, "what it is in the container"),
    FIELD_IN(access, lab, installed, "whether Jupyter is in the container"),
    FIELD_IN(access, lab, running, "whether it runs"),
    FIELD_IN(access, lab, listen, "address that it listens on"),
    FIELD_IN(access, lab, port, "port that it listens on"),
    FIELD_IN(access, lab, inside_only, "whether only the container itself reaches it"),
    FIELD_IN(access, lab, published, "address of the host that leads to it"),
    FIELD_IN(access, lab, ip, "address that it was told to listen on"),
    FIELD_IN(access, lab, token, "its token is given, empty or made at each start"),
};

#endif
