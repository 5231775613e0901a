#!/bin/bash
# Fetches Debian's cloud kernels for `lastref conform --kernel`, and installs QEMU to boot them. Of each package only the
# kernel image is kept, as .kernels/RELEASE/vmlinuz, and the modules that kernel-modules.txt names, in the order in which they
# are to be loaded. A kernel that is there with these modules is not fetched again; --newest does.
# Which mirror is asked is what this machine's apt is configured to ask; signatures are checked by its keys.
set -euo pipefail

declare -A series=([bullseye]=5.10 [bookworm]=6.1 [trixie]=6.12 [sid]=7)
folder=$(cd "$(dirname "$0")/.." && pwd)/.kernels
modules=$(dirname "$0")/kernel-modules.txt
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

# Uncompressed: not every kernel can do that itself.
unpack() {
  case $1 in
    *.xz) xz -dc "$1" ;;
    *.zst) zstd -dcq "$1" ;;
    *) cat "$1" ;;
  esac
}

# A module and those that it depends on, which come first.
keep_module() {
  local tree=$1 target=$2 name=$3 file needed
  compgen -G "$target/[0-9][0-9]-$name.ko" >/dev/null && return
  file=$(find "$tree" -path '*/modules/*' \( -name "$name.ko*" -o -name "${name//_/-}.ko*" \) | head -n 1)
  if [ -z "$file" ]; then
    say "  no module $name: built in, or not there"
    return
  fi
  unpack "$file" >"$target/$name.part"
  needed=$(tr '\0' '\n' <"$target/$name.part" | sed -n 's/^depends=//p' | head -n 1)
  for needed in ${needed//,/ }; do keep_module "$tree" "$target" "$needed"; done
  mv "$target/$name.part" "$target/$(printf '%02d' "$(find "$target" -name '*.ko' | wc -l)")-$name.ko"
}

keep_modules() {
  local tree=$1 target=$2 name
  rm -rf "$target.part"
  mkdir -p "$target.part"
  while read -r name; do keep_module "$tree" "$target.part" "$name"; done < <(grep -v '^#' "$modules")
  cp "$modules" "$target.part/kernel-modules.txt"
  rm -rf "$target"
  mv "$target.part" "$target"
}

fetch() {
  local suite=$1 version=${series[$1]} base=$scratch/$1 package image release deb
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
  local packages=("$package")
  case $package in linux-binary-*) packages+=("linux-modules-${package#linux-binary-}") ;; esac
  (cd "$base/deb" && apt_of "$base" apt-get download "${packages[@]}") || return 1
  for deb in "$base"/deb/*.deb; do dpkg -x "$deb" "$base/tree"; done
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
  keep_modules "$base/tree" "$folder/$release/modules"
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
  if cmp -s "$modules" "${there%/*}/modules/kernel-modules.txt" && [ "$newest" = no ]; then
    say "$suite: ${there#"$folder/"} is here"
  elif ! fetch "$suite"; then
    failed+=("$suite")
  fi
done
if [ ${#failed[@]} -gt 0 ]; then
  say "not fetched: ${failed[*]}" >&2
  exit 4
fi
