package dev.mangru.tsdb.exemplar;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Durability;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.ExemplarStore;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.keep.StateLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The exemplar store: the newest ones in memory, and a log to read them from at the next start.
/// Thread-safe.
///
/// What [#add] counts is with the operating system when it returns, and on stable storage a second
/// later: it survives the end of the process, while a power cut may take the last second. An
/// exemplar is one of millions, and the samples beside it are synced already.
public final class Exemplars implements ExemplarStore, AutoCloseable {

  /// Exemplars in one record of the log when it is written anew.
  private static final int RECORD_EXEMPLARS = 1_000;

  private final Limits limits;
  private final StateLog log;

  /// Held while something is added, the wait for the disk included.
  private final ReentrantLock adding = new ReentrantLock();

  /// Held while the ring is read or changed. Taken after `adding`.
  private final ReentrantLock reading = new ReentrantLock();

  private final ExemplarRing ring; // guarded by reading
  private final Map<ExemplarRing.Verdict, LongAdder> verdicts;
  private boolean closed; // guarded by adding

  /// How much is kept.
  ///
  /// @param maxExemplars exemplars; the oldest go first
  /// @param maxBytes memory of exemplars and the labels of their series, about
  /// @param maxSelected exemplars that one query may give
  public record Limits(int maxExemplars, long maxBytes, int maxSelected) {

    public Limits {
      if (maxExemplars < 1 || maxBytes < 1 || maxSelected < 1) {
        throw new IllegalArgumentException(
            "limits of exemplars must be positive: "
                + maxExemplars
                + " exemplars, "
                + maxBytes
                + " bytes, "
                + maxSelected
                + " per query");
      }
    }

    /// 100,000 as Prometheus' `storage.exemplars.max_exemplars`, and no more than a 32nd of the
    /// largest heap; chosen, as is that one query may have all of them.
    public static Limits of(int maxExemplars) {
      return new Limits(
          maxExemplars, Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 32), maxExemplars);
    }

