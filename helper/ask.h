/*
 * ask: what the helper can be told to do. Each answers on descriptor 3 and returns its exit code;
 * that something was wrong with the driver is an answer, not a failure.
 */
#ifndef GPUVET_HELPER_ASK_H
#define GPUVET_HELPER_ASK_H

/* nvml: what the management library says of the driver and of every GPU. */
int ask_nvml(int argc, char **argv);

/* cuda [--context]: what the driver says to a program that would compute; with --context also
 * whether each GPU gives it a primary context. */
int ask_cuda(int argc, char **argv);

/*
 * verify [--quick | --thorough] [--device N]: proves for every GPU that it computes (verify.h).
 * --quick: allocate, copy and one kernel. --thorough: memory patterns too.
 */
int ask_verify(int argc, char **argv);

/*
 * libs [--device N] NAME=PATH …: loads these libraries in this order, tells their versions as they
 * report them, and lets those that we know compute (libs.h).
 */
int ask_libs(int argc, char **argv);

#endif
