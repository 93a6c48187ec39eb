#!/bin/sh
# Installs the torch of several releases from PyPI into FOLDER/VERSION: 3 to 6 GB each.
#     tests/real/fetch.sh FOLDER [VERSION …]
set -eu
folder=$1
shift
for version in ${*:-2.1.2 2.4.1 2.6.0 2.8.0}; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --no-cache-dir "torch==$version" 'numpy<2'
done