    /// These, when `stores` of them share the memory.
    public Limits dividedBy(int stores) {
      return new Limits(
          maxExemplars, Math.max(64 << 10, maxBytes / Math.max(1, stores)), maxSelected);
    }
  }

  private Exemplars(Limits limits, ExemplarRing ring, StateLog log) {
    this.limits = limits;
    this.ring = ring;
    this.log = log;
    Map<ExemplarRing.Verdict, LongAdder> counts = new HashMap<>();
    for (ExemplarRing.Verdict verdict : ExemplarRing.Verdict.values()) {
      counts.put(verdict, new LongAdder());
    }
    this.verdicts = Map.copyOf(counts);
  }

  /// Opens the store in a folder of its own, and makes it if there is none.
  ///
  /// @throws IOException if the disk fails
  public static Exemplars open(Disk disk, Path folder, Limits limits) throws IOException {
    ExemplarRing[] ring = new ExemplarRing[1];
    StateLog log =
        StateLog.open(
            disk,
            folder,
            "exemplars",
            Durability.OS,
            () -> ring[0] = new ExemplarRing(limits.maxExemplars(), limits.maxBytes()),
            record -> ExemplarRecord.read(record).forEach(each -> replay(ring[0], each)));
    return new Exemplars(limits, ring[0], log);
  }

  private static void replay(ExemplarRing ring, SeriesExemplar each) {
    Exemplar newest = ring.newest(each.series());
    if (ExemplarRing.judge(newest, each.exemplar()) == ExemplarRing.Verdict.NEW) {
      ring.add(each.series(), each.exemplar());
    }
  }

  /// Reads a folder without changing it, for checks.
  public static CheckReport check(Disk disk, Path folder) throws IOException {
    return StateLog.check(disk, folder, "exemplars", record -> ExemplarRecord.read(record));
  }

  @Override
  public long add(List<SeriesExemplar> exemplars) {
    if (exemplars.isEmpty()) {
      return 0;
    }
    adding.lock();
    try {
      if (closed) {
        throw new MangruException(ErrorCode.UNAVAILABLE, "the exemplar store is closed");
      }
      List<SeriesExemplar> fresh = new ArrayList<>(exemplars.size());
      long repeated = judge(exemplars, fresh);
      for (int from = 0; from < fresh.size(); ) {
        int to = ExemplarRecord.end(fresh, from);
        store(fresh.subList(from, to));
        from = to;
      }
      if (!fresh.isEmpty()) {
        log.replaceIfLarge(this::records);
      }
      return repeated + fresh.size();
    } finally {
      adding.unlock();
    }
  }

  private void store(List<SeriesExemplar> fresh) {
    log.append(ExemplarRecord.write(fresh));
    reading.lock();
    try {
      fresh.forEach(each -> ring.add(each.series(), each.exemplar()));
    } finally {
      reading.unlock();
    }
  }

  /// Picks what is new; returns how many are repeats of what is there.
  private long judge(List<SeriesExemplar> exemplars, List<SeriesExemplar> fresh) {
    Map<Labels, Exemplar> newest = new HashMap<>();
    long repeated = 0;
    for (SeriesExemplar each : exemplars) {
      Exemplar before = newest.get(each.series());
      if (before == null) {
        before = newest(each.series());
      }
      ExemplarRing.Verdict verdict = ExemplarRing.judge(before, each.exemplar());
      LongAdder count = verdicts.get(verdict);
      if (count != null) {
        count.increment();
      }
      switch (verdict) {
        case NEW -> {
          fresh.add(each);
          newest.put(each.series(), each.exemplar());
        }
        case REPEATED -> repeated++;
        case OUT_OF_ORDER, TOO_LONG -> {}
      }
    }
    return repeated;
  }

  private @Nullable Exemplar newest(Labels series) {
    reading.lock();
    try {
      return ring.newest(series);
    } finally {
      reading.unlock();
    }
  }

  /// Everything in the ring as records. Nobody changes the ring meanwhile: `adding` is held.
  private List<ByteWriter> records() {
    Map<Labels, Integer> taken = new HashMap<>();
    List<ByteWriter> records = new ArrayList<>();
    List<SeriesExemplar> some = new ArrayList<>(RECORD_EXEMPLARS);
    Map<Labels, List<Exemplar>> bySeries = new HashMap<>();
    for (ExemplarRing.Series series : ring.order()) {
      int position = taken.merge(series.labels, 1, Integer::sum) - 1;
      List<Exemplar> all =
          bySeries.computeIfAbsent(series.labels, _ -> List.copyOf(series.exemplars));
      some.add(new SeriesExemplar(series.labels, all.get(position)));
      if (some.size() == RECORD_EXEMPLARS) {
        write(some, records);
      }
    }
    write(some, records);
    return records;
  }

  private static void write(List<SeriesExemplar> some, List<ByteWriter> records) {
    for (int from = 0; from < some.size(); ) {
      int to = ExemplarRecord.end(some, from);
      records.add(ExemplarRecord.write(some.subList(from, to)));
      from = to;
    }
    some.clear();
  }

  @Override
  public List<OfSeries> select(TimeRange range, List<List<LabelMatcher>> selectors) {
    List<OfSeries> found = new ArrayList<>();
    long count = 0;
    reading.lock();
    try {
      for (ExemplarRing.Series series : ring.series()) {
        if (selectors.stream().noneMatch(all -> LabelMatcher.allMatch(all, series.labels))) {
          continue;
        }
        List<Exemplar> inside =
            series.exemplars.stream().filter(each -> range.contains(each.timestampMs())).toList();
        if (inside.isEmpty()) {
          continue;
        }
        count += inside.size();
        if (count > limits.maxSelected()) {
          throw new MangruException(
              ErrorCode.QUERY_LIMIT,
              "more than "
                  + limits.maxSelected()
                  + " exemplars: ask for a shorter range or fewer series");
        }
        found.add(new OfSeries(series.labels, inside));
      }
    } finally {
      reading.unlock();
    }
    found.sort(Comparator.comparing(OfSeries::series));
    return found;
  }

  /// Exemplars that can be read.
  public long count() {
    return read(ExemplarRing::count);
  }

  /// Series that have them.
  public long seriesCount() {
    return read(ExemplarRing::seriesCount);
  }

  /// Memory they take, about.
  public long bytes() {
    return read(ring -> ring.bytes());
  }

  private long read(java.util.function.ToLongFunction<ExemplarRing> of) {
    reading.lock();
    try {
      return of.applyAsLong(ring);
    } finally {
      reading.unlock();
    }
  }

  /// Exemplars that were not stored because a newer one of their series is.
  public long outOfOrder() {
    return seen(ExemplarRing.Verdict.OUT_OF_ORDER);
  }

  /// Exemplars that were not stored because their labels are too long.
  public long tooLong() {
    return seen(ExemplarRing.Verdict.TOO_LONG);
  }

  private long seen(ExemplarRing.Verdict verdict) {
    LongAdder count = verdicts.get(verdict);
    return count == null ? 0 : count.sum();
  }

  /// What broke the log for good, or null. Nothing is taken until the store is opened again.
  public @Nullable IOException brokenBy() {
    return log.brokenBy();
  }

  @Override
  public void close() {
    adding.lock();
    try {
      closed = true;
      log.close();
    } finally {
      adding.unlock();
    }
  }
}
