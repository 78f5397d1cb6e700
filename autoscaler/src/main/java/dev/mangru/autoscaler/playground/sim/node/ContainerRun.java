package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.playground.schema.Quantity;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.log.ContainerLog;
import dev.mangru.autoscaler.playground.sim.scenario.Chance;
import dev.mangru.autoscaler.playground.sim.scenario.WorkloadSpec;
import dev.mangru.autoscaler.playground.sim.traffic.PodLoad;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One container while it runs, between its runs, and after them. Confined to the simulation's
/// lock.
public final class ContainerRun {

  private static final double MILLI = 1000;
  private static final double NANO = 1e9;

  /// The kernel's scheduling period is 100 ms.
  private static final double PERIODS_PER_SECOND = 10;

  /// Bursts inside a period are throttled long before the mean reaches the limit.
  private static final double THROTTLED_FROM = 0.6;

  /// A usage is the mean over this long, as metrics-server's resolution.
  static final Duration WINDOW = Duration.ofSeconds(15);

  private static final double FIRST_MEMORY_SHARE = 0.6;
  private static final double MEMORY_RAMP_SECONDS = 20;
  private static final double BYTES_IN = 1_200;
  private static final double BYTES_OUT = 8_500;
  private static final double BYTES_PER_PACKET = 1_100;
  private static final long FIRST_BACKOFF_SECONDS = 10;
  private static final long MOST_BACKOFF_SECONDS = 300;
  private static final long BACKOFF_FORGOTTEN_SECONDS = 600;

  /// What it does now.
  public enum Phase {
    /// Not yet, or not again.
    WAITING,
    /// It runs.
    RUNNING,
    /// It has ended for good.
    ENDED
  }

  /// How it ended.
  ///
  /// @param reason `Completed`, `Error` or `OOMKilled`
  public record End(int exitCode, String reason, Instant started, Instant finished) {}

  private final String name;
  private final String image;
  private final double cpuLimitCores;
  private final double cpuRequestCores;
  private final long memoryLimitBytes;
  private final long memoryRequestBytes;
  private final WorkloadSpec spec;
  private final ContainerLog log;
  private final long chanceKey;
  private final String idPrefix;
  private @Nullable PodLoad load;

  private Phase phase = Phase.WAITING;
  private Instant started = Instant.EPOCH;
  private int restarts;
  private @Nullable End lastEnd;
  private Instant notBefore = Instant.EPOCH;
  private int quickEnds;

  private double cpuSeconds;
  private double earlierCpuSeconds;
  private long memoryBytes;
  private double periods;
  private double throttledPeriods;
  private double throttledSeconds;
  private double receivedBytes;
  private double sentBytes;
  private double writtenBytes;
  private long outOfMemory;
  private double overloadedSeconds;
  private double usedCores;

  private Instant windowStart = Instant.EPOCH;
  private double windowCpuSeconds;
  private @Nullable Usage usage;

  /// Mean cpu over the last whole window, memory at its end.
  public record Usage(Instant at, Duration window, double cpuCores, long memoryBytes) {}

  ContainerRun(
      JsonNode container,
      String podUid,
      WorkloadSpec spec,
      boolean takesRequests,
      ContainerLog log,
      Chance chance) {
    this.name = Fields.text(container, "name");
    this.image = Fields.text(container, "image");
    this.cpuLimitCores = cores(container, "limits");
    this.cpuRequestCores = cores(container, "requests");
    this.memoryLimitBytes = bytes(container, "limits");
    this.memoryRequestBytes = bytes(container, "requests");
    this.spec = spec;
    this.log = log;
    this.chanceKey = chance.key(name, podUid);
    this.idPrefix = podUid.replace("-", "");
    WorkloadSpec.HttpSpec http = spec.http();
    this.load = takesRequests && http != null ? new PodLoad(http) : null;
  }

