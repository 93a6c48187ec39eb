#include "each.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct job {
    void (*work)(void *context, int gpu);
    void *context;
    int gpu;
    bool has_thread;
    pthread_t thread;
};

static void *run(void *argument)
{
    struct job *job = argument;

    job->work(job->context, job->gpu);
    return NULL;
}

void each_gpu(int count, void (*work)(void *context, int gpu), void *context)
{
    struct job jobs[GPUS_MAX];

    if (count > GPUS_MAX)
        count = GPUS_MAX;
    for (int gpu = 0; gpu < count; gpu++) {
        struct job *job = &jobs[gpu];

        *job = (struct job){ .work = work, .context = context, .gpu = gpu };
        job->has_thread = gpu < count - 1 && pthread_create(&job->thread, NULL, run, job) == 0;
        if (!job->has_thread)
            (void) run(job);
    }
    for (int gpu = 0; gpu < count; gpu++)
        if (jobs[gpu].has_thread)
            (void) pthread_join(jobs[gpu].thread, NULL);
}
