/// The time-series store under kill -9 and power cuts: one process writes and says what was
/// acknowledged, another one ends it, and the next start must find it all. Start with
/// [StoreTorture]; `bench/torture.sh` runs it.
@NullMarked
package dev.mangru.bench.torture;

import org.jspecify.annotations.NullMarked;
