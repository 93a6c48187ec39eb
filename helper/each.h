/*
 * each: the same work for every GPU at once.
 *
 * NVML and the CUDA driver are thread-safe by their documentation, and one slow GPU must not make
 * the others wait: each gets a thread. Lines of different GPUs therefore mix, whole line by line.
 */
#ifndef GPUVET_HELPER_EACH_H
#define GPUVET_HELPER_EACH_H

#define GPUS_MAX 64

/* Calls work(context, gpu) for gpu 0 to count - 1 and returns when all have returned. One GPU, or
 * one that gets no thread, is served by the caller itself. */
void each_gpu(int count, void (*work)(void *context, int gpu), void *context);

#endif
