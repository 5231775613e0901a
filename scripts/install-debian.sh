#!/bin/bash
# Installs what the benchmarks call besides Node: a C compiler, Spin and GNU time. Does nothing, and asks the network
# nothing, where they are there already. Without them the checker works as ever, and `npm run bench` leaves those peers
# out.
set -euo pipefail

declare -A package_of=([gcc]=gcc [spin]=spin [/usr/bin/time]=time)
missing=()
for command in gcc spin /usr/bin/time; do
  command -v "$command" >/dev/null || missing+=("${package_of[$command]}")
done
# A compiler without the C library's headers compiles nothing.
[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)

if [ ${#missing[@]} -eq 0 ]; then
  echo "install-debian: gcc, spin and time are here; nothing to do"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "install-debian: no apt-get here; install by other means: ${missing[*]}" >&2
  exit 4
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install-debian: needs root to install: ${missing[*]}" >&2
    exit 4
  fi
  as_root=(sudo -n)
fi

echo "install-debian: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
echo "install-debian: done"
