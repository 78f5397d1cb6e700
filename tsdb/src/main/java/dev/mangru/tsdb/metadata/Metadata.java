package dev.mangru.tsdb.metadata;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Durability;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetadataStore;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.keep.StateLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The metadata store: everything in memory, and a log to read it from at the next start.
/// Thread-safe; readers never wait.
///
/// A new entry is on stable storage when [#put] returns. That a known entry was put again only
/// changes which comes first, and that is not written.
public final class Metadata implements MetadataStore, AutoCloseable {

  /// Different entries of one metric, as many as a rolling update of a contradictory fleet shows.
  /// Chosen.
  private static final int MAX_ENTRIES = 4;

  /// Memory of an entry without its characters. Chosen above what was measured.
  private static final int ENTRY_BYTES = 200;

  /// Entries in one record of the log. Chosen: of the longest texts they are half of what it takes.
  private static final int RECORD_ENTRIES = 1_000;

  private final Limits limits;
  private final ConcurrentSkipListMap<String, List<MetricMetadata>> byMetric;
  private final StateLog log;
  private final ReentrantLock putting = new ReentrantLock();
  private final LongAdder leftOut = new LongAdder();
  private long bytes; // guarded by putting
  private boolean closed; // guarded by putting

  /// How much is kept. What exceeds it is left out.
  ///
  /// @param maxMetrics metrics
  /// @param maxBytes memory of all entries, about
  /// @param maxTextLength characters of a name, a help text or a unit
  public record Limits(int maxMetrics, long maxBytes, int maxTextLength) {

    public Limits {
      if (maxMetrics < 1 || maxBytes < 1 || maxTextLength < 1) {
        throw new IllegalArgumentException(
            "limits of metadata must be positive: "
                + maxMetrics
                + " metrics, "
                + maxBytes
                + " bytes, "
                + maxTextLength
                + " characters");
      }
    }

    /// 50,000 metrics, a 64th of the largest heap but at least 1 MiB, texts of 4,096 characters. A
    /// large cluster has some thousand metrics. Chosen.
    public static Limits defaults() {
      return new Limits(50_000, Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 64), 4_096);
    }

