package dev.mangru.autoscaler.playground.sim.node;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a node uses: its pods and the system itself. Confined to the simulation's lock.
public final class NodeUse {

  /// Kubelet, runtime and kernel; chosen, as an idle node of a small cluster.
  private static final double SYSTEM_CORES = 0.05;

  private static final long SYSTEM_BYTES = 350L << 20;
  private static final double NANO = 1e9;

  private final Instant since;
  private double cores = 1;
  private double usedCores;
  private double cpuSeconds;
  private long memoryBytes = SYSTEM_BYTES;
  private double stepCores;
  private long stepBytes;
  private Instant windowStart;
  private double windowCpuSeconds;
  private ContainerRun.@Nullable Usage usage;

  NodeUse(Instant since) {
    this.since = since;
    this.windowStart = since;
  }

  void cores(double capacity) {
    cores = capacity;
    stepCores = SYSTEM_CORES;
    stepBytes = SYSTEM_BYTES;
  }

  void add(ContainerRun container) {
    stepCores += container.usedCores();
    stepBytes += container.memoryBytes();
  }

  void close(Instant now, double seconds) {
    usedCores = stepCores;
    cpuSeconds += usedCores * seconds;
    memoryBytes = stepBytes;
    Duration window = Duration.between(windowStart, now);
    if (window.compareTo(ContainerRun.WINDOW) >= 0) {
      usage =
          new ContainerRun.Usage(
              now,
              window,
              (cpuSeconds - windowCpuSeconds) / (window.toNanos() / NANO),
              memoryBytes);
      windowStart = now;
      windowCpuSeconds = cpuSeconds;
    }
  }

  /// Cores that nobody used in the last step.
  double freeCores() {
    return Math.max(0, cores - usedCores);
  }

  /// Cores of the machine.
  public double cores() {
    return cores;
  }

  /// Seconds of computing since it was first seen.
  public double cpuSeconds() {
    return cpuSeconds;
  }

  /// Working set.
  public long memoryBytes() {
    return memoryBytes;
  }

  /// When it was first seen by this process.
  public Instant since() {
    return since;
  }

  /// Its usage as a metrics server tells it; null until the first window has passed.
  public ContainerRun.@Nullable Usage usage() {
    return usage;
  }
}
