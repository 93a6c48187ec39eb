#include "base/work.h"

#include "base/clock.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define TICK_MS 200
#define REAP_MS 50 /* for killed workers to be gone; one that no kill interrupts is left behind */

/* Lies in memory that all workers share. */
struct work_share {
    atomic_size_t next;
    atomic_ullong units;
    atomic_size_t done;
    size_t output_size;
    char *outputs; /* behind the results */
    atomic_int results[];
};

struct crew {
    const struct work *work;
    struct work_share *share;
    pid_t pids[WORK_WORKERS];
    unsigned count;
    int alive; /* its other end is open as long as any worker lives */
};

void work_advance(struct work_share *share, uint64_t units)
{
    atomic_fetch_add(&share->units, units);
}

void *work_output(struct work_share *share, size_t task)
{
    return share->outputs + task * share->output_size;
}

unsigned work_processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

    return count < 1 ? 1 : count > WORK_WORKERS ? WORK_WORKERS : (unsigned) count;
}

/* --- in a worker --------------------------------------------------------------------------- */

_Noreturn static void labour(const struct crew *crew, pid_t parent)
{
    struct work_share *share = crew->share;
    size_t task;

    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127); /* it died before we asked to die with it */
    while ((task = atomic_fetch_add(&share->next, 1)) < crew->work->count) {
        atomic_store(&share->results[task], crew->work->run(crew->work->context, task, share));
        atomic_fetch_add(&share->done, 1);
    }
    _exit(0);
}

/* --- in the parent ------------------------------------------------------------------------- */

static int start(struct crew *crew)
{
    unsigned wanted = crew->work->workers ? crew->work->workers : work_processors();
    pid_t parent = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    for (; crew->count < wanted && crew->count < WORK_WORKERS; crew->count++) {
        pid_t pid = fork();

        if (pid == 0) {
            (void) close(ends[0]);
            labour(crew, parent);
        }
        if (pid < 0) /* fewer will do */
            break;
        crew->pids[crew->count] = pid;
    }
    (void) close(ends[1]);
    crew->alive = ends[0];
    return 0;
}

static bool all_ended(const struct crew *crew, int wait_ms)
{
    struct pollfd ready = { .fd = crew->alive, .events = POLLIN };

    return poll(&ready, 1, wait_ms) > 0;
}

static void watch(struct crew *crew)
{
    const struct work *work = crew->work;
    uint64_t seen = 0;
    int64_t moved_us = clock_us();

    while (!all_ended(crew, TICK_MS)) {
        uint64_t units = atomic_load(&crew->share->units);
        uint64_t headway = units + atomic_load(&crew->share->done);

        if (work->tick)
            work->tick(work->tick_context, units);
        if (headway != seen)
            moved_us = clock_us();
        else if (clock_us() - moved_us > (work->stall_us ? work->stall_us : WORK_STALL_US))
            return;
        seen = headway;
    }
}

static void reap(struct crew *crew)
{
    bool ended = all_ended(crew, 0);

    for (unsigned i = 0; i < crew->count && !ended; i++)
        (void) kill(crew->pids[i], SIGKILL);
    ended = ended || all_ended(crew, REAP_MS);
    for (unsigned i = 0; i < crew->count; i++)
        while (waitpid(crew->pids[i], NULL, ended ? 0 : WNOHANG) < 0 && errno == EINTR)
            ;
    (void) close(crew->alive);
}

const int *work_run(struct arena *arena, const struct work *work)
{
    size_t before = sizeof(struct work_share) + work->count * sizeof(atomic_int);
    size_t size = before + work->count * work->output_size;
    struct crew crew = { .work = work };
    int *results = arena_array(arena, work->count, sizeof(*results));

    for (size_t i = 0; i < work->count; i++)
        results[i] = WORK_NOTHING;
    crew.share = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crew.share == MAP_FAILED)
        return results; /* cppcheck-suppress memleak; no mapping was made */
    crew.share->output_size = work->output_size;
    crew.share->outputs = (char *) crew.share + before;
    for (size_t i = 0; i < work->count; i++)
        atomic_init(&crew.share->results[i], WORK_NOTHING);
    if (start(&crew) == 0) {
        watch(&crew);
        reap(&crew);
    }
    for (size_t i = 0; i < work->count; i++)
        results[i] = atomic_load(&crew.share->results[i]);
    if (work->output_size)
        memcpy(work->outputs, crew.share->outputs, work->count * work->output_size);
    (void) munmap(crew.share, size);
    return results;
}
