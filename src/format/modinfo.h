/*
 * modinfo: what a kernel module says of itself.
 *
 * Its ELF section .modinfo holds "key=value" texts, each ended by NULs; behind the ELF file a
 * signature may follow. Layout of the latter: include/linux/module_signature.h of Linux
 * (https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/include/linux/module_signature.h).
 * Views point into the bytes given. A module that is compressed must be unpacked first.
 */
#ifndef GPUVET_FORMAT_MODINFO_H
#define GPUVET_FORMAT_MODINFO_H

#include "base/str.h"

/* As many last bytes of the file as modinfo_signature() needs. */
#define MODINFO_TAIL 40

/* Takes the next "key=value" off *rest, the section at first. False at the end. */
bool modinfo_next(struct str *rest, struct str *ret_key, struct str *ret_value);

/* Empty where the module does not say. */
struct modinfo {
    struct str name;     /* "nvidia" */
    struct str version;  /* "535.183.01" */
    struct str license;  /* "NVIDIA", "Dual MIT/GPL" of the open one */
    struct str vermagic; /* "6.1.0-18-amd64 SMP preempt mod_unload modversions " */
    struct str kernel;   /* its first word: the release that it was built for */
    struct str source_version;
    struct str depends; /* "drm,i2c-core" */
};

struct modinfo modinfo_parse(struct str section);

enum module_signature_kind {
    MODULE_PGP,
    MODULE_X509,
    MODULE_PKCS7, /* the only one that kernels since 4.x write */
};

struct module_signature {
    unsigned kind; /* enum module_signature_kind, or another value */
    uint32_t size; /* of the signature proper, in bytes */
};

/*
 * The signature, from the last bytes of the file (MODINFO_TAIL or more). -ENOENT: not signed.
 * -ENODATA: the tail is too short to say more. That a key signed it, and whose, is not checked.
 */
int modinfo_signature(struct str tail, struct module_signature *ret);

#endif
