#!/bin/sh
# Installs the Debian or Ubuntu packages that the build needs and that are not there yet.
#   install_packages.sh          for this machine
#   install_packages.sh cross    and for aarch64, with qemu to run its tests
set -eu

libraries='libc6-dev libjansson-dev libpcre2-dev libzstd-dev zlib1g-dev nettle-dev libiberty-dev libyaml-dev libcmocka-dev'
wanted="gcc binutils meson ninja-build pkg-config python3 $libraries"
if [ "${1:-}" = cross ]; then
    wanted="$wanted gcc-aarch64-linux-gnu qemu-user-static"
    for library in $libraries; do
        wanted="$wanted $library:arm64"
    done
fi
# Python before 3.11 (Ubuntu 22.04) reads TOML through a package of its own.
if command -v python3 >/dev/null && ! python3 -c 'import tomllib' 2>/dev/null; then
    wanted="$wanted python3-tomli"
fi

# Whether it is there for this machine, or for the architecture that its name ends in. With several
# architectures dpkg-query answers with a line each.
is_installed() {
    case $1 in
    *:*) arch=${1#*:} ;;
    *) arch=$(dpkg --print-architecture 2>/dev/null) || return 1 ;;
    esac
    dpkg-query -W -f '${db:Status-Status} ${Architecture}\n' "${1%:*}" 2>/dev/null |
        grep -Eqx "installed ($arch|all)"
}

missing=
for package in $wanted; do
    is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || {
    echo "Not a Debian or Ubuntu machine; please install the equivalents of:$missing" >&2
    exit 1
}
root=
[ "$(id -u)" = 0 ] || root=sudo
echo "Installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
[ "${1:-}" != cross ] || $root dpkg --add-architecture arm64
$root apt-get update -qq
# shellcheck disable=SC2086 # a list of words
$root apt-get install -y -qq --no-install-recommends $missing >/dev/null