  private static double cores(JsonNode container, String which) {
    String text = Fields.text(container, "resources", which, "cpu");
    return text.isEmpty() ? 0 : Quantity.milli(text) / MILLI;
  }

  private static long bytes(JsonNode container, String which) {
    String text = Fields.text(container, "resources", which, "memory");
    return text.isEmpty() ? 0 : Quantity.value(text);
  }

  // ---- life
  // ------------------------------------------------------------------------------------

  void start(Instant now) {
    phase = Phase.RUNNING;
    started = now;
    memoryBytes = (long) (spec.memoryBytes() * FIRST_MEMORY_SHARE);
    overloadedSeconds = 0;
    windowStart = now;
    windowCpuSeconds = cpuSeconds;
  }

  /// Goes on where a process before this one left it, but for its counters.
  void resume(Instant since, int restartsBefore) {
    start(since);
    restarts = restartsBefore;
  }

  /// Ends; says how many requests were lost.
  long end(int exitCode, String reason, Instant now) {
    lastEnd = new End(exitCode, reason, started, now);
    phase = Phase.ENDED;
    memoryBytes = 0;
    usedCores = 0;
    usage = null;
    outOfMemory += reason.equals("OOMKilled") ? 1 : 0;
    return load == null ? 0 : load.drop();
  }

  /// Waits to be started again, longer each time that it ends soon.
  void backOff(Instant now) {
    phase = Phase.WAITING;
    if (Duration.between(started, now).toSeconds() >= BACKOFF_FORGOTTEN_SECONDS) {
      quickEnds = 0;
    }
    long seconds =
        quickEnds == 0
            ? 0
            : Math.min(MOST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS << Math.min(quickEnds - 1, 10));
    quickEnds++;
    notBefore = now.plusSeconds(seconds);
  }

  void restart(Instant now) {
    restarts++;
    earlierCpuSeconds += cpuSeconds;
    cpuSeconds = 0;
    periods = 0;
    throttledPeriods = 0;
    throttledSeconds = 0;
    if (load != null) {
      // A new process counts from 0.
      load = new PodLoad(load.spec());
    }
    log.restarted(restarts, now);
    start(now);
  }

  // ---- work
  // ------------------------------------------------------------------------------------

  /// Works for one step.
  ///
  /// @param freeCores of the node, for a container without a limit
  void work(Instant now, double seconds, long tick, double freeCores) {
    double cap =
        cpuLimitCores > 0 ? cpuLimitCores : Math.max(Math.max(cpuRequestCores, 0.01), freeCores);
    double chance = Chance.share(chanceKey, tick);
    double idle = Math.min(cap / 2, spec.idleCpuMilli() / MILLI * (0.8 + 0.4 * chance));
    double used = idle * seconds;
    long inFlight = 0;
    if (load != null) {
      PodLoad.Tick done = load.advance(cap - idle, seconds, chance);
      used += done.cpuSeconds();
      inFlight = load.inFlight();
      overloadedSeconds =
          done.utilisation() > 1 || done.refused() > 0 ? overloadedSeconds + seconds : 0;
      traffic(done);
    }
    used = Math.min(used, cap * seconds);
    usedCores = used / seconds;
    cpuSeconds += used;
    if (cpuLimitCores > 0) {
      throttle(usedCores / cpuLimitCores, seconds);
    }
    double age = Duration.between(started, now).toNanos() / NANO;
    double grown =
        FIRST_MEMORY_SHARE + (1 - FIRST_MEMORY_SHARE) * Math.min(1, age / MEMORY_RAMP_SECONDS);
    memoryBytes =
        (long) (spec.memoryBytes() * grown + spec.memoryBytesPerSecond() * age)
            + spec.memoryBytesPerRequest() * inFlight;
    writtenBytes += 40 * seconds;
    closeWindow(now);
  }

  private void traffic(PodLoad.Tick done) {
    receivedBytes += done.arrived() * BYTES_IN;
    sentBytes += done.answered() * BYTES_OUT;
  }

