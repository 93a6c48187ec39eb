/* What nvcc makes the fat binary of test_fatbin of, where there is one. */
__global__ void add(float *a, const float *b)
{
    a[threadIdx.x] += b[threadIdx.x];
}
