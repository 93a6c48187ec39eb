#!/bin/sh
# check_helper.sh OBJDUMP HELPER: fails where the helper needs a glibc newer than 2.17 or any library
# but glibc's own, so that it starts in every image that PyTorch runs in.
set -e
objdump=$1 helper=$2

newest=$("$objdump" -T "$helper" | grep -oE 'GLIBC_[0-9.]+' | sed 's/GLIBC_//' | sort -Vu | tail -n 1)
[ -n "$newest" ] || { echo "no versioned symbol found"; exit 1; }
[ "$(printf '%s\n2.17\n' "$newest" | sort -V | tail -n 1)" = 2.17 ] ||
  { echo "needs GLIBC_$newest, newer than 2.17"; exit 1; }

for library in $("$objdump" -p "$helper" | awk '$1 == "NEEDED" { print $2 }'); do
  case $library in
  libc.so.6 | libdl.so.2 | libpthread.so.0) ;;
  *) echo "needs $library"; exit 1 ;;
  esac
done

# Data of libc would be copied with the size that the stub has; constructors do not run on old glibc.
if "$objdump" -T "$helper" | grep -E ' DO .*GLIBC_'; then
  echo "takes data from libc"; exit 1
fi
echo "newest symbol GLIBC_$newest"