    /// These, when `stores` of them share the memory.
    public Limits dividedBy(int stores) {
      return new Limits(
          maxMetrics, Math.max(256 << 10, maxBytes / Math.max(1, stores)), maxTextLength);
    }
  }

  private Metadata(
      Limits limits, ConcurrentSkipListMap<String, List<MetricMetadata>> byMetric, StateLog log) {
    this.limits = limits;
    this.byMetric = byMetric;
    this.log = log;
    byMetric.forEach((metric, entries) -> entries.forEach(each -> bytes += bytes(metric, each)));
  }

  /// Opens the store in a folder of its own, and makes it if there is none.
  ///
  /// @throws IOException if the disk fails
  public static Metadata open(Disk disk, Path folder, Limits limits) throws IOException {
    ConcurrentSkipListMap<String, List<MetricMetadata>> byMetric =
        new ConcurrentSkipListMap<>(Labels::compareUtf8);
    StateLog log =
        StateLog.open(
            disk,
            folder,
            "metadata",
            Durability.SYNCED,
            byMetric::clear,
            record ->
                MetadataRecord.read(record)
                    .forEach(each -> setFirst(byMetric, each.getKey(), each.getValue())));
    return new Metadata(limits, byMetric, log);
  }

  /// Reads a folder without changing it, for checks.
  public static CheckReport check(Disk disk, Path folder) throws IOException {
    return StateLog.check(disk, folder, "metadata", record -> MetadataRecord.read(record));
  }

  /// Puts an entry before the others of its metric; returns the one that had to go for it, or null.
  private static @Nullable MetricMetadata setFirst(
      Map<String, List<MetricMetadata>> byMetric, String metric, MetricMetadata about) {
    List<MetricMetadata> after = new ArrayList<>();
    after.add(about);
    for (MetricMetadata each : byMetric.getOrDefault(metric, List.of())) {
      if (!each.equals(about)) {
        after.add(each);
      }
    }
    MetricMetadata gone = after.size() > MAX_ENTRIES ? after.removeLast() : null;
    byMetric.put(metric, List.copyOf(after));
    return gone;
  }

  @Override
  public void put(Map<String, MetricMetadata> added) {
    boolean news = false;
    for (Map.Entry<String, MetricMetadata> each : added.entrySet()) {
      List<MetricMetadata> known = byMetric.get(each.getKey());
      if (known == null || !known.getFirst().equals(each.getValue())) {
        news = true;
        break;
      }
    }
    if (!news) {
      return; // as nearly always
    }
    putting.lock();
    try {
      if (closed) {
        throw new MangruException(ErrorCode.UNAVAILABLE, "the metadata store is closed");
      }
      List<Map.Entry<String, MetricMetadata>> fresh = new ArrayList<>();
      List<Map.Entry<String, MetricMetadata>> known = new ArrayList<>();
      sort(added, fresh, known);
      for (int from = 0; from < fresh.size(); from += RECORD_ENTRIES) {
        var some = fresh.subList(from, Math.min(fresh.size(), from + RECORD_ENTRIES));
        log.append(MetadataRecord.write(some));
        some.forEach(each -> add(each.getKey(), each.getValue()));
      }
      if (!fresh.isEmpty()) {
        log.replaceIfLarge(this::records);
      }
      known.forEach(each -> setFirst(byMetric, each.getKey(), each.getValue()));
    } finally {
      putting.unlock();
    }
  }

  /// Tells entries that have to be written from those that are there and only come first now.
  private void sort(
      Map<String, MetricMetadata> added,
      List<Map.Entry<String, MetricMetadata>> fresh,
      List<Map.Entry<String, MetricMetadata>> known) {
    int metrics = byMetric.size();
    long total = bytes;
    for (Map.Entry<String, MetricMetadata> each : added.entrySet()) {
      String metric = each.getKey();
      MetricMetadata about = each.getValue();
      List<MetricMetadata> there = byMetric.get(metric);
      if (there != null && there.contains(about)) {
        known.add(Map.entry(metric, about));
        continue;
      }
      long more = bytes(metric, about);
      if (metric.isEmpty()
          || metric.length() > limits.maxTextLength()
          || about.help().length() > limits.maxTextLength()
          || about.unit().length() > limits.maxTextLength()
          || (there == null && metrics >= limits.maxMetrics())
          || total + more > limits.maxBytes()) {
        leftOut.increment();
        continue;
      }
      metrics += there == null ? 1 : 0;
      total += more;
      fresh.add(Map.entry(metric, about));
    }
  }

  private void add(String metric, MetricMetadata about) {
    MetricMetadata gone = setFirst(byMetric, metric, about);
    bytes += bytes(metric, about) - (gone == null ? 0 : bytes(metric, gone));
  }

  private static long bytes(String metric, MetricMetadata about) {
    return ENTRY_BYTES + 2L * (metric.length() + about.help().length() + about.unit().length());
  }

  /// Everything as records, the oldest entry of each metric first.
  private List<ByteWriter> records() {
    List<ByteWriter> records = new ArrayList<>();
    List<Map.Entry<String, MetricMetadata>> some = new ArrayList<>(RECORD_ENTRIES);
    byMetric.forEach((metric, entries) -> {
      entries.reversed().forEach(each -> some.add(Map.entry(metric, each)));
      if (some.size() >= RECORD_ENTRIES) {
        records.add(MetadataRecord.write(some));
        some.clear();
      }
    });
    if (!some.isEmpty()) {
      records.add(MetadataRecord.write(some));
    }
    return records;
  }

  @Override
  public List<MetricMetadata> find(String metric) {
    return byMetric.getOrDefault(metric, List.of());
  }

  @Override
  public Map<String, List<MetricMetadata>> all(int limit) {
    Map<String, List<MetricMetadata>> all = new LinkedHashMap<>();
    for (Map.Entry<String, List<MetricMetadata>> each : byMetric.entrySet()) {
      if (limit > 0 && all.size() == limit) {
        break;
      }
      all.put(each.getKey(), each.getValue());
    }
    return all;
  }

  /// Metrics that something is known of.
  public int metrics() {
    return byMetric.size();
  }

  /// Entries that were left out because of a limit, each time they came.
  public long leftOut() {
    return leftOut.sum();
  }

  /// What broke the log for good, or null. Nothing new is taken until the store is opened again.
  public @Nullable IOException brokenBy() {
    return log.brokenBy();
  }

  @Override
  public void close() {
    putting.lock();
    try {
      closed = true;
      log.close();
    } finally {
      putting.unlock();
    }
  }
}
