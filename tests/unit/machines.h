/* machines: whole small machines, for the tests of probes. Made up, in the shape of real ones. */
#ifndef GPUVET_TESTS_MACHINES_H
#define GPUVET_TESTS_MACHINES_H

#include "world.h"

#define OS_UBUNTU \
    "= NAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nID=ubuntu\nID_LIKE=debian\n" \
    "PRETTY_NAME=\"Ubuntu 22.04.4 LTS\"\n"
#define MOUNTS_HOST \
    "= 22 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw\n" \
    "23 22 0:6 / /dev rw,nosuid - devtmpfs udev rw,size=8123456k,mode=755\n" \
    "24 23 0:25 / /dev/shm rw,nosuid,nodev - tmpfs tmpfs rw,size=16384k\n"
#define CPU_METAL \
    "= processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu lm cx16 lahf_lm popcnt pni " \
    "sse4_1 sse4_2 ssse3 avx avx2 bmi1 bmi2 f16c fma abm movbe xsave\n\nprocessor\t: 1\n"
#define CPU_GUEST "= processor\t: 0\nflags\t\t: fpu lm pni hypervisor\n"
#define LOADER_X86 \
    { "lib64", "> usr/lib64" }, { "lib", "> usr/lib" }, \
    { \
        "usr/lib64/ld-linux-x86-64.so.2", "= x" \
    }
#define GLIBC_235 \
    { \
        "usr/lib/x86_64-linux-gnu/libc.so.6", \
            "= ..GNU C Library (Ubuntu GLIBC 2.35-0ubuntu3.6) stable release version 2.35.\nCopy" \
    }
#define DEV \
    { "dev/null", "c 0666 0" }, { "sys/firmware/acpi", "/" }, \
    { \
        "sys/module/kvm", "/" \
    }

/* A desktop: a GeForce with its sound device, a working proprietary driver from DKMS. */
static const struct thing desktop[] = {
    { "etc/os-release", OS_UBUNTU },
    { "etc/hostname", "= workshop\n" },
    { "etc/passwd", "= root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000:Ada:/home/ada:/bin/sh\n" },
    { "etc/group", "= root:x:0:\nvideo:x:44:ada\n" },
    { "proc/sys/kernel/osrelease", "= 6.5.0-27-generic\n" },
    { "proc/cpuinfo", CPU_METAL },
    { "proc/self/mountinfo", MOUNTS_HOST },
    { "proc/self/cgroup", "= 0::/user.slice/user-1000.slice\n" },
    { "sys/class/dmi/id/sys_vendor", "= ASUS\n" },
    { "sys/class/dmi/id/product_name", "= System Product Name\n" },
    LOADER_X86,
    GLIBC_235,
    { "usr/lib/x86_64-linux-gnu/libstdc++.so.6", "> libstdc++.so.6.0.30" },
    { "usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30", "= x" },
    { "sys/bus/pci/devices/0000:00:02.0/uevent",
      "= DRIVER=i915\nPCI_CLASS=30000\nPCI_ID=8086:4680\nPCI_SUBSYS_ID=1043:8694\n" },
    { "sys/bus/pci/devices/0000:01:00.0/uevent",
      "= DRIVER=nvidia\nPCI_CLASS=30000\nPCI_ID=10DE:2504\nPCI_SUBSYS_ID=1462:3976\n" },
    { "sys/bus/pci/devices/0000:01:00.1/uevent",
      "= DRIVER=snd_hda_intel\nPCI_CLASS=40300\nPCI_ID=10DE:228E\nPCI_SUBSYS_ID=1462:3976\n" },
    { "proc/driver/nvidia/gpus/0000:01:00.0/information",
      "= Model: \t\t NVIDIA GeForce RTX 3060\nIRQ:   \t\t 152\n"
      "GPU UUID: \t GPU-5d3c0fbd-5c6b-4c0f-9d3a-0123456789ab\nDevice Minor: \t 0\n" },
    { "sys/module/nvidia/version", "= 535.183.01\n" },
    { "sys/module/nvidia_uvm", "/" },
    { "proc/driver/nvidia/version",
      "= NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC\n" },
    { "usr/lib/modules/6.5.0-27-generic/modules.dep",
      "= kernel/drivers/net/e1000.ko:\nupdates/dkms/nvidia-uvm.ko.zst: updates/dkms/nvidia.ko.zst\n"
      "updates/dkms/nvidia.ko.zst:\n" },
    { "usr/lib/modules/6.5.0-27-generic/updates/dkms/nvidia.ko.zst", "= packed" },
    { "usr/lib/modules/6.5.0-27-generic/build", "> /usr/src/linux-headers-6.5.0-27-generic" },
    { "usr/src/linux-headers-6.5.0-27-generic", "/" },
    { "var/lib/dkms/nvidia/535.183.01/6.5.0-27-generic/x86_64/module/nvidia.ko.zst", "= packed" },
    { "var/lib/dkms/nvidia/kernel-6.5.0-27-generic-x86_64",
      "> 535.183.01/6.5.0-27-generic/x86_64" },
    DEV,
    { "dev/nvidia0", "c 0666 0" },
    { "dev/nvidiactl", "c 0666 0" },
    { "dev/nvidia-uvm", "c 0666 0" },
    { "dev/nvidia-modeset", "c 0600 0" },
    { "dev/kmsg",
      "= 5,0,0,-;Linux version 6.5.0-27-generic\n4,900,812345,-;NVRM: loading NVIDIA UNIX\n" },
    { "usr/lib/x86_64-linux-gnu/libcuda.so.1", "> libcuda.so.535.183.01" },
    { "usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01", "= library" },
    { "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1", "> libnvidia-ml.so.535.183.01" },
    { "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.535.183.01", "= library" },
    { NULL, NULL },
};

