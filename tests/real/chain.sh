#!/bin/sh
# chain.sh GPUVET PYTHON: what gpuvet says on a machine whose GPU works, and after one link of the chain
# is broken for one process, beside what torch itself says. Needs root; changes nothing that outlasts it:
# the device node is hidden in a mount namespace of its own.
gpuvet=$1 python=$2
ask='import torch; print("torch itself:", torch.cuda.is_available(), torch.cuda.device_count())'

show() {
    printf '\n== %s\n' "$1"
    shift
    "$@" "$gpuvet" --python "$python" --lang en
    echo "exit $?"
    "$@" "$python" -c "$ask" 2>&1 | tail -n 1
}

show 'as it is' env
show 'CUDA_VISIBLE_DEVICES is empty' env CUDA_VISIBLE_DEVICES=

stubs=$(mktemp -d) || exit 1
cp "${CUDA_HOME:-/usr/local/cuda}/lib64/stubs/libcuda.so" "$stubs/libcuda.so.1"
show 'the stub of libcuda comes first' env "LD_LIBRARY_PATH=$stubs:$LD_LIBRARY_PATH"
rm -r "$stubs"

# A node of the same device that only root may open, over the real one, for this namespace alone.
unshare -m sh -c '
    nodes=$(mktemp -d)
    mount -t tmpfs -o mode=755 nodes "$nodes"
    mknod -m 600 "$nodes/nvidia0" c "$(printf %d "0x$(stat -c %t /dev/nvidia0)")" "$(printf %d "0x$(stat -c %T /dev/nvidia0)")"
    mount --bind "$nodes/nvidia0" /dev/nvidia0
    printf "\n== another user, and /dev/nvidia0 is for root alone\n"
    as="setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp"
    $as "$1" --python "$2" --lang en
    echo "exit $?"
    $as "$2" -c "$3" 2>&1 | tail -n 1
' sh "$gpuvet" "$python" "$ask"
