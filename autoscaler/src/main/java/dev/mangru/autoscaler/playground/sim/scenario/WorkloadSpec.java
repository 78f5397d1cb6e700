package dev.mangru.autoscaler.playground.sim.scenario;

import org.jspecify.annotations.Nullable;

/// How the pods of one workload behave.
///
/// @param namespace of the workload
/// @param name of the deployment, stateful set or daemon set, or of a pod of its own
/// @param pullSeconds from being bound to a node to starting its containers
/// @param startSeconds from starting to being ready
/// @param startJitterSeconds added to it, evenly from 0
/// @param stopSeconds from being told to stop to being gone, within the grace period
/// @param idleCpuMilli thousandths of a core used without any request
/// @param memoryBytes used without any request
/// @param memoryBytesPerRequest added for each request in flight
/// @param memoryBytesPerSecond added for each second that a container runs: a leak
/// @param logEverySeconds seconds between two lines that are not about requests; 0 for none
/// @param runSeconds after which its containers end well; 0 for never
/// @param crash how its containers fail, if they do
/// @param http how it answers requests, if it does
public record WorkloadSpec(
    String namespace,
    String name,
    double pullSeconds,
    double startSeconds,
    double startJitterSeconds,
    double stopSeconds,
    double idleCpuMilli,
    long memoryBytes,
    long memoryBytesPerRequest,
    long memoryBytesPerSecond,
    double logEverySeconds,
    double runSeconds,
    @Nullable CrashSpec crash,
    @Nullable HttpSpec http) {

  private static final double PULL_SECONDS = 1;
  private static final double START_SECONDS = 2;
  private static final double START_JITTER_SECONDS = 1;
  private static final double STOP_SECONDS = 2;
  private static final double IDLE_CPU_MILLI = 2;
  private static final long MEMORY_BYTES = 32L << 20;

  /// What pods of a workload do that no scenario speaks of.
  public static WorkloadSpec ordinary(String namespace, String name) {
    return new WorkloadSpec(
        namespace,
        name,
        PULL_SECONDS,
        START_SECONDS,
        START_JITTER_SECONDS,
        STOP_SECONDS,
        IDLE_CPU_MILLI,
        MEMORY_BYTES,
        0,
        0,
        0,
        0,
        null,
        null);
  }

  /// A container that fails.
  ///
  /// @param afterSeconds from its start to its end; also before being ready
  /// @param exitCode what it ends with
  /// @param message the last line it logs
  public record CrashSpec(double afterSeconds, int exitCode, String message) {}

  /// How requests are answered.
  ///
  /// @param port where `/metrics` and requests are served
  /// @param cpuSecondsPerRequest computing time of one request
  /// @param waitSeconds time of one request spent waiting for others, without computing
  /// @param workers requests worked on at once
  /// @param queue requests that may wait beyond those; more are refused with 503
  /// @param timeoutSeconds longest wait in the queue; after that 504
  /// @param errorRate share of the answered requests that end with 500, at any load
  /// @param postShare share of `POST`; the others are `GET`
  /// @param unreadySeconds seconds of overload after which readiness fails; 0 for never
  public record HttpSpec(
      int port,
      double cpuSecondsPerRequest,
      double waitSeconds,
      int workers,
      int queue,
      double timeoutSeconds,
      double errorRate,
      double postShare,
      double unreadySeconds) {}
}
