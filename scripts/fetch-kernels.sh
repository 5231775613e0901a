#!/bin/bash
# Fetches Debian's cloud kernels for `lastref conform --kernel`, and installs QEMU to boot them. Of each package only the
# kernel image is kept, as .kernels/RELEASE/vmlinuz. A kernel that is there already is not fetched again; --newest does.
# Which mirror is asked is what this machine's apt is configured to ask; signatures are checked by its keys.
set -euo pipefail

declare -A series=([bullseye]=5.10 [bookworm]=6.1 [trixie]=6.12 [sid]=7)
folder=$(cd "$(dirname "$0")/.." && pwd)/.kernels
newest=no
suites=()
for word in "$@"; do
  if [ "$word" = --newest ]; then
    newest=yes
  elif [ -n "${series[$word]:-}" ]; then
    suites+=("$word")
  else
    echo "fetch-kernels: there is no suite \"$word\"; known: bullseye bookworm trixie sid, and --newest" >&2
    exit 2
  fi
done
[ ${#suites[@]} -gt 0 ] || suites=(bullseye bookworm trixie sid)

say() { echo "fetch-kernels: $*"; }

for command in apt-get apt-cache dpkg; do
  if ! command -v "$command" >/dev/null; then
    say "no $command here; --kernel takes any bzImage, fetch one by other means" >&2
    exit 4
  fi
done

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo -n)
fi

install_qemu() {
  if command -v qemu-system-x86_64 >/dev/null; then
    return
  fi
  say "installing qemu-system-x86"
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends qemu-system-x86 </dev/null >/dev/null
}

# What this machine's apt calls the archive of a codename.
mirror_of() {
  apt-get indextargets --format '$(CODENAME) $(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v name="$1" '$3 == "main" && ($1 == name || $2 == name) && !seen { print $4; seen = 1 }'
}

# Apt with the lists of one suite only.
apt_of() {
  local base=$1 command=$2
  shift 2
  "$command" -qq -o "Dir::Etc::sourcelist=$base/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o "Dir::State::Lists=$base/lists" -o "Dir::Cache=$base/cache" -o Dir::State::status=/dev/null \
    -o Debug::NoLocking=1 "$@"
}

# Signed kernels are linux-image; where that is only a shell, the kernel is in linux-binary.
package_of() {
  local base=$1 version=$2 kind found
  for kind in binary image; do
    found=$(apt_of "$base" apt-cache search --names-only "^linux-$kind-${version//./\\.}\\..*cloud-amd64\$" |
      awk '{ print $1 }' | sort -V | tail -n 1)
    if [ -n "$found" ]; then
      echo "$found"
      return
    fi
  done
}

fetch() {
  local suite=$1 version=${series[$1]} base=$scratch/$1 package image release
  mkdir -p "$base/lists/partial" "$base/cache/archives/partial" "$base/deb" "$base/tree"
  echo "deb $mirror $suite main" >"$base/sources.list"
  if [ -n "$security" ] && [ "$suite" != sid ]; then
    echo "deb $security $suite-security main" >>"$base/sources.list"
  fi
  chmod -R a+rX "$base"
  chmod a+rwx "$base/deb"
  apt_of "$base" apt-get update || return 1
  package=$(package_of "$base" "$version")
  if [ -z "$package" ]; then
    say "$suite has no cloud kernel $version" >&2
    return 1
  fi
  say "$suite: downloading $package"
  (cd "$base/deb" && apt_of "$base" apt-get download "$package") || return 1
  dpkg -x "$base"/deb/*.deb "$base/tree"
  image=$(find "$base/tree" -type f \( -path '*/boot/vmlinuz-*' -o -path '*/modules/*/vmlinuz' \) | head -n 1)
  if [ -z "$image" ]; then
    say "$package holds no kernel image" >&2
    return 1
  fi
  case $image in
    */boot/vmlinuz-*) release=${image##*/vmlinuz-} ;;
    *) release=$(basename "$(dirname "$image")") ;;
  esac
  mkdir -p "$folder/$release"
  cp "$image" "$folder/$release/vmlinuz.part"
  mv "$folder/$release/vmlinuz.part" "$folder/$release/vmlinuz"
  say "$suite: .kernels/$release/vmlinuz"
}

install_qemu
own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
mirror=$(mirror_of "$own")
security=$(mirror_of "$own-security")
if [ -z "$mirror" ]; then
  say "this machine's apt names no Debian archive for \"$own\"" >&2
  exit 4
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod a+rx "$scratch"
failed=()
for suite in "${suites[@]}"; do
  there=$(compgen -G "$folder/${series[$suite]}.*/vmlinuz" | tail -n 1 || true)
  if [ -n "$there" ] && [ "$newest" = no ]; then
    say "$suite: ${there#"$folder/"} is here"
  elif ! fetch "$suite"; then
    failed+=("$suite")
  fi
done
if [ ${#failed[@]} -gt 0 ]; then
  say "not fetched: ${failed[*]}" >&2
  exit 4
fi
