#include "base/child.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Linux 6.3 asks for it, older kernels refuse it; Debian 12's headers know it, Ubuntu 22.04's do
 * not. The same holds for <sys/pidfd.h>, so the call goes straight to the kernel. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

#define ANSWER_LIMIT (64u * 1024u)
#define COMPLAINT_LIMIT 4096u
#define REAP_US 50000 /* for a killed child to be gone; else it is left "unreaped" */
#define LONGEST_US 60000000
#define SLICE_US 10000 /* how often to look where the kernel has no pidfd (before 5.3) */

struct stream {
    int fd; /* -1: at its end */
    struct buf bytes;
};

struct child {
    pid_t pid; /* 0: dead, or never born */
    int pidfd, failures;
    int64_t started_us;
    struct stream answers, complaints;
    struct child_result result;
};

/* What a child that could not become its program tells us before it exits. */
struct failure {
    int error;
    bool at_exec;
};

static int write_all(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t size = write(fd, bytes.data, bytes.len);

        if (size < 0 && errno != EINTR)
            return -errno;
        if (size > 0)
            bytes = str_from(bytes, (size_t) size);
    }
    return 0;
}

/* Secrets go this way: no other process and no disk ever sees them. */
static int input_in_memory(struct str input)
{
    AUTO_CLOSE int fd = memfd_create("gpuvet-input", MFD_CLOEXEC);
    int error;

    if (fd < 0)
        return -errno;
    error = write_all(fd, input);
    if (!error && lseek(fd, 0, SEEK_SET) < 0)
        error = -errno;
    return error ? error : take_fd(&fd);
}

