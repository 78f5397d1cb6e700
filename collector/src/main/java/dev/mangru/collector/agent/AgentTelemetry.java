package dev.mangru.collector.agent;

import dev.mangru.collector.pipeline.Gatherer;
import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.collector.tail.LossReason;
import dev.mangru.collector.tail.TailStats;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What the agent says about itself: every name, type and help line is on this page. The counters
/// are thread-safe; [#gather] is confined to the gathering thread.
final class AgentTelemetry implements Gatherer {

  /// What is sent, as the `signal` label has it.
  enum Signal {
    METRICS,
    LOGS;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Failure(Signal signal, String code) {}

  /// `USER_HZ`, 100 on every Linux that Mangru knows.
  private static final double TICKS_PER_SECOND = 100;

  private static final long PAGE_BYTES = 4096;

  private final Labels identity;
  private final long startMs;
  private final @Nullable TailStats tail;
  private final MetricsQueue queue;

  private final Map<Failure, LongAdder> failures = new ConcurrentHashMap<>();
  private final Map<Signal, AtomicLong> lastAckMs = new ConcurrentHashMap<>();
  private final Map<Signal, LongAdder> rejected = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> gatherFailures = new ConcurrentHashMap<>();
  private final LongAdder sentSamples = new LongAdder();
  private final DoubleAdder lateSeconds = new DoubleAdder();
  private volatile double passSeconds;

  AgentTelemetry(String node, long startMs, @Nullable TailStats tail, MetricsQueue queue) {
    identity = Labels.of("job", "mangru-agent", "instance", node, "node", node);
    this.startMs = startMs;
    this.tail = tail;
    this.queue = queue;
  }

  void sendFailed(Signal signal, String code) {
    failures.computeIfAbsent(new Failure(signal, code), _ -> new LongAdder()).increment();
  }

  void acknowledged(Signal signal, long nowMs) {
    lastAckMs.computeIfAbsent(signal, _ -> new AtomicLong()).set(nowMs);
  }

  void rejected(Signal signal, long count) {
    rejected.computeIfAbsent(signal, _ -> new LongAdder()).add(count);
  }

  void sent(long samples) {
    sentSamples.add(samples);
  }

  void gatherFailed(String name) {
    gatherFailures.computeIfAbsent(name, _ -> new LongAdder()).increment();
  }

  void passed(double seconds, double secondsLate) {
    passSeconds = seconds;
    lateSeconds.add(secondsLate);
  }

  @Override
  public String name() {
    return "agent";
  }

  @Override
  public void gather(Instant now, SampleBatch into) {
    Page page = new Page(now.toEpochMilli(), into);
    page.gauge("mangru_agent_build_info", "The version that runs.", 1, "version", version());
    page.gauge("mangru_agent_start_time_seconds", "When the agent started.", startMs / 1e3);
    page.gauge("mangru_agent_pass_duration_seconds", "Time of the last pass.", passSeconds);
    page.counter(
        "mangru_agent_pass_late_seconds_total",
        "How late passes began against their schedule.",
        lateSeconds.sum());
    gatherFailures.forEach((name, count) ->
        page.counter(
            "mangru_agent_gather_failures_total",
            "Sources that could not be read at all.",
            count.sum(),
            "source",
            name));
    sending(page);
    TailStats stats = tail;
    if (stats != null) {
      tailing(page, stats);
    }
    process(page);
  }

