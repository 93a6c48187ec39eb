/* kernel_log: what the kernel said of the GPU since it started. */
#ifndef GPUVET_FACTS_KERNEL_LOG_H
#define GPUVET_FACTS_KERNEL_LOG_H

#include "facts/field.h"

struct event_facts {
    struct fact_str kind;    /* "xid", "sxid", "fallen-off", "init-failed", "key-refused",
                                "unsupported", "api-mismatch", "nouveau", "other" */
    struct fact_int code;    /* of a Xid or SXid */
    struct fact_str address; /* the GPU's PCI address */
    struct fact_str text;    /* the line */
};

ROWS event_fields[] = {
    FIELD(event, kind, "what it reports"),
    FIELD(event, code, "number of a Xid or SXid"),
    FIELD(event, address, "PCI address of the GPU"),
    FIELD(event, text, "the line"),
};
ITEM_TYPE(event);

struct kernel_log_facts {
    struct fact_list events;   /* DENIED where only root may read the log */
    struct fact_int fatal_xid; /* the newest Xid that says that the GPU has failed; ABSENT: none */
    struct fact_bool key_refused; /* Secure Boot refused the module */
    struct fact_bool init_failed; /* RmInitAdapter failed */
    struct fact_bool unsupported; /* the module said that it does not support the GPU */
};

ROWS kernel_log_fields[] = {
    FIELD_ITEMS(kernel_log, events, event, "lines about the GPU"),
    FIELD(kernel_log, fatal_xid, "newest Xid that says that a GPU has failed"),
    FIELD(kernel_log, key_refused, "whether the kernel refused the module's signature"),
    FIELD(kernel_log, init_failed, "whether a GPU could not be initialised"),
    FIELD(kernel_log, unsupported, "whether the module said that it does not support the GPU"),
};

#endif
