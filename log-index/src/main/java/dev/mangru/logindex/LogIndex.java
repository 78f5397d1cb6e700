package dev.mangru.logindex;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.logindex.search.FacetSearch;
import dev.mangru.logindex.search.HistogramSearch;
import dev.mangru.logindex.search.LinePredicate;
import dev.mangru.logindex.search.Locator;
import dev.mangru.logindex.search.PageSearch;
import dev.mangru.logindex.search.SearchBudget;
import dev.mangru.logindex.shard.Shard;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.lucene.store.AlreadyClosedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The embedded log store on Lucene.
///
/// A record is acknowledged once the write-ahead log is synced, and found by the next search that
/// begins after that: a search waits for the indexing thread to catch up and refreshes the shards
/// it looks at. Text filters are exact substrings; the index only narrows what is read.
///
/// Thread-safe. The process that holds a directory keeps others out. Whoever opens it calls
/// [#maintain] every few seconds.
public final class LogIndex implements LogStore {

  private static final Logger LOG = LoggerFactory.getLogger(LogIndex.class);

  /// Characters (UTF-16) that one record of the write-ahead log may hold before a batch is split:
  /// with the largest log record on top, far below the log's limit of 64 MiB.
  private static final int MAX_BATCH_CHARACTERS = 4 << 20;

  /// Characters that a log record counts for beside its texts, about its bytes without any.
  private static final int RECORD_CHARACTERS = 24;

  /// A shard without a new record for this long closes its writer.
  private static final Duration QUIET = Duration.ofMinutes(10);

  private final LogIndexOptions options;
  private final InstantSource clock;
  private final Closeable directoryLock;
  private final RecordIntake intake;
  private final Tails tails;
  private final LogIndexStats stats = new LogIndexStats();

  private volatile Engine engine;
  private volatile boolean closed;
  private volatile boolean diskFull;

  /// Held while maintaining and closing.
  private final ReentrantLock maintenance = new ReentrantLock();

  @GuardedBy("maintenance")
  private Instant lastCommit;

  /// Shards in which damage was found since the store was opened.
  @GuardedBy("maintenance")
  private final Set<String> unmerged = new HashSet<>();

  private LogIndex(
      LogIndexOptions options,
      InstantSource clock,
      Closeable directoryLock,
      Tails tails,
      Engine engine) {
    this.options = options;
    this.clock = clock;
    this.directoryLock = directoryLock;
    this.intake = new RecordIntake(options);
    this.tails = tails;
    this.engine = engine;
    this.lastCommit = clock.instant();
  }

  /// Opens the store in `options.directory()`, or makes one. Whatever is damaged there is set aside
  /// and told; the store starts without it.
  ///
  /// @throws MangruException `UNAVAILABLE` if another process holds the directory
  /// @throws IOException if the directory cannot be read or written
  public static LogIndex open(LogIndexOptions options, InstantSource clock) throws IOException {
    options.disk().createDirectories(options.directory());
    Closeable directoryLock = options.disk().lock(options.directory());
    try {
      Tails tails = new Tails(options.searches().maxTails());
      return new LogIndex(
          options, clock, directoryLock, tails, Engine.open(options, tails, clock, Set.of()));
    } catch (IOException | RuntimeException e) {
      directoryLock.close();
      throw e;
    }
  }

  // ---- writing ---------------------------------------------------------------------------------

