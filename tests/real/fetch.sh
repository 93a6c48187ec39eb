#!/bin/sh
# Installs environments from PyPI into FOLDER: torch of several releases, each with the torchvision
# and torchaudio made for it (3 to 6 GB each); two of them again, as hard links, with packages that
# bring CUDA code or pin CUDA's libraries (0.5 and 5 GB); and NVIDIA's cuobjdump. 40 GB in all.
#     tests/real/fetch.sh FOLDER [NAME …]
set -eu
folder=$1
shift

install() {
  name=$1
  shift
  "$folder/$name/bin/python" -m pip install --quiet --no-cache-dir "$@"
}

# copy NAME OF: hard links; pip replaces files and writes into none.
copy() {
  [ -d "$folder/$2" ] || fetch "$2"
  cp -al "$folder/$2" "$folder/$1"
}

fetch() {
  case $1 in
    2.1.2) set -- "$1" torch==2.1.2 torchvision==0.16.2 torchaudio==2.1.2 'numpy<2' ;;
    2.4.1) set -- "$1" torch==2.4.1 torchvision==0.19.1 torchaudio==2.4.1 'numpy<2' ;;
    2.6.0) set -- "$1" torch==2.6.0 torchvision==0.21.0 torchaudio==2.6.0 'numpy<2' ;;
    2.8.0) set -- "$1" torch==2.8.0 torchvision==0.23.0 torchaudio==2.8.0 'numpy<2' ;;
    2.14.1) set -- "$1" torch==2.14.1 torchvision==0.29.2 torchaudio==2.11.0 ;;
    2.15.0) set -- "$1" torch==2.15.0 torchaudio==2.11.0 ;;
    2.6.0-xformers) set -- "$1" torch==2.6.0 xformers==0.0.29.post3 bitsandbytes==0.45.5 'numpy<2' ;;
    2.8.0-vllm) set -- "$1" torch==2.8.0 vllm==0.11.0 bitsandbytes==0.48.2 ;;
    tools) set -- "$1" nvidia-cuda-cuobjdump ;;
    *) echo "fetch.sh knows no environment $1" >&2; exit 64 ;;
  esac
  case $1 in
    *-*) copy "$1" "${1%%-*}" ;;
    *) python3 -m venv "$folder/$1" ;;
  esac
  install "$@"
}

for name in ${*:-2.1.2 2.4.1 2.6.0 2.8.0 2.14.1 2.15.0 2.6.0-xformers 2.8.0-vllm tools}; do
  [ -d "$folder/$name" ] || fetch "$name"
done
