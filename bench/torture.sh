#!/usr/bin/env bash
# Ends the time-series store at random moments and checks that nothing acknowledged is lost.
#   bench/torture.sh kill  [CYCLES] [SEED]    kill -9 (default 1000 cycles)
#   bench/torture.sh power [CYCLES] [SEED]    power cuts on a loop-mounted ext4 (default 200; root, xfsprogs, e2fsprogs)
# MANGRU_BENCH_DIR says where (default: the temporary folder); MANGRU_BENCH_BUILD=no uses what is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kind=${1:-kill} cycles=${2:-} seed=${3:-1}
classpath=$(bench/jmh.sh --classpath)
work=$(mktemp -d "${MANGRU_BENCH_DIR:-${TMPDIR:-/tmp}}/torture.XXXXXX")
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
image=
finish() {
  if [ -n "$image" ]; then umount "$work/mnt" 2>/dev/null || umount -l "$work/mnt" 2>/dev/null || :; fi
  if [ "${1:-1}" = 0 ]; then rm -rf "$work"; else echo "the data directory is kept in $work" >&2; fi
}
trap 'finish $?' EXIT
case $kind in
  kill) "$java" -cp "$classpath" dev.mangru.bench.torture.StoreTorture "$work/data" "${cycles:-1000}" "$seed" ;;
  power)
    image=$work/disk.img
    truncate -s 2G "$image"
    mkfs.ext4 -q -F "$image"
    mkdir "$work/mnt"
    mount -o loop "$image" "$work/mnt"
    "$java" -cp "$classpath" dev.mangru.bench.torture.StoreTorture "$work/mnt/data" "${cycles:-200}" "$seed" "$image" ;;
  *) sed -n '2,5p' "$0" >&2; exit 2 ;;
esac