/* A pod on an A100 with two MIG instances, in a virtual machine. */
static const struct thing pod[] = {
    { "etc/os-release", "= ID=debian\nVERSION_ID=\"12\"\n" },
    { "etc/hostname", "= pod-1\n" },
    { "etc/passwd", "= root:x:0:0:root:/root:/bin/bash\n" },
    { "etc/group", "= root:x:0:\n" },
    { "proc/sys/kernel/osrelease", "= 5.15.0-105-generic\n" },
    { "proc/cpuinfo", CPU_GUEST },
    { "proc/self/mountinfo",
      "= 900 1 0:300 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.x/1/fs\n"
      "901 900 0:301 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755\n"
      "902 901 0:302 / /dev/shm rw - tmpfs shm rw,size=65536k\n"
      "903 901 0:5 /nvidia0 /dev/nvidia0 rw - devtmpfs udev rw\n" },
    { "proc/self/cgroup", "= 0::/\n" },
    { "run/secrets/kubernetes.io", "/" },
    { "sys/class/dmi/id/sys_vendor", "= QEMU\n" },
    { "sys/class/dmi/id/product_name", "= Standard PC\n" },
    LOADER_X86,
    GLIBC_235,
    { "sys/bus/pci/devices/0000:3b:00.0/class", "= 0x030200\n" },
    { "sys/bus/pci/devices/0000:3b:00.0/vendor", "= 0x10de\n" },
    { "sys/bus/pci/devices/0000:3b:00.0/device", "= 0x20b0\n" },
    { "sys/bus/pci/devices/0000:3b:00.0/subsystem_vendor", "= 0x10de\n" },
    { "sys/bus/pci/devices/0000:3b:00.0/subsystem_device", "= 0x134f\n" },
    { "sys/bus/pci/devices/0000:3b:00.0/driver", "> ../../../bus/pci/drivers/nvidia" },
    { "sys/bus/pci/devices/0000:a0:00.0/uevent", "= PCI_CLASS=68000\nPCI_ID=10DE:1AF1\n" },
    { "proc/driver/nvidia/gpus/0000:3b:00.0/information",
      "= Model: \t\t NVIDIA A100-SXM4-40GB\nGPU UUID: \t GPU-1\nDevice Minor: \t 0\n" },
    { "proc/driver/nvidia/capabilities/gpu0/mig/gi1/ci0/access", "= DeviceFileMinor: 12\n" },
    { "proc/driver/nvidia/capabilities/gpu0/mig/gi2/ci0/access", "= DeviceFileMinor: 21\n" },
    { "sys/module/nvidia/version", "= 550.54.14\n" },
    { "proc/driver/nvidia/version",
      "= NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build\n" },
    DEV,
    { "dev/nvidia0", "c 0666 0" },
    { "dev/nvidiactl", "c 0666 0" },
    { "dev/nvidia-uvm", "c 0666 0" },
    { "dev/nvidia-caps/nvidia-cap1", "c 0400 0" },
    { "usr/lib/x86_64-linux-gnu/libcuda.so.1", "> libcuda.so.550.54.14" },
    { "usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14", "= library" },
    { NULL, NULL },
};

