package dev.mangru.tsdb;

import java.lang.management.ManagementFactory;

/// The memory there is, and what each part of the process may take of it. Where a limit is not set,
/// it comes from here, so that a small container means small limits and not a dead process.
///
/// ```
/// heap    half of what is over 32 MiB: the series, their labels and index
///         a 16th: selections kept for later queries     an 8th: request bodies under way
///         5 16ths: queries; merges and everything else besides
/// beside  an 8th: samples not yet sealed; at twice that, writes are refused
///         the rest: code, classes, threads, buffers, and the files that the system keeps at hand
/// ```
///
/// @param heapBytes how large the heap may grow, half of the memory at most: a heap that could grow
///   larger would leave nothing for what lies beside it
/// @param memoryBytes of the machine, or of the container
public record MemoryThereIs(long heapBytes, long memoryBytes) {

  /// What an idle server keeps on its heap; measured: 26 MiB.
  private static final long AT_REST_BYTES = 32L << 20;

  /// Memory of a series of Kubernetes with its share of the index; measured: 300 to 350 bytes.
  private static final long SERIES_BYTES = 350;

  /// Series that are allowed without regard to the memory: their bytes are limited too.
  private static final long LEAST_SERIES = 100_000;

  private static final MemoryThereIs NOW = of(Runtime.getRuntime().maxMemory(), systemBytes());

  /// That of this process. The Java runtime knows the limits of cgroups, version 1 and 2.
  public static MemoryThereIs now() {
    return NOW;
  }

  /// @param largestHeap that the Java runtime allows
  /// @param memory of the machine or container; [Long#MAX_VALUE] if that is not known
  static MemoryThereIs of(long largestHeap, long memory) {
    return new MemoryThereIs(Math.min(largestHeap, memory / 2), memory);
  }

  private static long systemBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  /// Memory that series may take with labels and index.
  public long seriesBytes() {
    return Math.max(heapBytes / 8, (heapBytes - AT_REST_BYTES) / 2);
  }

  /// As many series as fit into [#seriesBytes], but at least 100,000: those with short labels fit.
  public long maxSeries() {
    return Math.max(LEAST_SERIES, seriesBytes() / SERIES_BYTES);
  }

  /// Memory of samples outside the heap that asks for sealing: a quarter of the heap but at least
  /// 64 MiB, and no more than an 8th of what lies beside the heap.
  public long unsealedBytes() {
    long beside = memoryBytes - heapBytes;
    return Math.max(4L << 20, Math.min(beside / 8, Math.max(64L << 20, heapBytes / 4)));
  }

  /// Samples of one batch, whose columns take some 50 bytes each: a 10th of the heap, 1,000,000 at
  /// most.
  public int batchSamples() {
    return Math.clamp(heapBytes >> 9, 20_000, 1_000_000);
  }

  /// Series that one query may select, whose labels take some 300 bytes each: 1,000,000 at most.
  public long querySeries() {
    return Math.clamp(heapBytes >> 10, 20_000, 1_000_000);
  }

  /// Memory of selections kept for later queries.
  public long selectionBytes() {
    return Math.max(1L << 20, heapBytes / 16);
  }

  /// Bytes of request bodies under way, sent and decoded: 128 MiB at most.
  public long requestBytes() {
    return Math.clamp(heapBytes / 8, 4L << 20, 128L << 20);
  }

  /// Bytes that all queries hold together, with what is made of their samples.
  public long queryBytes() {
    return Math.max(16L << 20, heapBytes / 16 * 5);
  }

  /// Queries at once: one for each 48 MiB of the heap, from 2 to 20.
  public int queries() {
    return Math.clamp(heapBytes / (48L << 20), 2, 20);
  }

  /// Bytes of results of range queries that are kept: a thirty-second of the heap. The answers of a
  /// dashboard of 20 panels with 20 series and 240 steps each take 1 MB.
  public long resultCacheBytes() {
    return heapBytes / 32;
  }

  /// Samples that one query may hold, some 16 bytes each with what is made of them: a quarter of
  /// the heap, 50,000,000 at most as in Prometheus.
  public long querySamples() {
    return Math.clamp(heapBytes / 4 / 16, 1L << 20, 50_000_000);
  }
}
