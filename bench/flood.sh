#!/usr/bin/env bash
# A flood of new series against Mangru in a control group of little memory (cgroup v1 or v2; root), then kill -9 and a
# start in the same group.
#   bench/flood.sh [SERIES] [MEMORY]     default 10000000 series, 512M
# Run "./mangru build" first. MANGRU_BENCH_DIR says where the data goes; MANGRU_BENCH_BUILD=no uses what is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
series=${1:-10000000} memory=${2:-512M} port=${MANGRU_BENCH_PORT:-28999}
classpath=$(bench/jmh.sh --classpath)
work=$(mktemp -d "${MANGRU_BENCH_DIR:-${TMPDIR:-/tmp}}/flood.XXXXXX")
if [ -d /sys/fs/cgroup/memory ]; then
  group=/sys/fs/cgroup/memory/mangru-flood-$$
  mkdir "$group" && echo "$memory" >"$group/memory.limit_in_bytes"
else
  group=/sys/fs/cgroup/mangru-flood-$$
  mkdir "$group" && echo "$memory" >"$group/memory.max"
fi
server=
cleanup() {
  # It may be gone already, and one that was killed does not end with 0: neither is a failure.
  [ -z "$server" ] || { kill -9 "$server"; wait "$server" || true; } 2>/dev/null
  rmdir "$group"
  rm -rf "$work"
}
trap cleanup EXIT

start() {
  # 0 series are as many as the memory has room for; start-mangru.sh would raise the limit.
  MANGRU_MAX_SERIES=0 MANGRU_MAX_SAMPLES=0 bash -c 'echo $$ >"$1/cgroup.procs"; exec bench/start-mangru.sh "$2" "$3"' \
    _ "$group" "$port" "$work/data" >>"$work/log" 2>&1 &
  server=$!
  for _ in $(seq 1 600); do
    curl -sf "http://127.0.0.1:$port/-/ready" >/dev/null && return
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  echo "the server did not start"; tail -n 20 "$work/log"; exit 1
}

flood() { "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx512m -cp "$classpath" dev.mangru.bench.torture.SeriesFlood "http://127.0.0.1:$port" "$@"; }

look() {
  for figure in memory.max_usage_in_bytes memory.failcnt memory.peak memory.events; do
    [ -f "$group/$figure" ] && printf '%s: %s\n' "$figure" "$(tr '\n' ' ' <"$group/$figure")"
  done
  grep -E 'VmHWM|RssAnon' "/proc/$server/status" || status=1
}

status=0
start
flood "$series" | tee "$work/out" || status=$?
kill -0 "$server" || { echo "the server is dead"; tail -n 20 "$work/log"; exit 1; }
look
stored=$(sed -n 's/^samples of ordinary series: \([0-9]*\) sent.*/\1/p' "$work/out")
# What was killed does not end with 0, and the shell would tell of it.
{ kill -9 "$server"; wait "$server" || true; } 2>/dev/null
began=$(date +%s%N)
start
echo "ready again after $((($(date +%s%N) - began) / 1000000)) ms"
flood stored "$stored" || status=$?
look
grep -nE 'OutOfMemory|ERROR' "$work/log" | head -n 5 && status=1
exit $status
