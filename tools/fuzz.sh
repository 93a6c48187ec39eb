#!/bin/sh
# fuzz.sh BUILD [SECONDS]: every decoder's fuzzer for so long (60), beginning with the seeds of
# tests/fuzz/corpus. What a fuzzer finds stays in BUILD/fuzz/NAME and is where the next run begins.
set -eu
build=$1 seconds=${2:-60}

failed=0 ran=0
for fuzzer in "$build"/tests/fuzz/fuzz_*; do
    [ -f "$fuzzer" ] && [ -x "$fuzzer" ] || continue
    name=${fuzzer##*/fuzz_}
    found=$build/fuzz/$name
    ran=$((ran + 1))
    mkdir -p "$found"
    for seeds in "tests/fuzz/corpus/$name" "$build/tests/fuzz/$name.seed"; do
        [ ! -d "$seeds" ] || cp "$seeds"/* "$found"
        [ ! -f "$seeds" ] || cp "$seeds" "$found"
    done
    if "$fuzzer" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="$found.crash-" "$found" >"$found.log" 2>&1; then
        echo "$name: $(grep '^Done' "$found.log")"
    else
        failed=1
        echo "$name: FAILED"
        tail -n 40 "$found.log"
    fi
done
[ "$ran" -gt 0 ] || { echo "$build holds no fuzzers" >&2; exit 1; }
exit "$failed"
