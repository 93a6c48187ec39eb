#include "script.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *script(void)
{
    const char *text = getenv(script_variable);

    return text ? text : "";
}

/* Calls back for each KEY=VALUE whose key is `key`; the value is not terminated: `size` counts. */
static const char *find(const char *key, const char *from, size_t *ret_size)
{
    size_t key_size = strlen(key);

    for (const char *at = from; *at; at += strcspn(at, ";"), at += *at == ';') {
        if (strncmp(at, key, key_size) != 0 || at[key_size] != '=')
            continue;
        at += key_size + 1;
        *ret_size = strcspn(at, ";");
        return at;
    }
    return NULL;
}

long script_number(const char *key, long otherwise)
{
    size_t size;
    const char *value = find(key, script(), &size);

    return value ? strtol(value, NULL, 10) : otherwise;
}

bool script_text(const char *key, char *ret, size_t room)
{
    size_t size;
    const char *value = find(key, script(), &size);

    if (value)
        (void) snprintf(ret, room, "%.*s", (int) size, value);
    return value != NULL;
}

bool script_has(const char *key, const char *value)
{
    const char *from = script();
    size_t size;

    while ((from = find(key, from, &size))) {
        if (size == strlen(value) && strncmp(from, value, size) == 0)
            return true;
        from += size;
    }
    return false;
}

__attribute__((noreturn)) static void hang(void)
{
    for (;;)
        (void) pause();
}

__attribute__((noreturn)) static void spin(void)
{
    sigset_t all;

    (void) sigfillset(&all);
    (void) sigprocmask(SIG_BLOCK, &all, NULL);
    for (volatile unsigned i = 0;; i++)
        continue;
}

static void crash(void)
{
    (void) raise(SIGSEGV);
}

static void leave(void)
{
    _exit(7);
}

static void noise(void)
{
    static const char junk[] = "{\"stage\": \x01\xff\nnot an answer\n[1,2\n\n";

    for (int fd = 1; fd <= 3; fd++)
        if (write(fd, junk, sizeof(junk) - 1) < 0)
            _exit(8);
}

static void flood(void)
{
    for (;;)
        if (write(3, "{\"x\":1}\n", 8) < 0)
            _exit(8);
}

static void mute(void)
{
    (void) close(3);
    hang();
}

static void orphan(void)
{
    if (fork() == 0)
        hang();
}

static void sleep_ms(long ms)
{
    struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

static void act(const char *name)
{
    static const struct {
        const char *key;
        void (*run)(void);
    } actions[] = {
        { "hang", hang },   { "spin", spin },  { "crash", crash },
        { "abort", abort }, { "exit", leave }, { "noise", noise },
        { "flood", flood }, { "mute", mute },  { "orphan", orphan },
    };
    char slow[96];

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (script_has(actions[i].key, name))
            actions[i].run();
    for (const char *from = script(); (from = strstr(from, "slow=")); from += 5) {
        (void) snprintf(slow, sizeof(slow), "%s:", name);
        if (strncmp(from + 5, slow, strlen(slow)) == 0)
            sleep_ms(strtol(from + 5 + strlen(slow), NULL, 10));
    }
}

bool script_act(const char *function, int gpu, int *ret_code)
{
    char one[96];
    long code;

    (void) snprintf(one, sizeof(one), "%s@%d", function, gpu);
    act(function);
    act(one);
    code = script_number(one, script_number(function, 0));
    *ret_code = (int) code;
    return code != 0;
}

__attribute__((constructor)) static void loaded(void)
{
    if (script_has("load", "hang"))
        hang();
    if (script_has("load", "crash"))
        crash();
}
