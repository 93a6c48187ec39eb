/*
 * All that the helper may take from libc. A function that is not named here is a link error, and so
 * is one that glibc has only known since a version newer than the map beside this file.
 */
#define GIVES(name) \
    void name(void); \
    void name(void) \
    { \
    }
GIVES(__cxa_finalize)
GIVES(__errno_location)
GIVES(__libc_start_main)
GIVES(_exit)
GIVES(abort) /* by _start of aarch64 */
GIVES(bcmp)
GIVES(memcmp)
GIVES(memcpy)
GIVES(memmove)
GIVES(memset)
GIVES(mmap64)
GIVES(munmap)
GIVES(snprintf)
GIVES(strcmp)
GIVES(strlen)
GIVES(strncmp)
GIVES(strtol)
GIVES(syscall)
GIVES(write)
