/*
 * pod: what Kubernetes is asked to start, as YAML or JSON, and Docker's daemon.json.
 *
 * A pod is a Pod, or a workload that holds a template of one (Deployment, Job, StatefulSet,
 * DaemonSet, CronJob): https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/. A file may
 * hold several, as documents of YAML and as a List, as `kubectl get -o json` prints it; what is
 * none (a Service, a ConfigMap) is passed over.
 */
#ifndef GPUVET_FORMAT_POD_H
#define GPUVET_FORMAT_POD_H

#include "format/inspect.h"
#include "format/yaml.h"

/*
 * `ret` has name, state ("Running", "Pending"), error (the scheduler's message), runtime
 * (runtimeClassName), image, env, privileged, request and requested. What counts is the first pod
 * that asks for a GPU, else the first, and in it the container that asks, that is privileged, or
 * the first.
 *
 * -EBADMSG: no pod; -E2BIG. *ret_error: where, and what is wrong; line 0: nothing was wrong in one
 * line.
 */
int pod_read(struct arena *arena, struct str text, struct inspect *ret,
             struct yaml_error *ret_error);

struct daemon_config {
    bool nvidia; /* a runtime of that name, or of the toolkit's program */
    bool cdi;    /* features.cdi */
    struct str default_runtime;
};
/* https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file. -EBADMSG. */
int daemon_config(struct arena *arena, struct str json, struct daemon_config *ret);

#endif
