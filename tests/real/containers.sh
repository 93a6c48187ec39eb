#!/bin/sh
# Real containers: containers.sh GPUVET. Needs root, podman, runc, skopeo, docker-registry and debootstrap (all of
# Debian); says what it cannot run. Ports are not mapped: on restricted hosts only the host's network works.
set -u
gpuvet=$1
here=$(mktemp -d)
name=gpuvet-real-$$
image=localhost/$name:1
limit=$(ulimit -n)
failed=0

clean() {
    podman rm -f -t 0 "$name" >/dev/null 2>&1
    podman rmi -f "$image" "localhost/$name:kept" "localhost:5999/$name:1" >/dev/null 2>&1
    test -n "${registry-}" && kill "$registry"
    rm -rf "$here"
}
trap clean EXIT

for program in podman runc debootstrap; do
    command -v $program >/dev/null || { echo "SKIPPED all: no $program"; exit 0; }
done

# what the fact is, and what it must be
check() {
    value=$(python3 -c '
import json, sys
fact = json.load(open(sys.argv[1]))["facts"]
for part in sys.argv[2].split("."):
    fact = fact.get(part, {})
print(fact.get("value", fact.get("state", "unknown")))' "$here/report" "$2")
    if [ "$value" = "$3" ]; then echo "OK      $1: $2 is $3"
    else echo "FAILED  $1: $2 is $value, not $3"; failed=1; fi
}

debootstrap --variant=minbase bookworm "$here/root" >"$here/log" 2>&1 || { tail -3 "$here/log"; exit 1; }
tar -C "$here/root" -c . | podman import -c 'ENV NVIDIA_DRIVER_CAPABILITIES=utility' - "$image" >/dev/null 2>&1
if podman --runtime runc run -d --name "$name" --ulimit nofile="$limit:$limit" --ulimit nproc=1000:1000 \
    --network host -e CUDA_VISIBLE_DEVICES=3 "$image" sleep 600 >/dev/null 2>"$here/log"; then
    "$gpuvet" --container "$name" --json >"$here/report"
    check "running" container.name "$name"
    check "running" container.state running
    check "running" container.gpu_requested False
    check "running" process.cuda_visible_devices 3
    check "running" machine.os debian
    podman stop -t 0 "$name" >/dev/null 2>&1
    "$gpuvet" --container "$name" --json >"$here/report"
    check "stopped" container.state exited
    check "stopped" machine.os debian
    check "stopped" hardware.gpu_count unknown
    if "$gpuvet" snapshot --container "$name" --commit "localhost/$name:kept" 2>"$here/log"; then
        label=$(podman image inspect --format '{{index .Labels "org.opencontainers.image.base.name"}}' "localhost/$name:kept")
        if [ "$label" = "$image" ]; then echo "OK      commit: labelled with $label"
        else echo "FAILED  commit: labelled with $label"; failed=1; fi
        "$gpuvet" --image "localhost/$name:kept" --engine podman --json >"$here/report"
        check "commit" machine.os debian
    else
        echo "FAILED  commit: $(tail -1 "$here/log")"; failed=1
    fi
else
    echo "SKIPPED running: $(tail -1 "$here/log")"
fi

"$gpuvet" --image "$image" --engine podman --json >"$here/report"
check "store" machine.os debian
check "store" container.image_capabilities utility

podman save --format docker-archive -o "$here/saved.tar" "$image" >/dev/null 2>&1
"$gpuvet" --image "$here/saved.tar" --json >"$here/report"
check "docker-archive" machine.os debian
check "docker-archive" container.image_partial False
podman save --format oci-archive -o "$here/oci.tar" "$image" >/dev/null 2>&1
"$gpuvet" --image "$here/oci.tar" --json >"$here/report"
check "oci-archive" machine.os debian

if command -v skopeo >/dev/null && command -v docker-registry >/dev/null; then
    cat >"$here/registry.yml" <<END
version: 0.1
storage: {filesystem: {rootdirectory: $here/registry}}
http: {addr: "127.0.0.1:5999"}
END
    docker-registry serve "$here/registry.yml" >/dev/null 2>&1 &
    registry=$!
    if skopeo copy --retry-times 5 --dest-tls-verify=false "docker-archive:$here/saved.tar" \
        "docker://localhost:5999/$name:1" >/dev/null 2>"$here/log"; then
        # skopeo takes a registry without TLS only where it is told of it.
        mkdir -p "$here/.config/containers"
        printf '[[registry]]\nlocation = "localhost:5999"\ninsecure = true\n' \
            >"$here/.config/containers/registries.conf"
        HOME=$here "$gpuvet" --image "docker://localhost:5999/$name:1" --json >"$here/report"
        check "registry" machine.os debian
        check "registry" container.image_capabilities utility
        skopeo copy --dest-tls-verify=false "docker-archive:$here/saved.tar" "docker://localhost:5999/$name:2" \
            >/dev/null 2>&1
        echo "FROM localhost:5999/$name:1" >"$here/Dockerfile"
        HOME=$here "$gpuvet" image updates "$here/Dockerfile" --json >"$here/report"
        updates=$(python3 -c '
import json, sys
update, = json.load(open(sys.argv[1]))["updates"]
print(update["state"], [newer["tag"] for newer in update["newer"]], update["digest"][:7])' "$here/report")
        if [ "$updates" = "open ['2'] sha256:" ]; then echo "OK      updates: $updates"
        else echo "FAILED  updates: $updates"; failed=1; fi
    else
        echo "SKIPPED registry: $(tail -1 "$here/log")"
    fi
else
    echo "SKIPPED registry: no skopeo, or no docker-registry"
fi

echo "SKIPPED mapped ports, Docker, nerdctl, crictl, Apptainer, Incus: fixtures show them (tests/cli/test_container.py)"
exit $failed
