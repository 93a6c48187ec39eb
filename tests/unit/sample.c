/* A library for the ELF tests: needs libc and libm, defines two versions, has weak and data
 * symbols. */
#include <math.h>
#include <stdlib.h>

extern int sample_absent(void) __attribute__((weak));
int sample_new(double x);
extern int sample_data;

int sample_data = 1;

int sample_new(double x)
{
    return sample_absent ? sample_absent() : abs((int) cos(x)) + sample_data;
}
