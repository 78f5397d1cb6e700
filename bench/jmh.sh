#!/usr/bin/env bash
# Builds the engines and runs their JMH benchmarks.
# usage: bench/jmh.sh [REGEX] [JMH OPTIONS...]     (bench/jmh.sh -l lists them; MANGRU_BENCH_DIR=DIR for the disk to write on)
#        bench/jmh.sh --classpath                   builds, and prints the class path of everything in here
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${JAVA_HOME:-}" ] || ! grep -qE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$JAVA_HOME/release" 2>/dev/null; then
  echo "set JAVA_HOME to a JDK 25 or newer" >&2
  exit 2
fi
classpath=bench/target/jmh.classpath
if [ "${MANGRU_BENCH_BUILD:-yes}" = yes ]; then
  log=$(mktemp)
  mvn -B -Dstyle.color=never -Dmaven.test.skip=true -pl bench -am package dependency:build-classpath \
    -Dmdep.outputFile=target/jmh.classpath >"$log" 2>&1 || { grep -E '^\[ERROR\]' "$log" | head -n 20; exit 1; }
  rm -f "$log"
fi
if [ "${1:-}" = --classpath ]; then
  printf '%s\n' "$PWD/bench/target/classes:$(cat "$classpath")"
  exit 0
fi
# JMH hands the options of this JVM to the ones it forks.
exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -XX:+UseCompactObjectHeaders -Xms1g -Xmx1g -Dmangru.bench.dir="${MANGRU_BENCH_DIR:-${TMPDIR:-/tmp}}" \
  -cp "bench/target/classes:$(cat "$classpath")" org.openjdk.jmh.Main "$@"
