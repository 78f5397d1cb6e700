#!/usr/bin/env bash
# Unpacks current rivals and clients (Prometheus, Alertmanager, VictoriaMetrics, node_exporter, kubectl) from Debian's forky suite into a folder. Nothing is
# installed, and the machine's own suite stays what it is: the packages come from the mirror it is set up with.
# usage: bench/get-peers.sh DIR [PACKAGE...]      then: DIR/usr/bin/prometheus, promtool, victoria-metrics, …
set -euo pipefail
dir=${1:?usage: get-peers.sh DIR [PACKAGE...]}
shift
packages=("$@")
[ ${#packages[@]} -gt 0 ] || packages=(prometheus promtool prometheus-alertmanager victoria-metrics prometheus-node-exporter kubectl)
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{sources,lists/partial,cache,packages}

if [ -f /etc/apt/sources.list.d/debian.sources ]; then
  # The first stanza names the mirror.
  awk 'BEGIN { RS = "" } NR == 1' /etc/apt/sources.list.d/debian.sources |
    sed 's/^Suites:.*/Suites: forky/' >"$work/sources/forky.sources"
else
  awk '$1 == "deb" { print $1, $2, "forky", "main"; exit }' /etc/apt/sources.list >"$work/sources/forky.list"
fi
apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/sources" -o Dir::State::Lists="$work/lists"
  -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
"${apt[@]}" update
(cd "$work/packages" && "${apt[@]}" download "${packages[@]/%//forky}")
for package in "$work"/packages/*.deb; do
  dpkg -x "$package" "$dir"
done
ls "$dir/usr/bin"
