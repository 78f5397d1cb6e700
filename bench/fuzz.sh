#!/usr/bin/env bash
# Fuzzes the decoders of bytes from disk and network, and PromQL, with Jazzer, one target after the other.
# usage: bench/fuzz.sh [TARGET|all] [EXECUTIONS]   default: all, 10,000,000 each
#        bench/fuzz.sh --list                      the targets
#        bench/fuzz.sh --keep TARGET               what was found, minimised, becomes the corpus of every build
# MANGRU_FUZZ_DIR=DIR     inputs and logs (default: bench/target/fuzz); inputs found before are where the next run goes on
# MANGRU_FUZZ_CLASSPATH=… classes and tests that are built already, instead of a build
set -euo pipefail
cd "$(dirname "$0")/.."
JAZZER=0.30.0
# module, class, largest input in bytes
TARGETS='
tsdb      dev.mangru.tsdb.chunk.TimeCodecFuzz                       160
tsdb      dev.mangru.tsdb.chunk.ValueCodecFuzz                      160
tsdb      dev.mangru.tsdb.chunk.ChunkCodecFuzz                      200
tsdb      dev.mangru.tsdb.ingest.RemoteWriteV1Fuzz                  512
tsdb      dev.mangru.tsdb.ingest.RemoteWriteV2Fuzz                  400
tsdb      dev.mangru.tsdb.ingest.otlp.OtlpMetricsFuzz               600
server    dev.mangru.server.http.SnappyFuzz                         200
collector dev.mangru.collector.scrape.ExpositionFuzz                256
model     dev.mangru.model.disk.RecordLogFuzz                       300
tsdb      dev.mangru.tsdb.wal.RecordFuzz                            256
tsdb      dev.mangru.tsdb.block.PartFuzz                            700
tsdb      dev.mangru.tsdb.block.BlockFuzz                           900
tsdb      dev.mangru.tsdb.ManifestFuzz                              192
tsdb      dev.mangru.tsdb.compact.TombstonesFuzz                    128
tsdb      dev.mangru.tsdb.head.RegistryFuzz                         400
tsdb      dev.mangru.tsdb.tenant.TenantNamesFuzz                    100
tsdb      dev.mangru.tsdb.exemplar.ExemplarRecordFuzz               160
tsdb      dev.mangru.tsdb.metadata.MetadataRecordFuzz               128
tsdb      dev.mangru.tsdb.transfer.SpillFileFuzz                    200
tsdb      dev.mangru.tsdb.transfer.prometheus.PromChunkFuzz         300
tsdb      dev.mangru.tsdb.transfer.prometheus.PromIndexFuzz         300
tsdb      dev.mangru.tsdb.promql.PromqlParserFuzz                   200
tsdb      dev.mangru.tsdb.promql.PromqlEvaluatorFuzz                160
tsdb      dev.mangru.tsdb.promql.RegexFuzz                          120
tsdb      dev.mangru.tsdb.v1.block.OldManifestFuzz                  160
tsdb      dev.mangru.tsdb.v1.block.OldBlockFuzz                     800
tsdb      dev.mangru.tsdb.v1.head.BatchRecordFuzz                   160
'
if [ "${1:-}" = --list ]; then
  printf '%s' "$TARGETS" | awk 'NF { sub(/.*\./, "", $2); print $2 }'
  exit 0
fi
if [ -z "${JAVA_HOME:-}" ] || ! grep -qE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$JAVA_HOME/release" 2>/dev/null; then
  echo "set JAVA_HOME to a JDK 25 or newer" >&2
  exit 2
fi
keep=no
if [ "${1:-}" = --keep ]; then keep=yes; shift; fi
wanted=${1:-all}
executions=${2:-10000000}
dir=${MANGRU_FUZZ_DIR:-bench/target/fuzz}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

lines=$(printf '%s' "$TARGETS" | awk -v t="$wanted" 'NF { n = $2; sub(/.*\./, "", n); if (t == "all" || t == n) print $1, $2, n, $3 }')
if [ -z "$lines" ]; then
  echo "there is no target \"$wanted\"; bench/fuzz.sh --list names them" >&2
  exit 2
fi

quietly() {
  "$@" >"$dir/build.log" 2>&1 || { grep -E '^\[ERROR\]' "$dir/build.log" | head -n 20 >&2; exit 1; }
}

