/*
 * pod: what Kubernetes is asked to start, and Docker's daemon.json: two short JSON texts of
 * container engines.
 *
 * A pod is a Pod, a workload that holds a template of one (Deployment, Job, StatefulSet, DaemonSet,
 * CronJob), or a List of which the first counts, as `kubectl get -o json` prints it:
 * https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
 */
#ifndef GPUVET_FORMAT_POD_H
#define GPUVET_FORMAT_POD_H

#include "format/inspect.h"

/* `ret` has name, state ("Running", "Pending"), error (the scheduler's message), runtime
 * (runtimeClassName), image, env, privileged, request and requested. What counts is the container
 * that asks for a GPU, else the first. -EBADMSG: no pod; -E2BIG. */
int pod_read(struct arena *arena, struct str json, struct inspect *ret);

struct daemon_config {
    bool nvidia; /* a runtime of that name, or of the toolkit's program */
    bool cdi;    /* features.cdi */
    struct str default_runtime;
};
/* https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file. -EBADMSG. */
int daemon_config(struct arena *arena, struct str json, struct daemon_config *ret);

#endif
