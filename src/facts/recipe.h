/*
 * recipe: one statement of a file that describes an image or a container (a Dockerfile, a compose
 * file, a devcontainer.json), and what is known where it stands.
 *
 * A file is judged statement by statement: checks (knowledge/imagefile.toml) read this layer, and
 * every origin is "FILE:line". What does not apply to a statement is ABSENT; what depends on a
 * value that is given only when the image is built is UNKNOWN.
 */
#ifndef GPUVET_FACTS_RECIPE_H
#define GPUVET_FACTS_RECIPE_H

#include "facts/field.h"

struct recipe_facts {
    struct fact_str file; /* "dockerfile", "compose", "devcontainer" */
    struct fact_str kind; /* "from", "env", "install", "copy", "jupyter", "sshd", "service",
                             "request" */
    struct fact_str name, value;

    struct fact_str platform;
    struct fact_str base, base_tag;
    struct fact_bool base_pinned;
    struct fact_str base_publisher;
    struct fact_bool base_fits;
    struct fact_str base_near;
    struct fact_str base_cuda, base_flavour, base_accelerator, base_torch, base_jupyter, base_libc;

    struct fact_str tool, version, tag, index;
    struct fact_bool forced, has_build, arch_list, compiles;
    struct fact_str torch_tool, torch_tag;
    struct fact_bool replaces, idle, other_major;
    struct fact_bool driver_file;

    struct fact_bool root;
    struct fact_bool allows_root;
    struct fact_str address, token;
    struct fact_bool gpu;
    struct fact_str gpu_form, gpu_reason;
    struct fact_bool shared_memory, public_port;
    struct fact_str workers;
};

ROWS recipe_fields[] = {
    FIELD(recipe, file, "the kind of file: dockerfile, compose, devcontainer"),
    FIELD(recipe, kind, "what the statement does"),
    FIELD(recipe, name, "the variable, package, path or service that it is about"),
    FIELD(recipe, value, "its value, as written"),
    FIELD(recipe, platform, "the platform that is asked for, \"linux/arm64\""),
    FIELD(recipe, base, "the image that it starts from, through other stages"),
    FIELD(recipe, base_tag, "that image's tag"),
    FIELD(recipe, base_pinned, "whether the reference stays the same image: no \"latest\""),
    FIELD(recipe, base_publisher, "the known publisher whose image it is"),
    FIELD(recipe, base_fits, "whether the tag is one that the publisher gives"),
    FIELD(recipe, base_near, "the publisher's tag that is nearest"),
    FIELD(recipe, base_cuda, "the CUDA version in the image, by its tag"),
    FIELD(recipe, base_flavour, "\"base\", \"runtime\" or \"devel\", by its tag"),
    FIELD(recipe, base_accelerator, "what the image's programs were built for: cuda, rocm, cpu"),
    FIELD(recipe, base_torch, "the torch in the image: its version, or \"yes\""),
    FIELD(recipe, base_jupyter, "\"yes\": the image starts Jupyter"),
    FIELD(recipe, base_libc, "the image's C library: \"musl\""),
    FIELD(recipe, tool, "what installs: pip, conda, system"),
    FIELD(recipe, version, "the version that is installed"),
    FIELD(recipe, tag, "the build of torch that this gives: \"cu121\", \"cpu\""),
    FIELD(recipe, index, "the index that is named"),
    FIELD(recipe, forced, "whether what is installed already is replaced"),
    FIELD(recipe, has_build, "whether there is such a build for the platform"),
    FIELD(recipe, arch_list, "whether TORCH_CUDA_ARCH_LIST is set"),
    FIELD(recipe, compiles, "whether it compiles code for GPUs"),
    FIELD(recipe, torch_tool, "what has installed torch before: pip, conda, or base"),
    FIELD(recipe, torch_tag, "the build of that torch"),
    FIELD(recipe, replaces, "whether it puts another build in its place"),
    FIELD(recipe, idle, "whether it installs nothing, since torch is there already"),
    FIELD(recipe, other_major, "whether the image's CUDA is of another major version than torch's"),
    FIELD(recipe, driver_file, "whether a file of the driver is meant"),
    FIELD(recipe, root, "whether it runs as root"),
    FIELD(recipe, allows_root, "whether Jupyter is told to start as root"),
    FIELD(recipe, address, "the address on which Jupyter listens"),
    FIELD(recipe, token, "Jupyter's token: \"empty\", \"given\""),
    FIELD(recipe, gpu, "whether a GPU is asked for"),
    FIELD(recipe, gpu_form, "how"),
    FIELD(recipe, gpu_reason, "what shows that a GPU is needed"),
    FIELD(recipe, shared_memory, "whether /dev/shm is larger than the engine's default"),
    FIELD(recipe, public_port, "whether a port is open on every address of the host"),
    FIELD(recipe, workers, "what shows that loader processes share memory"),
};

#endif
