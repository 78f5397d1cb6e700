#!/bin/sh
# Starts Mangru for a side-by-side run, as the scripts of its rivals do: becomes the server's process.
# usage: start-mangru.sh PORT DATADIR     (MANGRU_APP=jar, MANGRU_HEAP, MANGRU_JAVA_OPTS; JAVA_HOME must be a JDK >= 25)
# Run "./mangru build" first: a build within the run would be measured with it.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
app=${MANGRU_APP:-$here/.tools/app/mangru.jar}
[ -f "$app" ] || { echo "$app is missing: run $here/mangru build, or set MANGRU_APP" >&2; exit 1; }
mkdir -p "$2"
# The limits that a verification of every series over all time needs; the same are raised for the rivals.
cat > "$2.yaml" <<YAML
mangru:
  built-in-objectives: false
  metrics:
    retention: 3650d
    admin-api: true
    max-new-series-per-minute: 10000000
    max-series: ${MANGRU_MAX_SERIES:-10000000}
  query:
    timeout: 5m
    max-samples: ${MANGRU_MAX_SAMPLES:-500000000}
YAML
# The AOT cache that "./mangru up" has recorded for this build, if it has; the JVM ignores one of another build.
cache=$(ls -t "$here"/.tools/app-*.aot 2>/dev/null | head -n 1)
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2} MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-524288}
# Lists of options, so they are split on purpose. Those of "./mangru up" come first.
# shellcheck disable=SC2046,SC2086
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" $("$here/mangru" java-options) \
  ${cache:+-XX:AOTCache="$cache" $("$here/mangru" aot-options)} ${MANGRU_HEAP:+-Xmx"$MANGRU_HEAP"} ${MANGRU_JAVA_OPTS:-} \
  -jar "$app" up --port "$1" --data "$2" --config "$2.yaml" --no-agent --no-playground
