/* All that the helper may take from libpthread; see libc.c and libdl.c. */
#define GIVES(name) \
    void name(void); \
    void name(void) \
    { \
    }
GIVES(pthread_create)
GIVES(pthread_join)
