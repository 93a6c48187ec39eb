/* machine: the system that the rest stands on, and whose eyes looked. */
#ifndef GPUVET_FACTS_MACHINE_H
#define GPUVET_FACTS_MACHINE_H

#include "facts/field.h"

/* Something of the root that was refused for what it is: too large, no regular file, a loop. */
struct refusal_facts {
    struct fact_str path, reason;
};

ROWS refusal_fields[] = {
    FIELD(refusal, path, "what was not read"),
    FIELD(refusal, reason, "why: the system's name of the error"),
};
ITEM_TYPE(refusal);

struct machine_facts {
    struct fact_str name;         /* the host's name */
    struct fact_str os;           /* ID of os-release: "debian", "ubuntu", "fedora" */
    struct fact_str os_version;   /* VERSION_ID: "12", "22.04" */
    struct fact_str os_title;     /* PRETTY_NAME */
    struct fact_str os_family;    /* "debian", "fedora", "arch", "suse", "alpine": whose packages */
    struct fact_str architecture; /* "x86_64", "aarch64" */
    struct fact_str kernel;       /* release of the running kernel */
    struct fact_str libc;         /* "glibc", "musl" */
    struct fact_str libc_version; /* "2.36" */
    struct fact_str glibcxx;      /* newest symbol version of libstdc++.so.6: "3.4.30" */
    struct fact_int cpu_level;    /* of x86-64: 1 to 4 */
    struct fact_str hypervisor;   /* "kvm", "vmware", "hyperv", "xen"; ABSENT on bare metal */
    struct fact_bool virtual_guest; /* runs under a hypervisor */
    struct fact_bool secure_boot;
    struct fact_int wsl;            /* 0 none, 1 or 2 */
    struct fact_bool jetson;        /* a Tegra board */
    struct fact_str jetson_release; /* L4T: "36.4.0" */
    struct fact_int uid;            /* whose eyes looked */
    struct fact_str user;
    /* looked at only for a policy */
    struct fact_str sshd_root_login; /* PermitRootLogin of sshd_config; ABSENT: there is none */
    struct fact_str profile_devices; /* CUDA_VISIBLE_DEVICES, as a profile sets it for every shell;
                                        its origin has the line; ABSENT: none does */
    struct fact_list refusals;
};

ROWS machine_fields[] = {
    FIELD(machine, name, "name of the host"),
    FIELD(machine, os, "distribution, the ID of os-release"),
    FIELD(machine, os_version, "its version, the VERSION_ID of os-release"),
    FIELD(machine, os_title, "its full name"),
    FIELD(machine, os_family, "the distribution whose packages it takes"),
    FIELD(machine, architecture, "of the system: x86_64, aarch64"),
    FIELD(machine, kernel, "release of the running kernel"),
    FIELD(machine, libc, "the C library: glibc or musl"),
    FIELD(machine, libc_version, "version of the C library"),
    FIELD(machine, glibcxx, "newest GLIBCXX version of the system's libstdc++"),
    FIELD(machine, cpu_level, "x86-64 level of the processor, 1 to 4"),
    FIELD(machine, hypervisor, "hypervisor, where this is a virtual machine"),
    FIELD(machine, virtual_guest, "whether this is a virtual machine"),
    FIELD(machine, secure_boot, "whether Secure Boot is on"),
    FIELD(machine, wsl, "Windows Subsystem for Linux: 0 (no), 1 or 2"),
    FIELD(machine, jetson, "whether this is a Jetson board"),
    FIELD(machine, jetson_release, "release of Jetson Linux"),
    FIELD(machine, uid, "user id that looked"),
    FIELD(machine, user, "name of that user"),
    FIELD(machine, sshd_root_login, "PermitRootLogin of the SSH server"),
    FIELD(machine, profile_devices, "CUDA_VISIBLE_DEVICES, as a profile sets it"),
    FIELD_ITEMS(machine, refusals, refusal, "what was refused for what it is"),
};

#endif
