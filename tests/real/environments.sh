#!/bin/sh
# environments.sh GPUVET: what gpuvet says on a machine without a GPU, of real environments: PyPI's
# default (CUDA) torch, Debian's CPU-only python3-torch, both in one search path, and none. Needs
# Debian's python3-torch and python3-venv, and a virtual environment with torch in $VENV (/tmp/vt).
gpuvet=$1 venv=${VENV:-/tmp/vt}
ask='import torch; print("torch itself:", torch.__version__, torch.cuda.is_available())'

show() {
    printf '\n== %s\n' "$1"
    python=$2
    shift 2
    env "$@" "$gpuvet" --python "$python" --lang en
    echo "exit $?"
    env "$@" "$python" -c "$ask" 2>&1 | tail -n 1
}

none=$(mktemp -d) || exit 1
python3 -m venv --without-pip "$none"
show "the default torch of PyPI, in a virtual environment" "$venv/bin/python" A=
show "Debian's python3-torch" /usr/bin/python3 A=
show "both in one search path, Debian's first" "$venv/bin/python" PYTHONPATH=/usr/lib/python3/dist-packages
show "an environment without torch" "$none/bin/python" A=
rm -r "$none"
