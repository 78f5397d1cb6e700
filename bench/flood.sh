#!/usr/bin/env bash
# A flood of new series against Mangru in a control group of little memory (cgroup v1 or v2; root).
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
trap '[ -n "$server" ] && kill -9 "$server" 2>/dev/null; sleep 1; rmdir "$group"; rm -rf "$work"' EXIT
# A limit of 0 series is the one that Mangru takes from the memory there is; start-mangru.sh would raise it.
MANGRU_MAX_SERIES=0 MANGRU_HEAP=${MANGRU_HEAP:-192m} bash -c 'echo $$ >"$1/cgroup.procs"; exec bench/start-mangru.sh "$2" "$3"' _ "$group" "$port" "$work/data" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 1 300); do curl -sf "http://127.0.0.1:$port/-/ready" >/dev/null && break; sleep 0.2; done
status=0
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx512m -cp "$classpath" dev.mangru.bench.torture.SeriesFlood "http://127.0.0.1:$port" "$series" || status=$?
kill -0 "$server" || { echo "the server is dead"; tail -n 20 "$work/log"; status=1; }
for figure in memory.max_usage_in_bytes memory.failcnt memory.peak memory.events; do
  [ -f "$group/$figure" ] && printf '%s: %s\n' "$figure" "$(tr '\n' ' ' <"$group/$figure")"
done
grep -E 'VmRSS|VmHWM|RssAnon' "/proc/$server/status" || status=1
exit $status
