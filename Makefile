# make run    installs what is missing, builds, and examines this machine
# make test   the same, and runs every test
# make cross  builds for aarch64 and runs its tests under qemu
# make measure reads the wheels of PyTorch that are new on PyPI into knowledge/measured/.
# Long suites, run by hand: make sweep (every look of every case fails in turn), make test-real, make fuzz, make bench. make lint runs the analysers.

BUILD ?= build

.PHONY: run test sweep cross test-real measure fuzz bench lint clean packages

run: $(BUILD)/build.ninja
	@ninja -C $(BUILD) src/cli/gpuvet >$(BUILD)/ninja.log || { cat $(BUILD)/ninja.log; exit 1; }
	@$(BUILD)/src/cli/gpuvet || test $$? -le 2

test: $(BUILD)/build.ninja build-asan/build.ninja
	@tools/run_tests.py $(BUILD) build-asan

$(BUILD)/build.ninja: | packages
	@meson setup $(BUILD) >/dev/null

# A static program cannot carry the sanitizers, and gcc's warn of printf for nothing.
build-asan/build.ninja: | packages
	@meson setup build-asan -Dlink_mode=dynamic -Db_sanitize=address,undefined -Db_lundef=false \
	  -Dc_args=-Wno-format-truncation >/dev/null

sweep: $(BUILD)/build.ninja
	@ninja -C $(BUILD) tests/cases/test_cases >$(BUILD)/ninja.log || { cat $(BUILD)/ninja.log; exit 1; }
	@$(BUILD)/tests/cases/test_cases sweep

# REAL holds what tests/real/fetch.sh and fetch_extensions.sh have installed; UV is fetched where it is not there.
REAL ?= /tmp/real-envs
UV ?= /tmp/real-uv/bin/uv
test-real: $(BUILD)/build.ninja
	@ninja -C $(BUILD) src/cli/gpuvet tests/real/gpu_code tests/real/symbols tools/read_wheel tests/unpack >$(BUILD)/ninja.log || { cat $(BUILD)/ninja.log; exit 1; }
	@test -x $(UV) || { python3 -m venv $(dir $(UV)).. && $(dir $(UV))pip install --quiet uv poetry; }
	@failed=0; \
	  UV=$(UV) GPUVET=$(BUILD)/src/cli/gpuvet UNPACK=$(BUILD)/tests/unpack tests/cli/test_replace.py || failed=1; \
	  UV=$(UV) POETRY=$(dir $(UV))poetry tests/real/managers.py $(BUILD)/src/cli/gpuvet || failed=1; \
	  tests/real/broken.py $(BUILD)/src/cli/gpuvet $(REAL) || failed=1; \
	  tests/real/loader.py $(BUILD)/src/cli/gpuvet $(REAL) || failed=1; \
	  tests/real/extensions.py $(BUILD)/src/cli/gpuvet $(REAL) || failed=1; \
	  tests/real/symbols.py $(BUILD)/tests/real/symbols $(REAL) || failed=1; \
	  tests/real/toolkit.py $(BUILD)/src/cli/gpuvet $(REAL) || failed=1; \
	  tests/real/versions.py $(BUILD)/src/cli/gpuvet $(REAL) || failed=1; \
	  tests/real/architectures.py $(BUILD)/tests/real/gpu_code $(REAL) || failed=1; \
	  tests/real/process.py $(BUILD)/src/cli/gpuvet $(REAL) || failed=1; \
	  tests/real/snapshot.py $(BUILD)/src/cli/gpuvet $(BUILD)/tests/unpack $(REAL) || failed=1; \
	  tests/real/lock.py $(BUILD)/src/cli/gpuvet $(REAL) || failed=1; \
	  tests/real/restore.py $(BUILD)/src/cli/gpuvet $(REAL) || failed=1; \
	  tests/real/plans.py $(BUILD)/src/cli/gpuvet $(BUILD)/plans.json || failed=1; \
	  tests/real/wheels.py $(BUILD)/tools/read_wheel || failed=1; \
	  tests/real/access.py $(BUILD)/src/cli/gpuvet $(REAL)/jupyter || failed=1; \
	  tests/real/run.py $(BUILD)/src/cli/gpuvet || failed=1; \
	  exit $$failed

measure: $(BUILD)/build.ninja
	@ninja -C $(BUILD) tools/read_wheel >$(BUILD)/ninja.log || { cat $(BUILD)/ninja.log; exit 1; }
	@tools/measure_wheels.py $(BUILD)/tools/read_wheel
	@date -u +%F >knowledge/date.txt
	@tools/knowledge_page.py .

packages:
	@tools/install_packages.sh

cross:
	@tools/install_packages.sh cross
	@test -f build-arm64/build.ninja || meson setup build-arm64 --cross-file tools/aarch64.ini >/dev/null
	@tools/run_tests.py build-arm64

# Needs gcc, clang, clang-tidy and cppcheck; names what is missing.
lint: $(BUILD)/build.ninja build-clang/build.ninja
	@ninja -C $(BUILD) >/dev/null
	@ninja -C build-clang >build-clang/ninja.log || { cat build-clang/ninja.log; exit 1; }
	@tools/lint.py $(BUILD)

build-clang/build.ninja: | packages
	@CC=clang meson setup build-clang >/dev/null

# SECONDS=600 make fuzz: each decoder so long.
fuzz: build-fuzz/build.ninja
	@ninja -C build-fuzz fuzzers >build-fuzz/ninja.log || { cat build-fuzz/ninja.log; exit 1; }
	@tools/fuzz.sh build-fuzz $(SECONDS)

build-fuzz/build.ninja: | packages
	@CC=clang meson setup build-fuzz -Dfuzz=true -Dlink_mode=dynamic \
	  -Db_sanitize=address,undefined -Db_lundef=false >/dev/null

# VENV=DIR make bench: in a virtual environment that has a CUDA build of torch.
bench: $(BUILD)/build.ninja
	@ninja -C $(BUILD) src/cli/gpuvet bench/headers bench/inside >/dev/null
	@bench/check.py $(BUILD)/src/cli/gpuvet $(VENV)
	@bench/binaries.py $(BUILD) $(VENV)
	@bench/extensions.py $(BUILD)/src/cli/gpuvet $(VENV)

clean:
	rm -rf $(BUILD) build-asan build-arm64 build-clang build-fuzz
