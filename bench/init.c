/* The least that asking the driver costs: cuInit, and how many GPUs there are. */
#include <dlfcn.h>

int main(void)
{
    void *libcuda = dlopen("libcuda.so.1", RTLD_NOW);
    int (*init)(unsigned), (*get_count)(int *), count = 0;

    if (!libcuda)
        return 1;
    *(void **) &init = dlsym(libcuda, "cuInit");
    *(void **) &get_count = dlsym(libcuda, "cuDeviceGetCount");
    return init(0) != 0 || get_count(&count) != 0 || count == 0;
}
