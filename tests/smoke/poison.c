/* What must never be loaded: a library that ends whatever program loads it. */
#include <unistd.h>

__attribute__((constructor)) static void poison(void)
{
    _exit(99);
}