static const struct thing wsl[] = {
    { "etc/os-release", OS_UBUNTU },
    { "proc/sys/kernel/osrelease", "= 5.15.90.1-microsoft-standard-WSL2\n" },
    { "proc/cpuinfo", CPU_GUEST },
    { "proc/self/mountinfo", MOUNTS_HOST },
    { "run/systemd/container", "= wsl\n" },
    LOADER_X86,
    GLIBC_235,
    { "sys/bus/pci/devices/5582:00:00.0/uevent", "= PCI_CLASS=30200\nPCI_ID=1414:008E\n" },
    DEV,
    { "dev/dxg", "c 0666 0" },
    { "usr/lib/wsl/lib/libcuda.so.1", "> libcuda.so.1.1" },
    { "usr/lib/wsl/lib/libcuda.so.1.1", "= library" },
    { NULL, NULL },
};

static const struct thing jetson[] = {
    { "etc/os-release", OS_UBUNTU },
    { "etc/nv_tegra_release",
      "= # R36 (release), REVISION: 4.0, GCID: 37537400, BOARD: generic\n" },
    { "proc/sys/kernel/osrelease", "= 5.15.148-tegra\n" },
    { "proc/cpuinfo", "= processor\t: 0\nCPU implementer\t: 0x41\n" },
    { "proc/self/mountinfo", MOUNTS_HOST },
    { "proc/device-tree", "> /sys/firmware/devicetree/base" },
    { "sys/module/nvgpu", "/" },
    { "sys/firmware/devicetree/base/model", "= NVIDIA Jetson AGX Orin Developer Kit" },
    { "lib", "> usr/lib" },
    { "usr/lib/ld-linux-aarch64.so.1", "= x" },
    { "sys/bus/pci/devices/0001:01:00.0/uevent", "= PCI_CLASS=20000\nPCI_ID=10EC:8168\n" },
    { "dev/null", "c 0666 0" },
    { "dev/nvmap", "c 0660 44" },
    { "dev/nvhost-gpu", "c 0660 44" },
    { "etc/group", "= video:x:44:\n" },
    { "usr/lib/aarch64-linux-gnu/tegra/libcuda.so.1.1", "= library" },
    { "usr/lib/aarch64-linux-gnu/tegra/libcuda.so.1", "> libcuda.so.1.1" },
    { NULL, NULL },
};

/* Seen on a rented virtual machine with one H100: its driver lies where only LD_LIBRARY_PATH looks,
 * its firmware has no tables, and the image's variables speak of containers without there being
 * one. Taken down from its /proc and /sys on 2026-11-24; the device's PCI numbers are from the
 * table of GPUs. */
