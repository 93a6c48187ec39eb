#!/bin/sh
# check_ptx.sh PTXAS FILE…: fails where a kernel is no valid PTX for a GPU that may get it. Runs only
# where there is a CUDA toolkit; the program itself needs none.
ptxas=$1
shift
failed=0
for file; do
  target=$(sed -n 's/^\.target sm_//p' "$file")
  for sm in 75 80 86 89 90 100 120; do
    [ "$sm" -lt "$target" ] && continue
    "$ptxas" --help | grep -q "'sm_$sm'" || continue
    "$ptxas" -arch="sm_$sm" "$file" -o /dev/null || { echo "$file: not for sm_$sm"; failed=1; }
  done
done
exit $failed
