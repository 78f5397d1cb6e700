/// Small benchmarks of the engines' hot paths, run by `bench/jmh.sh`. Each one stands for a number
/// that users feel; side-by-side runs with rivals speak HTTP instead and are told of in
/// `bench/README.md`.
@NullMarked
package dev.mangru.bench;

import org.jspecify.annotations.NullMarked;