static int image_in_memory(struct str image)
{
    AUTO_CLOSE int fd = memfd_create("gpuvet-helper", MFD_CLOEXEC | MFD_EXEC);
    int error;

    if (fd < 0 && errno == EINVAL)
        fd = memfd_create("gpuvet-helper", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    error = write_all(fd, image);
    return error ? error : take_fd(&fd);
}

/* The name is gone before the program runs: nothing is left behind, whatever happens next. */
static int image_in_file(struct arena *arena, struct str image, const char *dir)
{
    struct str path = arena_printf(arena, "%s/gpuvet-XXXXXX", dir);
    char *name = arena_alloc(arena, path.len + 1);
    AUTO_CLOSE int write_fd = -1;
    int fd, error;

    memcpy(name, path.data, path.len + 1);
    write_fd = mkostemp(name, O_CLOEXEC);
    if (write_fd < 0)
        return -errno;
    error = write_all(write_fd, image);
    if (!error && fchmod(write_fd, 0500) < 0)
        error = -errno;
    fd = error ? error : open(name, O_RDONLY | O_CLOEXEC);
    if (!error && fd < 0)
        fd = -errno;
    (void) unlink(name);
    return fd;
}

static int open_image(struct arena *arena, const struct child_spec *spec,
                      struct child_result *result)
{
    int fd = spec->no_memfd ? -ENOSYS : image_in_memory(spec->image);

    result->step = "memfd";
    if (fd < 0) {
        result->step = "temporary-file";
        result->from_file = true;
        fd = image_in_file(arena, spec->image, spec->temporary_dir ? spec->temporary_dir : "/tmp");
    }
    return fd;
}

/* --- inside the child, between fork and exec: nothing that allocates --- */

static void forget_parent(pid_t parent)
{
    sigset_t none;

    (void) setpgid(0, 0);
    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127); /* it died before we asked to die with it */
    for (int number = 1; number < NSIG; number++)
        (void) signal(number, SIG_DFL);
    (void) sigemptyset(&none);
    (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

/* An empty root has no /dev/null; an empty memfd reads and writes as harmlessly. */
static int open_null(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    return fd >= 0 ? fd : memfd_create("null", MFD_CLOEXEC);
}

/* Descriptors that exec needs go above the ones that are about to be replaced. */
static bool move_up(int *fd)
{
    if (*fd < 0)
        return true;
    *fd = fcntl(*fd, F_DUPFD_CLOEXEC, 10);
    return *fd >= 0;
}

static bool redirect(const struct child_spec *spec, int *image, int *input, int *answers,
                     int *complaints, int *failures)
{
    int null;

    if (!move_up(image) || !move_up(input) || !move_up(answers) || !move_up(complaints) ||
        !move_up(failures))
        return false;
    null = open_null();
    if (null < 0 || dup2(*input >= 0 ? *input : null, STDIN_FILENO) < 0 ||
        dup2(*complaints, STDERR_FILENO) < 0)
        return false;
    if (dup2(spec->answers_on_stdout ? *answers : null, STDOUT_FILENO) < 0)
        return false;
    if (!spec->answers_on_stdout && dup2(*answers, CHILD_ANSWER_FD) < 0)
        return false;
    /* Whatever our own parent left open stays out; a kernel before 5.11 refuses, no harm done. */
    (void) syscall(SYS_close_range, spec->answers_on_stdout ? 3U : 4U, ~0U, CLOSE_RANGE_CLOEXEC);
    return true;
}

_Noreturn static void become(const struct child_spec *spec, int image, int input, int answers,
                             int complaints, int failures, pid_t parent)
{
    static const char *const nothing[] = { NULL };
    /* exec takes arrays that it promises not to change: POSIX, exec, rationale */
    union {
        const char *const *given;
        char *const *taken;
    } argv = { spec->argv }, environment = { spec->environ ? spec->environ : nothing };
    struct failure failure = { 0 };

    forget_parent(parent);
    if (redirect(spec, &image, &input, &answers, &complaints, &failures)) {
        failure.at_exec = true;
        if (image >= 0)
            (void) fexecve(image, argv.taken, environment.taken);
        else
            (void) execve(argv.taken[0], argv.taken, environment.taken);
    }
    failure.error = -errno;
    if (write(failures, &failure, sizeof(failure)) < 0)
        _exit(126);
    _exit(127);
}

/* --- in the parent --- */

struct pipe_ends {
    int read, write;
};

static void close_ends(struct pipe_ends *ends)
{
    fd_close_at(&ends->read);
    fd_close_at(&ends->write);
}
#define AUTO_PIPE __attribute__((cleanup(close_ends))) struct pipe_ends

static int open_pipe(struct pipe_ends *ret)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    *ret = (struct pipe_ends){ fds[0], fds[1] };
    if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
        return -errno;
    return 0;
}

static int start(struct child *child, struct arena *arena, const struct child_spec *spec)
{
    AUTO_PIPE answers = { -1, -1 };
    AUTO_PIPE complaints = { -1, -1 };
    AUTO_PIPE failures = { -1, -1 };
    AUTO_CLOSE int image = -1;
    AUTO_CLOSE int input = -1;
    pid_t self = getpid(), pid;
    int error;

    if (spec->image.len) {
        image = open_image(arena, spec, &child->result);
        if (image < 0)
            return image;
    }
    if (spec->input.len) {
        child->result.step = "input";
        input = input_in_memory(spec->input);
        if (input < 0)
            return input;
    }
    child->result.step = "pipe";
    if ((error = open_pipe(&answers)) || (error = open_pipe(&complaints)) ||
        (error = open_pipe(&failures)))
        return error;

    /* Where our own parent ignored this signal, children would vanish before we can ask how. */
    (void) signal(SIGCHLD, SIG_DFL);
    child->result.step = "fork";
    pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        become(spec, image, input, answers.write, complaints.write, failures.write, self);
    (void) setpgid(pid, pid); /* both sides do it: whoever comes first */
    child->pid = pid;
    child->pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
    child->answers.fd = take_fd(&answers.read);
    child->complaints.fd = take_fd(&complaints.read);
    child->failures = take_fd(&failures.read);
    return 0;
}

struct child *child_start(struct arena *arena, const struct child_spec *spec)
{
    struct child *child = ARENA_NEW(arena, struct child);

    *child = (struct child){
        .pidfd = -1,
        .failures = -1,
        .started_us = clock_us(),
        .answers = { -1, buf_new(arena, spec->answer_limit ? spec->answer_limit : ANSWER_LIMIT) },
        .complaints = { -1, buf_new(arena, spec->complaint_limit ? spec->complaint_limit
                                                                 : COMPLAINT_LIMIT) },
    };
    child->result.error = start(child, arena, spec);
    if (child->result.error)
        child->result.end = CHILD_SYSTEM;
    else
        child->result.step = NULL;
    return child;
}

/* Reads what is there. Bounded, so that a child that never stops writing cannot keep us from the
 * deadline. */
static void pump(struct stream *stream)
{
    char bytes[4096];

    for (int round = 0; round < 16 && stream->fd >= 0; round++) {
        ssize_t size = read(stream->fd, bytes, sizeof(bytes));

        if (size > 0) {
            size_t room = stream->bytes.limit - stream->bytes.len;
            struct str piece = { bytes, (size_t) size };

            buf_add(&stream->bytes, str_slice(piece, 0, room));
            if (piece.len > room)
                stream->bytes.full = true;
        } else if (size < 0 && errno == EINTR) {
            continue;
        } else if (size < 0 && errno == EAGAIN) {
            return;
        } else {
            fd_close_at(&stream->fd);
            stream->fd = -1;
        }
    }
}

static void pump_all(struct child *child)
{
    pump(&child->answers);
    pump(&child->complaints);
    child->result.answers = buf_str(&child->answers.bytes);
    child->result.complaints = buf_str(&child->complaints.bytes);
    child->result.truncated = child->answers.bytes.full;
}

static void record_end(struct child *child, int status)
{
    struct child_result *result = &child->result;
    struct failure failure = { 0 };

    if (read(child->failures, &failure, sizeof(failure)) == (ssize_t) sizeof(failure)) {
        result->end = CHILD_EXEC;
        result->error = failure.error;
        result->step = failure.at_exec ? "exec" : "redirect";
    } else if (WIFSIGNALED(status)) {
        result->end = CHILD_SIGNAL;
        result->signal = WTERMSIG(status);
    } else if (WEXITSTATUS(status)) {
        result->end = CHILD_EXIT;
        result->code = WEXITSTATUS(status);
    }
}

static void finish(struct child *child)
{
    pump_all(child);
    fd_close_at(&child->answers.fd);
    fd_close_at(&child->complaints.fd);
    fd_close_at(&child->failures);
    fd_close_at(&child->pidfd);
    child->pid = 0;
    child->result.us = clock_us() - child->started_us;
}

/* True once the child is dead. Its group is killed while its own number is still taken, so that no
 * stranger can have it. */
static bool reap(struct child *child, bool late)
{
    siginfo_t info = { 0 };
    int status = 0;

    if (waitid(P_PID, (id_t) child->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
        if (errno == EINTR)
            return false;
        child->result.end = CHILD_SYSTEM;
        child->result.error = -errno;
        child->result.step = "wait";
        return true;
    }
    if (info.si_pid == 0)
        return false;
    (void) kill(-child->pid, SIGKILL);
    (void) waitpid(child->pid, &status, 0);
    if (!late)
        record_end(child, status);
    return true;
}

/* Reads and reaps what can be; how many still live. */
static size_t look(struct child *const *children, size_t count, bool late)
{
    size_t alive = 0;

    for (size_t i = 0; i < count; i++) {
        struct child *child = children[i];

        if (child->pid == 0)
            continue;
        pump_all(child);
        if (reap(child, late))
            finish(child);
        else
            alive++;
    }
    return alive;
}

/* Sleeps until a child says something or dies, at most `us`. */
static void doze(struct child *const *children, size_t count, int64_t us)
{
    struct pollfd polls[3 * CHILDREN_MAX];
    nfds_t used = 0;

    for (size_t i = 0; i < count; i++) {
        const struct child *child = children[i];

        if (child->pid == 0)
            continue;
        polls[used++] = (struct pollfd){ .fd = child->answers.fd, .events = POLLIN };
        polls[used++] = (struct pollfd){ .fd = child->complaints.fd, .events = POLLIN };
        polls[used++] = (struct pollfd){ .fd = child->pidfd, .events = POLLIN };
        if (child->pidfd < 0 && us > SLICE_US)
            us = SLICE_US;
    }
    if (us > LONGEST_US)
        us = LONGEST_US;
    (void) poll(polls, used, (int) ((us + 999) / 1000));
}

static void kill_late(struct child *const *children, size_t count)
{
    int64_t until = clock_us() + REAP_US, left;

    for (size_t i = 0; i < count; i++) {
        if (children[i]->pid == 0)
            continue;
        children[i]->result.end = CHILD_LATE;
        (void) kill(-children[i]->pid, SIGKILL);
        (void) kill(children[i]->pid, SIGKILL); /* before it made its group, or left it */
    }
    while (look(children, count, true) && (left = until - clock_us()) > 0)
        doze(children, count, left);
    for (size_t i = 0; i < count; i++) {
        if (children[i]->pid == 0)
            continue;
        children[i]->result.unreaped = true;
        finish(children[i]);
    }
}

void children_wait(struct child *const *children, size_t count, int64_t deadline_us,
                   const struct child_watch *watch)
{
    int64_t began = clock_us(), tick = watch ? began + watch->after_us : INT64_MAX;

    if (count > CHILDREN_MAX)
        count = CHILDREN_MAX;
    while (look(children, count, false)) {
        int64_t now = clock_us();

        if (now >= deadline_us) {
            kill_late(children, count);
            return;
        }
        if (watch && now >= tick) {
            watch->tick(watch->context, now - began);
            tick = watch->every_us ? now + watch->every_us : INT64_MAX;
        }
        doze(children, count, (tick < deadline_us ? tick : deadline_us) - now);
    }
}

const struct child_result *child_result(const struct child *child)
{
    return &child->result;
}

const struct child_result *child_run(struct arena *arena, const struct child_spec *spec,
                                     int64_t deadline_us)
{
    struct child *child = child_start(arena, spec);

    children_wait(&child, 1, deadline_us, NULL);
    return child_result(child);
}

const char *child_end_name(enum child_end end)
{
    static const char *const names[] = {
        [CHILD_OK] = "ok",     [CHILD_LATE] = "late", [CHILD_SIGNAL] = "signal",
        [CHILD_EXIT] = "exit", [CHILD_EXEC] = "exec", [CHILD_SYSTEM] = "system",
    };

    return names[end];
}
