/* All that the helper may take from libdl; see libc.c. From glibc 2.34 on the library of this name
 * is empty and libc.so.6 has these functions under their old version. */
#define GIVES(name) \
    void name(void); \
    void name(void) \
    { \
    }
GIVES(dladdr)
GIVES(dlerror)
GIVES(dlopen)
GIVES(dlsym)
