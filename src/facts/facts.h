/*
 * facts: everything that can be known of one subject (a machine with its Python environment, a
 * process, an image, a pasted text), layer by layer.
 *
 * Whoever fills facts owns the bytes behind them: in practice the run's arena. Zero-initialised,
 * all facts are unknown.
 */
#ifndef GPUVET_FACTS_FACTS_H
#define GPUVET_FACTS_FACTS_H

#include "base/json.h"
#include "facts/access.h"
#include "facts/build.h"
#include "facts/container.h"
#include "facts/cuda.h"
#include "facts/driver.h"
#include "facts/engines.h"
#include "facts/extensions.h"
#include "facts/hardware.h"
#include "facts/kernel_log.h"
#include "facts/loader.h"
#include "facts/lock.h"
#include "facts/machine.h"
#include "facts/nvml.h"
#include "facts/process.h"
#include "facts/recipe.h"
#include "facts/runtime.h"
#include "facts/start.h"
#include "facts/symptom.h"
#include "facts/toolkit.h"
#include "facts/torch.h"
#include "facts/verify.h"

struct facts {
    struct machine_facts machine;
    struct hardware_facts hardware;
    struct driver_facts driver;
    struct nvml_facts nvml;
    struct cuda_facts cuda;
    struct runtime_facts runtime;
    struct cudnn_facts cudnn;
    struct torch_facts torch;
    struct loader_facts loader;
    struct extensions_facts extensions;
    struct toolkit_facts toolkit;
    struct process_facts process;
    struct container_facts container;
    struct engines_facts engines;
    struct kernel_log_facts kernel_log;
    struct symptom_facts symptom;
    struct recipe_facts recipe;
    struct build_facts build;
    struct verify_facts verify;
    struct access_facts access;
    struct lock_facts lock;
    struct start_facts start;
};

/* One layer: its name, its rows, and where it lies in struct facts. */
struct layer {
    const char *name;
    const struct field *fields;
    size_t field_count;
    size_t offset;
};

extern const struct layer facts_layers[];
extern const size_t facts_layer_count;

/* A fact of any kind, found by name: what rules and texts read. */
struct fact_ref {
    enum field_kind kind;
    const void *fact; /* struct fact_str, fact_int, fact_bool or fact_list */
    const struct field *field;
};

/*
 * Finds "layer.name" (a name may hold a dot: "torch.predicted.is_available"), "layer.list.N" has no
 * fact, "layer.list.N.name" has. -ENOENT: there is no such row; -ENODATA: the list has no item N.
 */
int facts_find(const struct facts *facts, struct str name, struct fact_ref *ret);

/* State, origin, and value as text ("true", "8") of a fact that is no list. */
enum fact_state fact_ref_state(const struct fact_ref *ref);
struct str fact_ref_from(const struct fact_ref *ref);
struct str fact_ref_text(struct arena *arena, const struct fact_ref *ref);

/* Writes the facts as the value of `key`, in the promised form. Unknown facts are left out of
 * layers and kept in items of lists. */
void facts_write(struct json *json, const char *key, const struct facts *facts);

/*
 * Reads facts back: a facts object, or a whole report that holds one. Rows that this version does
 * not know are ignored. -EBADMSG: no JSON, or none that holds facts; *ret_why then says where.
 */
int facts_read(struct arena *arena, struct str json, struct facts *ret, struct str *ret_why);

#endif