  @Override
  public AppendReport append(List<LogRecord> records) {
    checkOpen();
    if (diskFull) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "less than "
              + options.writing().minFreeBytes()
              + " bytes are free on the disk of "
              + options.directory()
              + "; free some space or shorten the retention of logs");
    }
    RecordIntake.Taken taken = intake.take(records, clock.instant());
    List<Engine.Pending> pending = new ArrayList<>();
    Engine target = engine;
    RuntimeException failure = null;
    try {
      for (List<LogRecord> batch : batches(taken.records())) {
        pending.add(target.submit(batch));
      }
    } catch (RuntimeException e) {
      failure = e;
    }
    for (Engine.Pending batch : pending) {
      try {
        batch.await();
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
    stats.appended(taken);
    return new AppendReport(taken.records().size(), intake.told(taken.rejected()));
  }

  /// The records in parts that fit into one record of the write-ahead log each.
  static List<List<LogRecord>> batches(List<LogRecord> records) {
    List<List<LogRecord>> batches = new ArrayList<>();
    int from = 0;
    long characters = 0;
    for (int i = 0; i < records.size(); i++) {
      LogRecord record = records.get(i);
      characters += RECORD_CHARACTERS + record.line().length() + characters(record.attributes());
      if (i == from || !record.stream().equals(records.get(i - 1).stream())) {
        characters += characters(record.stream());
      }
      if (characters >= MAX_BATCH_CHARACTERS) {
        batches.add(records.subList(from, i + 1));
        from = i + 1;
        characters = 0;
      }
    }
    if (from < records.size()) {
      batches.add(records.subList(from, records.size()));
    }
    return batches;
  }

  private static int characters(Labels labels) {
    int characters = 0;
    for (int i = 0; i < labels.count(); i++) {
      characters += labels.name(i).length() + labels.value(i).length();
    }
    return characters;
  }

  // ---- reading ---------------------------------------------------------------------------------

  @Override
  public Page search(LogQuery query, Direction direction, int limit, @Nullable String cursor) {
    if (limit < 1 || limit > options.searches().maxPageSize()) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "a page has 1 to "
              + options.searches().maxPageSize()
              + " log records, not "
              + limit
              + "; ask for several pages");
    }
    Locator after = cursor == null ? null : Locator.parse("cursor", cursor);
    return searching((shards, budget) -> {
      PageSearch search =
          new PageSearch(LinePredicate.of(query), budget, direction, limit + 1, after);
      List<Hit> hits = search.run(shards);
      if (hits.size() <= limit) {
        return new Page(hits, null);
      }
      List<Hit> page = hits.subList(0, limit);
      return new Page(page, page.getLast().id());
    });
  }

  @Override
  public Histogram histogram(LogQuery query, int bucketCount) {
    return searching((shards, budget) ->
        HistogramSearch.run(shards, LinePredicate.of(query), budget, bucketCount));
  }

  @Override
  public SequencedMap<String, List<ValueCount>> facets(LogQuery query, int valuesPerLabel) {
    return searching((shards, budget) ->
        FacetSearch.run(shards, LinePredicate.of(query), budget, valuesPerLabel));
  }

  @Override
  public List<String> labelNames(long startNs, long endNs, List<LabelMatcher> matchers) {
    Set<String> names = new TreeSet<>(Labels::compareUtf8);
    for (Labels stream : streams(startNs, endNs, matchers)) {
      stream.forEach(label -> names.add(label.name()));
    }
    return List.copyOf(names);
  }

  @Override
  public List<String> labelValues(
      String name, long startNs, long endNs, List<LabelMatcher> matchers) {
    Set<String> values = new TreeSet<>(Labels::compareUtf8);
    for (Labels stream : streams(startNs, endNs, matchers)) {
      if (stream.has(name)) {
        values.add(stream.get(name));
      }
    }
    return List.copyOf(values);
  }

  @Override
  public Set<Labels> streams(long startNs, long endNs, List<LabelMatcher> matchers) {
    LogQuery query = new LogQuery(startNs, endNs, matchers, List.of(), Set.of());
    return searching(
        (shards, budget) -> FacetSearch.streams(shards, LinePredicate.of(query), budget));
  }

  @Override
  public List<Hit> context(String id, int before, int after) {
    Locator at = Locator.parse("id", id);
    int most = options.searches().maxPageSize();
    if (before < 0 || after < 0 || before > most || after > most) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "the context of a log record has 0 to "
              + most
              + " records on either side, not "
              + before
              + " and "
              + after);
    }
    return searching((shards, budget) -> Context.of(shards, budget, at, before, after));
  }

  @Override
  public Tail tail(LogQuery query, Consumer<LogRecord> listener) {
    checkOpen();
    return tails.subscribe(query, listener, engine.lastDurableSeq());
  }

  /// One search over the shards.
  private interface Search<T> {
    T run(List<Shard> shards, SearchBudget budget) throws IOException;
  }

  private <T> T searching(Search<T> search) {
    checkOpen();
    SearchBudget budget =
        new SearchBudget(
            options.ticker(), options.searches().timeout(), options.searches().maxLinesRead());
    Engine searched = engine;
    try {
      T found = search.run(searched.shards().all(), budget);
      checkOpen();
      if (searched.abandoned()) {
        throw new MangruException(
            ErrorCode.UNAVAILABLE,
            "log index " + options.directory() + " was opened again meanwhile; search again");
      }
      return found;
    } catch (AlreadyClosedException e) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "log index "
              + options.directory()
              + " stopped indexing and is opened again within seconds; search again",
          e);
    } catch (IOException e) {
      throw new MangruException(
          ErrorCode.INTERNAL,
          "log index "
              + options.directory()
              + " cannot be read: "
              + e.getMessage()
              + "; run \"mangru check\" on the data directory",
          e);
    } finally {
      stats.searched(budget.linesRead());
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "log index " + options.directory() + " is closed");
    }
  }

  /// What broke the write-ahead log, or null. No record is taken until the store is opened again;
  /// everything else that fails is mended by [#maintain].
  public @Nullable Throwable brokenBy() {
    return engine.logBrokenBy();
  }

  // ---- upkeep ----------------------------------------------------------------------------------

  /// Commits when it is time, removes what is older than the retention, watches the disk, and
  /// reopens what has failed. Call it every few seconds.
  ///
  /// @throws IOException if the disk fails; call it again later
  public void maintain(Instant now) throws IOException {
    maintenance.lock();
    try {
      if (closed) {
        return;
      }
      diskFull = options.disk().usableBytes(options.directory()) < options.writing().minFreeBytes();
      if (engine.brokenBy() != null) {
        heal();
      }
      Engine current = engine;
      try {
        if (current.uncommittedBytes() >= options.writing().commitBytes()
            || !now.isBefore(lastCommit.plus(options.writing().commitInterval()))) {
          current.commit();
          lastCommit = now;
        }
      } finally {
        // On a full disk no commit gets through until retention has made room.
        current.maintainShards(now.minus(options.retention()), now.minus(QUIET));
      }
    } finally {
      maintenance.unlock();
    }
  }

  @GuardedBy("maintenance")
  private void heal() throws IOException {
    LOG.atWarn()
        .addKeyValue("path", options.directory())
        .setCause(engine.brokenBy())
        .log("the log index stopped indexing; it is opened again from its write-ahead log");
    stats.healed();
    Set<String> corrupt = engine.shardsAsTheyAre().corrupt();
    if (!corrupt.isEmpty()) {
      LOG.atError()
          .addKeyValue("path", options.directory())
          .addKeyValue("shards", corrupt)
          .log(
              "damage was found in shards of the log index; they go on without merging. Stop Mangru"
                  + " and run \"mangru check\" on the data directory");
    }
    unmerged.addAll(corrupt);
    try {
      engine.abandon();
    } finally {
      engine = Engine.open(options, tails, clock, unmerged);
    }
  }

  /// Commits everything now, whatever the interval; for tests and for shutting down early.
  ///
  /// @throws IOException if the disk fails
  public void commit() throws IOException {
    maintenance.lock();
    try {
      checkOpen();
      engine.commit();
      lastCommit = clock.instant();
    } finally {
      maintenance.unlock();
    }
  }

  LogIndexStats stats() {
    return stats;
  }

  Engine engine() {
    return engine;
  }

  int openTails() {
    return tails.count();
  }

  @Override
  public void close() {
    maintenance.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      try {
        engine.close();
      } finally {
        directoryLock.close();
      }
    } catch (IOException e) {
      LOG.atError()
          .addKeyValue("path", options.directory())
          .setCause(e)
          .log("the log index did not close cleanly; the next start replays its write-ahead log");
    } finally {
      maintenance.unlock();
    }
  }
}