  private void sending(Page page) {
    page.counter("mangru_agent_sent_samples_total", "Samples the server holds.", sentSamples.sum());
    page.gauge("mangru_agent_spool_bytes", "Encoded samples that wait.", queue.bytes());
    long oldestMs = queue.oldestMs();
    page.gauge(
        "mangru_agent_spool_oldest_seconds",
        "Age of the oldest samples that wait.",
        oldestMs == 0 ? 0 : Math.max(0, page.timestampMs - oldestMs) / 1e3);
    page.counter(
        "mangru_agent_dropped_samples_total",
        "Samples dropped because too many waited.",
        queue.droppedSamples());
    failures.forEach((failure, count) ->
        page.counter(
            "mangru_agent_send_failures_total",
            "Requests that the server did not take, by status.",
            count.sum(),
            "signal",
            failure.signal().label(),
            "code",
            failure.code()));
    rejected.forEach((signal, count) ->
        page.counter(
            "mangru_agent_rejected_total",
            "Samples and log records that the server refused for good.",
            count.sum(),
            "signal",
            signal.label()));
    lastAckMs.forEach((signal, ms) ->
        page.gauge(
            "mangru_agent_last_ack_timestamp_seconds",
            "When the server last took something.",
            ms.get() / 1e3,
            "signal",
            signal.label()));
  }

  private static void tailing(Page page, TailStats stats) {
    page.counter("mangru_agent_log_lines_total", "Records read.", stats.lines());
    page.counter("mangru_agent_log_bytes_total", "Bytes of log files read.", stats.bytes());
    page.gauge("mangru_agent_log_lag_bytes", "Bytes of log files not sent yet.", stats.lagBytes());
    page.gauge("mangru_agent_log_files", "Log files known.", stats.files());
    page.gauge("mangru_agent_log_open_files", "Log files open.", stats.openFiles());
    page.counter(
        "mangru_agent_log_rotations_total", "Log files renamed or deleted.", stats.rotations());
    page.counter("mangru_agent_log_truncations_total", "Log files cut.", stats.truncations());
    page.counter(
        "mangru_agent_log_malformed_lines_total",
        "Lines that were not in their file's format.",
        stats.malformed());
    page.counter(
        "mangru_agent_log_invalid_utf8_lines_total",
        "Lines in which bytes were replaced.",
        stats.invalidUtf8());
    page.counter(
        "mangru_agent_log_errors_total",
        "Files and folders that could not be read.",
        stats.errors());
    for (LossReason reason : LossReason.values()) {
      page.counter(
          "mangru_agent_log_lost_bytes_total",
          "Bytes of log files never sent.",
          stats.lostBytes(reason),
          "reason",
          reason.label());
    }
  }

  /// Memory and CPU of this process, which is the server's when the agent runs inside it.
  private static void process(Page page) {
    try {
      String[] memory = Files.readString(Path.of("/proc/self/statm")).split(" ", 3);
      page.gauge(
          "process_resident_memory_bytes",
          "Memory of the process.",
          Long.parseLong(memory[1]) * PAGE_BYTES);
      String stat = Files.readString(Path.of("/proc/self/stat"));
      // The name may hold spaces; what follows its closing bracket starts with field 3.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 14);
      page.counter(
          "process_cpu_seconds_total",
          "CPU time of the process.",
          (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND);
    } catch (IOException | NumberFormatException e) {
      // Not Linux: what cannot be read is not sent.
      return;
    }
  }

  static String version() {
    String version = AgentTelemetry.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /// Adds samples of one moment.
  private final class Page {

    private final long timestampMs;
    private final SampleBatch batch;

    Page(long timestampMs, SampleBatch batch) {
      this.timestampMs = timestampMs;
      this.batch = batch;
    }

    void gauge(String name, String help, double value, String... labels) {
      batch.describe(name, MetricType.GAUGE, help);
      batch.add(series(name, labels), timestampMs, value);
    }

    void counter(String name, String help, double value, String... labels) {
      batch.describe(name, MetricType.COUNTER, help);
      batch.add(series(name, labels), timestampMs, value, startMs);
    }

    /// Exact up to 2^53.
    void gauge(String name, String help, long value, String... labels) {
      gauge(name, help, (double) value, labels);
    }

    /// Exact up to 2^53.
    void counter(String name, String help, long value, String... labels) {
      counter(name, help, (double) value, labels);
    }

    private Labels series(String name, String... more) {
      Labels.Builder labels = identity.toBuilder().set(Labels.METRIC_NAME, name);
      for (int i = 0; i < more.length; i += 2) {
        labels.set(more[i], more[i + 1]);
      }
      return labels.build();
    }
  }
}
