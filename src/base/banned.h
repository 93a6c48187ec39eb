/*
 * Functions that no file of ours may call: unbounded copies, hidden state, a shell in between, or
 * memory outside the arena. Included by the build before every source file.
 *
 * What to use instead: struct str and arena_copy() for copies, buf_addf() for formatting,
 * str_u64() for numbers, child_run() for programs, arena_alloc() for memory.
 */
#ifndef GPUVET_BASE_BANNED_H
#define GPUVET_BASE_BANNED_H

/* Declared first, so that the poison below cannot hit the declarations themselves. */
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef alloca
#pragma GCC poison strcpy strncpy stpcpy strcat strncat sprintf vsprintf gets
#pragma GCC poison strtok strtok_r atoi atol atoll atof
#pragma GCC poison system popen alloca tmpnam mktemp tempnam
#pragma GCC poison setlocale getpwnam getpwuid getgrnam getgrgid getaddrinfo gethostbyname

#endif
