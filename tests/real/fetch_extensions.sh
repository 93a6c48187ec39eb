#!/bin/sh
# Installs what is compiled against torch, from PyPI, into FOLDER/extensions: 13 GB. In "fits" all of
# one release; in "left-behind" torchvision and torchaudio of the release before.
#     tests/real/fetch_extensions.sh FOLDER
set -eu
folder=$1/extensions
mkdir -p "$folder"
for name in fits left-behind; do
  python3 -m venv "$folder/$name"
  "$folder/$name/bin/pip" install --quiet --no-cache-dir torch==2.8.0 torchvision==0.23.0 torchaudio==2.8.0 \
    torchcodec xformers==0.0.32.post1 bitsandbytes
done
"$folder/left-behind/bin/pip" install --quiet --no-cache-dir --no-deps torchvision==0.22.0 torchaudio==2.7.0