if [ ! -s "$dir/jazzer.classpath" ]; then
  printf '<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version><dependencies><dependency><groupId>com.code-intelligence</groupId><artifactId>jazzer</artifactId><version>%s</version></dependency></dependencies></project>' \
    "$JAZZER" >"$dir/jazzer-pom.xml"
  quietly mvn -B -Dstyle.color=never -f "$dir/jazzer-pom.xml" dependency:build-classpath -Dmdep.outputFile="$dir/jazzer.classpath"
fi
if [ -z "${MANGRU_FUZZ_CLASSPATH:-}" ]; then
  modules=$(printf '%s\n' "$lines" | awk '{ print $1 }' | sort -u | paste -sd,)
  quietly mvn -B -Dstyle.color=never -Dspotless.check.skip=true -pl "$modules" -am test-compile dependency:build-classpath -Dmdep.outputFile=target/fuzz.classpath
fi

classpath() {
  if [ -n "${MANGRU_FUZZ_CLASSPATH:-}" ]; then
    printf '%s' "$MANGRU_FUZZ_CLASSPATH"
  else
    printf '%s' "$PWD/$1/target/test-classes:$PWD/$1/target/classes:$(cat "$1/target/fuzz.classpath")"
  fi
}

java_options="-Xmx768m -XX:+UseSerialGC -ea --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
failed=no
[ "$keep" = yes ] || printf '%-22s %12s %10s %9s %8s %9s\n' target executions exec/s coverage inputs findings
while read -r module class name most; do
  cp=$(classpath "$module")
  work=$dir/$name
  mkdir -p "$work/corpus"
  # shellcheck disable=SC2086
  "$JAVA_HOME/bin/java" $java_options -cp "$cp" dev.mangru.model.testkit.FuzzTarget seeds "$class" "$work/corpus"
  fuzz() {
    # shellcheck disable=SC2086
    (cd "$work" && nice -n 19 "$JAVA_HOME/bin/java" $java_options -cp "$cp:$(cat "$dir/jazzer.classpath")" \
      com.code_intelligence.jazzer.Jazzer --target_class="$class" --instrumentation_includes='dev.mangru.**' \
      --instrumentation_excludes='dev.mangru.model.testkit.**' --keep_going=200 --reproducer_path=. "$@")
  }
  if [ "$keep" = yes ]; then
    rm -rf "$work/merged"
    mkdir "$work/merged"
    fuzz -merge=1 merged corpus >"$work/merge.log" 2>&1
    find "$work" -maxdepth 1 -name 'crash-*' -exec cp {} "$work/merged/" \;
    # shellcheck disable=SC2086
    "$JAVA_HOME/bin/java" $java_options -cp "$cp" dev.mangru.model.testkit.FuzzTarget pack \
      "$work/merged" "$module/src/test/resources/fuzz/$name.hex" 16384
    wc -c "$module/src/test/resources/fuzz/$name.hex"
    continue
  fi
  code=0
  fuzz corpus -runs="$executions" -max_len="$most" -timeout=60 -rss_limit_mb=3000 -print_final_stats=1 \
    >"$work/fuzz.log" 2>&1 || code=$?
  # A fuzzer that ended before its first line has left nothing to find: then there is a "?" in the table, and it failed.
  last=$(grep -aE '^#[0-9]+' "$work/fuzz.log" | tail -n 1 || true)
  runs=$(grep -a 'stat::number_of_executed_units' "$work/fuzz.log" | tail -n 1 | awk '{ print $2 }' || true)
  speed=$(sed -n 's/.*exec\/s: \([0-9]*\).*/\1/p' <<<"$last")
  coverage=$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' <<<"$last")
  # grep ends with 1 where it counts 0.
  findings=$(grep -ac '== Java Exception' "$work/fuzz.log" || true)
  printf '%-22s %12s %10s %9s %8s %9s\n' "$name" "${runs:-?}" "${speed:-?}" "${coverage:-?}" \
    "$(find "$work/corpus" -type f | wc -l)" "$findings"
  if [ "$findings" != 0 ] || [ "$code" != 0 ] || [ "${runs:-0}" -lt "$executions" ]; then
    failed=yes
    echo "  ended with $code; see $work/fuzz.log and the inputs $work/crash-*" >&2
  fi
done <<<"$lines"
[ "$failed" = no ]
