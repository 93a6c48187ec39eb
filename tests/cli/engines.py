"""Fake clients of container engines: scripts in a folder that becomes the program's PATH.

Their JSON restates the documented forms: https://docs.docker.com/reference/api/engine/,
https://docs.podman.io/en/latest/markdown/podman-container-inspect.1.html, https://github.com/kubernetes-sigs/cri-tools,
https://linuxcontainers.org/incus/docs/main/rest-api-spec/, https://apptainer.org/docs/user/latest/running_services.html."""

import json
import shlex

ID = "4f1c0ffee0000000000000000000000000000000000000000000000000000001"


def docker(name="trainer", pid=0, env=(), state="running", error="", host=None, ports=None, **config):
    """What `docker container inspect` says; `host` goes into its HostConfig."""
    return [{
        "Id": ID, "Name": "/" + name, "Image": "sha256:" + "ab" * 32,
        "State": {"Status": state, "Running": state == "running", "Pid": pid, "ExitCode": 0, "Error": error},
        "HostConfig": {"NetworkMode": "bridge", "IpcMode": "private", "ShmSize": 67108864, "Runtime": "runc",
                       "Privileged": False, "SecurityOpt": None, "CapAdd": None, "Devices": [],
                       "DeviceRequests": None, "PortBindings": {}} | (host or {}),
        "Config": {"User": "", "Env": list(env), "Image": "team/torch:1", "WorkingDir": "/work", **config},
        "NetworkSettings": {"Ports": ports or {}}}]


GPUS = [{"Driver": "", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}]
CDI = [{"Driver": "cdi", "Count": 0, "DeviceIDs": ["nvidia.com/gpu=all"], "Capabilities": None, "Options": {}}]


def crictl(pid=0, env=(), devices=(), cdi=()):
    return {"status": {"id": ID, "metadata": {"name": "trainer", "attempt": 0}, "state": "CONTAINER_RUNNING",
                       "image": {"image": "team/torch:1"}, "imageRef": "sha256:" + "ab" * 32},
            "info": {"pid": pid, "runtimeType": "io.containerd.runc.v2",
                     "config": {"CDI_devices": [{"name": name} for name in cdi]},
                     "runtimeSpec": {"process": {"cwd": "/work", "env": list(env)},
                                     "linux": {"devices": [{"path": path, "type": "c"} for path in devices]}}}}


def incus(name="trainer", pid=0, devices=None):
    return [{"name": name, "status": "Running", "type": "container", "config": {}, "state": {"pid": pid},
             "expanded_config": {}, "expanded_devices": devices or {"root": {"type": "disk", "path": "/"}}}]


def apptainer(name="trainer", pid=0):
    return {"instances": [{"instance": name, "pid": pid, "img": "/home/ada/torch.sif", "ip": ""}]}


def pod(limits=None, runtime=None, env=(), kind="Pod", status=None):
    spec = {"containers": [{"name": "sidecar", "image": "team/sidecar:1"},
                           {"name": "trainer", "image": "team/torch:1", "resources": {"limits": limits or {}},
                            "env": [dict(zip(("name", "value"), pair)) for pair in env]}]}
    if runtime:
        spec["runtimeClassName"] = runtime
    body = spec if kind == "Pod" else {"template": {"spec": spec}}
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "trainer"}, "spec": body, "status": status or {}}


def install(folder, engine, answer, files=None, archive=None):
    """A client that knows one container, `trainer`; its files and its image come from these files."""
    def say(path):
        return f"cat {shlex.quote(str(path))}" if path else "exit 1"

    (folder / f"{engine}.json").write_text(json.dumps(answer))
    script = folder / engine
    script.write_text(f"""#!/bin/sh
case "$*" in
*inspect*trainer|*list*trainer) {say(folder / f'{engine}.json')} ;;
export*) {say(files)} ;;
save*team/torch:1) {say(archive)} ;;
*) echo "Error: no such thing: $*" >&2; exit 1 ;;
esac
""")
    script.chmod(0o755)
