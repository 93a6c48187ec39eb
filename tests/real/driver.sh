#!/bin/sh
# driver.sh BUILD [PYTHON]: the embedded helper on a machine with a real GPU. Prints everything that
# it says, then times quick verification against the floor. PYTHON: an interpreter that has torch,
# whose own libraries are then loaded too. Needs BUILD/tests/real/ask and BUILD/bench/floor.
build=$1 python=$2
ask=$build/tests/real/ask
CUDA_CACHE_DISABLE=1
export CUDA_CACHE_DISABLE

run() { printf '\n== %s\n' "$*"; "$@"; echo "rc $?"; }
answers() { run "$@" | grep -v '"enter":true'; }

answers "$ask" 15 nvml
answers "$ask" 15 cuda --context
answers "$ask" 30 verify --quick
answers "$ask" 60 verify
answers "$ask" 300 verify --thorough
answers env GPUVET_NO_MEMFD=1 "$ask" 15 cuda

# How the real libraries answer where the fakes are scripted.
answers env CUDA_VISIBLE_DEVICES='' "$ask" 15 cuda
answers env CUDA_VISIBLE_DEVICES=-1 "$ask" 15 cuda
answers env CUDA_VISIBLE_DEVICES=GPU-00000000-0000-0000-0000-000000000000 "$ask" 15 cuda
answers env LD_PRELOAD=/nonexistent/poison.so "$ask" 15 cuda
answers "$ask" 0 cuda

if [ -n "$python" ]; then
  # In the order in which torch loads them.
  set --
  for pair in cudart=libcudart.so nvrtc=libnvrtc.so cublasLt=libcublasLt.so cublas=libcublas.so \
    cudnn=libcudnn.so nccl=libnccl.so; do
    path=$("$python" -c "import glob, sys, sysconfig
hits = sorted(glob.glob(sysconfig.get_paths()['purelib'] + '/nvidia/**/' + sys.argv[1] + '.*', recursive=True))
print(hits[0] if hits else '')" "${pair#*=}")
    [ -n "$path" ] && set -- "$@" "${pair%%=*}=$path"
  done
  answers "$ask" 120 libs "$@"
fi

# Times of 20 runs each, turn about, in milliseconds, lowest and middle.
summary() { sort -n "$1" | awk '{ t[NR] = $1 } END { printf "lowest %.1f middle %.1f\n", t[1], t[int((NR + 1) / 2)] }'; }
dir=$(mktemp -d) || exit 1
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  for name in floor quick; do
    from=$(date +%s%N)
    case $name in
    floor) "$build/bench/floor" || echo "floor failed" ;;
    quick) "$ask" 15 verify --quick >"$dir/answer" || echo "quick failed" ;;
    esac
    echo "$(($(date +%s%N) - from))" | awk '{ print $1 / 1e6 }' >>"$dir/$name"
  done
done
printf '\nfloor: '; summary "$dir/floor"
printf 'quick: '; summary "$dir/quick"
rm -r "$dir"