static const struct thing rented[] = {
    { ".dockerenv", "= " },
    { "etc/os-release", "= ID=debian\nVERSION_ID=\"12\"\n" },
    { "proc/sys/kernel/osrelease", "= 6.18.44\n" },
    { "proc/cpuinfo", CPU_GUEST },
    { "proc/self/mountinfo",
      "= 22 27 0:21 / /proc rw,relatime - proc proc rw\n"
      "24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,size=65984560k,mode=755\n"
      "25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=131981020k\n"
      "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
      "29 27 254:16 / /usr/local/nvidia ro,nosuid - squashfs /dev/vdb ro,errors=continue\n"
      "31 25 0:27 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=134217728k\n" },
    { "proc/self/cgroup", "= 0::/process_api/0cd0abf8f48f6ef012542331788259fd\n" },
    LOADER_X86,
    { "sys/bus/pci/devices/0000:00:06.0/uevent",
      "= DRIVER=nvidia\nPCI_CLASS=30200\nPCI_ID=10DE:2330\nPCI_SUBSYS_ID=10DE:16C1\n" },
    { "proc/driver/nvidia/version",
      "= NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build  "
      "(nixbld@)  \nGCC version:  gcc version 15.3.0 (GCC) \n" },
    { "proc/driver/nvidia/gpus/0000:00:06.0/information",
      "= Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 41\nGPU UUID: \t "
      "GPU-a1a09618-4f3c-d9bc-e5be-da3020874847\nVideo BIOS: \t 96.00.da.00.0c\nBus Type: \t "
      "PCIe\nBus Location: \t 0000:00:06.0\nDevice Minor: \t 0\nGPU Excluded:\t No\n" },
    { "proc/driver/nvidia/capabilities/gpu0/mig", "/" },
    { "proc/driver/nvidia/capabilities/mig/config", "= x" },
    { "sys/module/nvidia/version", "= 580.159.04\n" },
    DEV,
    { "dev/nvidia0", "c 0666 0" },
    { "dev/nvidiactl", "c 0666 0" },
    { "dev/nvidia-uvm", "c 0666 0" },
    { "dev/nvidia-uvm-tools", "c 0666 0" },
    { "dev/nvidia-caps/nvidia-cap1", "c 0400 0" },
    { "dev/nvidia-caps/nvidia-cap2", "c 0444 0" },
    { "usr/local/nvidia/lib64/libcuda.so.1", "> libcuda.so.580.159.04" },
    { "usr/local/nvidia/lib64/libcuda.so.580.159.04", "= library" },
    { NULL, NULL },
};

/* A laptop whose firmware refuses the module that DKMS built. */
static const struct thing refused[] = {
    { "etc/os-release", OS_UBUNTU },
    { "proc/sys/kernel/osrelease", "= 6.8.0-31-generic\n" },
    { "proc/cpuinfo", CPU_METAL },
    { "proc/self/mountinfo", MOUNTS_HOST },
    LOADER_X86,
    { "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
      "= \006..\002\001" },
    { "sys/bus/pci/devices/0000:01:00.0/uevent",
      "= DRIVER=nouveau\nPCI_CLASS=30000\nPCI_ID=10DE:2504\nPCI_SUBSYS_ID=1462:3976\n" },
    { "sys/module/nouveau", "/" },
    { "usr/lib/modules/6.8.0-31-generic/modules.dep", "= kernel/a.ko:\n" },
    { "usr/lib/modules/6.5.0-27-generic/modules.dep", "= updates/dkms/nvidia.ko:\n" },
    { "var/lib/dkms/nvidia/550.54.14/6.8.0-31-generic/x86_64/module/nvidia.ko", "= x" },
    { "dev/null", "c 0666 0" },
    { "dev/kmsg", "? " },
    { "var/log/kern.log",
      "= May  1 08:00:00 l kernel: [    0.000000] Linux version 6.5.0-27-generic\n"
      "May  1 08:00:09 l kernel: [    9.1] NVRM: Xid (PCI:0000:01:00): 79, pid=1, GPU has fallen\n"
      "May  2 08:00:00 l kernel: [    0.000000] Linux version 6.8.0-31-generic\n"
      "May  2 08:00:07 l kernel: [    7.1] nvidia: Loading of module with unavailable key is "
      "rejected\n" },
    { NULL, NULL },
};

#endif