  private void throttle(double share, double seconds) {
    double now = PERIODS_PER_SECOND * seconds;
    periods += now;
    double throttled = Math.clamp((share - THROTTLED_FROM) / (1 - THROTTLED_FROM), 0, 1);
    throttledPeriods += now * throttled;
    throttledSeconds += seconds * throttled * 0.5;
  }

  private void closeWindow(Instant now) {
    Duration window = Duration.between(windowStart, now);
    if (window.compareTo(WINDOW) >= 0) {
      double cores = (cpuSeconds - windowCpuSeconds) / (window.toNanos() / NANO);
      usage = new Usage(now, window, cores, memoryBytes);
      windowStart = now;
      windowCpuSeconds = cpuSeconds;
    }
  }

  // ---- questions
  // -------------------------------------------------------------------------------

  /// Its name in the pod.
  public String name() {
    return name;
  }

  /// Its image.
  public String image() {
    return image;
  }

  /// 64 hex digits, another for each start.
  public String id() {
    String start = Long.toHexString(restarts + 1L);
    return idPrefix + "0".repeat(32 - start.length()) + start;
  }

  /// What it does now.
  public Phase phase() {
    return phase;
  }

  /// When it was last started.
  public Instant started() {
    return started;
  }

  /// How often it was started again.
  public int restarts() {
    return restarts;
  }

  /// How it ended the last time; null if it never did.
  public @Nullable End lastEnd() {
    return lastEnd;
  }

  Instant notBefore() {
    return notBefore;
  }

  /// The requests that it takes; null if it takes none.
  public @Nullable PodLoad load() {
    return load;
  }

  /// What it writes.
  public ContainerLog log() {
    return log;
  }

  /// Seconds of computing since its start.
  public double cpuSeconds() {
    return cpuSeconds;
  }

  /// Seconds of computing of all its starts in this process.
  public double allCpuSeconds() {
    return earlierCpuSeconds + cpuSeconds;
  }

  /// Cores in use in the last step.
  public double usedCores() {
    return usedCores;
  }

  /// Working set.
  public long memoryBytes() {
    return memoryBytes;
  }

  /// 0 for none.
  public double cpuLimitCores() {
    return cpuLimitCores;
  }

  /// 0 for none.
  public double cpuRequestCores() {
    return cpuRequestCores;
  }

  /// 0 for none.
  public long memoryLimitBytes() {
    return memoryLimitBytes;
  }

  /// 0 for none.
  public long memoryRequestBytes() {
    return memoryRequestBytes;
  }

  /// Scheduling periods since its start; only with a limit.
  public long periods() {
    return (long) periods;
  }

  /// Of those, in which it was held back.
  public long throttledPeriods() {
    return (long) throttledPeriods;
  }

  /// For how long.
  public double throttledSeconds() {
    return throttledSeconds;
  }

  /// Bytes from the network.
  public long receivedBytes() {
    return (long) receivedBytes;
  }

  /// Bytes to the network.
  public long sentBytes() {
    return (long) sentBytes;
  }

  /// Packets from the network.
  public long receivedPackets() {
    return (long) (receivedBytes / BYTES_PER_PACKET);
  }

  /// Packets to the network.
  public long sentPackets() {
    return (long) (sentBytes / BYTES_PER_PACKET);
  }

  /// Bytes written to its disk.
  public long writtenBytes() {
    return (long) writtenBytes;
  }

  /// How often it was killed for its memory.
  public long outOfMemory() {
    return outOfMemory;
  }

  /// Whether it uses more memory than it may.
  boolean overMemory() {
    return memoryLimitBytes > 0 && memoryBytes > memoryLimitBytes;
  }

  double overloadedSeconds() {
    return overloadedSeconds;
  }

  /// Its usage as a metrics server tells it; null until the first window has passed.
  public @Nullable Usage usage() {
    return usage;
  }
}
