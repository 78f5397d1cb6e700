package dev.mangru.alerts.state;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every step of every alert, on stable storage before anyone hears of it. Thread-safe.
///
/// Each record holds whole alerts, so a later one makes an earlier one moot. When the log has
/// grown, [#maintain] writes a snapshot (what is alive, and the timeline) into a new segment and
/// deletes the ones before. A snapshot counts only once its end is there, and then counts alone: a
/// crash may keep any of the deleted segments.
///
/// A disk that is full must not silence alerts: a record that cannot be written is logged and
/// counted, life goes on in memory, and [#maintain] writes all of it once there is room.
public final class AlertJournal implements AutoCloseable {

  /// Transitions that the timeline keeps. Chosen: days of a busy cluster, about 5 MB.
  public static final int MAX_TIMELINE = 10_000;

  /// A segment is rewritten at least once it has this many bytes. Chosen.
  private static final long MIN_COMPACTION_BYTES = 1 << 20;

  /// Bytes after which a record is ended and another begun, far below the log's limit.
  private static final int CHANGES_PER_RECORD = 500;

  /// Most bytes of a rewritten timeline; half of what a record may have.
  private static final int MAX_TIMELINE_BYTES = RecordLog.MAX_RECORD_BYTES / 2;

  /// Most bytes of a record of several changes. Chosen: memory that writing may take at once.
  private static final int MAX_CHANGES_BYTES = 8 << 20;

  private static final long SEGMENT_BYTES = 64L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(AlertJournal.class);

  private final @Nullable RecordLog log;
  private final long compactionBytes;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Contents contents;
  private long bytesSinceCompaction;
  private long compactedBytes;
  private boolean behind;
  private long failures;

  private AlertJournal(@Nullable RecordLog log, Contents contents, long compactionBytes) {
    this.log = log;
    this.contents = contents;
    this.compactionBytes = compactionBytes;
  }

  /// A journal that forgets everything, for tests of rules and for drafts.
  public static AlertJournal inMemory() {
    return new AlertJournal(null, new Contents(), Long.MAX_VALUE);
  }

  /// Opens the journal in `directory`, or makes one there.
  ///
  /// @throws CorruptDataException if a record before the tail does not check or makes no sense
  public static AlertJournal open(Disk disk, Path directory) throws IOException {
    return open(disk, directory, MIN_COMPACTION_BYTES);
  }

  static AlertJournal open(Disk disk, Path directory, long compactionBytes) throws IOException {
    Contents contents = new Contents();
    RecordLog log =
        RecordLog.open(
            disk, directory, "alert-journal", SEGMENT_BYTES, reader(directory, contents));
    return new AlertJournal(log, contents, compactionBytes);
  }

  private static RecordLog.Reader reader(Path directory, Contents contents) {
    return (position, payload) -> {
      try {
        AlertRecords.decode(payload, contents);
      } catch (MangruException | IllegalArgumentException e) {
        CorruptDataException corrupt =
            new CorruptDataException(
                directory.resolve("%08d.log".formatted(position.segment())),
                position.offset(),
                "a record of alert changes",
                String.valueOf(e.getMessage()));
        corrupt.initCause(e);
        throw corrupt;
      }
    };
  }

  /// Reads a journal without changing it.
  public static CheckReport check(Disk disk, Path directory) throws IOException {
    Contents contents = new Contents();
    List<String> problems = new ArrayList<>();
    try {
      RecordLog.read(disk, directory, reader(directory, contents));
    } catch (CorruptDataException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    int alive = contents.alive.values().stream().mapToInt(Map::size).sum();
    return new CheckReport(
        List.of(alive + " alerts, " + contents.timeline.size() + " transitions"), problems);
  }

  /// What the log says, read from its beginning.
  private static final class Contents implements AlertRecords.Sink {
    Map<RuleKey, Map<Labels, Alert>> alive = new LinkedHashMap<>();
    Deque<AlertChange> timeline = new ArrayDeque<>();

    /// A snapshot that has begun, or null.
    private @Nullable Contents snapshot;

    @Override
    public void snapshotBegins() {
      snapshot = new Contents();
    }

    @Override
    public void snapshotEnds() {
      Contents whole = snapshot;
      if (whole == null) {
        throw new IllegalArgumentException("a snapshot ends that never began");
      }
      alive = whole.alive;
      timeline = whole.timeline;
      snapshot = null;
    }

    @Override
    public void change(AlertChange change, AlertRecords.Scope scope) {
      switch (scope) {
        case BOTH -> {
          state(change);
          news(change);
        }
        case STATE -> part().state(change);
        case TIMELINE -> part().news(change);
      }
    }

    private Contents part() {
      if (snapshot == null) {
        throw new IllegalArgumentException("a part of a snapshot that never began");
      }
      return snapshot;
    }

    private void news(AlertChange change) {
      if (change.isNews()) {
        timeline.addLast(change);
        if (timeline.size() > MAX_TIMELINE) {
          timeline.removeFirst();
        }
      }
    }

    private void state(AlertChange change) {
      if (change.to() == AlertState.INACTIVE) {
        Map<Labels, Alert> alerts = alive.get(change.rule());
        if (alerts != null) {
          alerts.remove(change.alert().labels());
          if (alerts.isEmpty()) {
            alive.remove(change.rule());
          }
        }
      } else {
        alive
            .computeIfAbsent(change.rule(), _ -> new TreeMap<>())
            .put(change.alert().labels(), change.alert());
      }
    }
  }

  /// Every alert that was alive when the journal was opened, or has been recorded since.
  Map<RuleKey, List<Alert>> alive() {
    lock.lock();
    try {
      Map<RuleKey, List<Alert>> copy = new LinkedHashMap<>();
      contents.alive.forEach((rule, alerts) -> copy.put(rule, List.copyOf(alerts.values())));
      return copy;
    } finally {
      lock.unlock();
    }
  }

  /// Records changes. They are on stable storage when this returns true; if the disk does not take
  /// them, it returns false, and they count nevertheless as long as the process lives.
  boolean record(List<AlertChange> changes) {
    if (changes.isEmpty()) {
      return true;
    }
    List<RecordLog.Ticket> tickets = new ArrayList<>();
    lock.lock();
    try {
      changes.forEach(change -> contents.change(change, AlertRecords.Scope.BOTH));
      if (log == null) {
        return true;
      }
      submit(changes, AlertRecords.Scope.BOTH, tickets);
    } catch (MangruException e) {
      failed(e);
      return false;
    } finally {
      lock.unlock();
    }
    try {
      tickets.forEach(RecordLog.Ticket::await);
      return true;
    } catch (MangruException e) {
      lock.lock();
      try {
        failed(e);
      } finally {
        lock.unlock();
      }
      return false;
    }
  }

  private void submit(
      List<AlertChange> changes, AlertRecords.Scope scope, List<RecordLog.Ticket> tickets) {
    RecordLog open = log;
    if (open == null) {
      return;
    }
    for (int i = 0; i < changes.size(); i += CHANGES_PER_RECORD) {
      submitRecord(
          open,
          changes.subList(i, Math.min(changes.size(), i + CHANGES_PER_RECORD)),
          scope,
          tickets);
    }
  }

  /// In halves, if texts are so long that they do not fit into one record.
  private void submitRecord(
      RecordLog open,
      List<AlertChange> changes,
      AlertRecords.Scope scope,
      List<RecordLog.Ticket> tickets) {
    byte[] record = AlertRecords.encode(changes, scope, AlertRecords.Snapshot.NONE);
    if (record.length > MAX_CHANGES_BYTES && changes.size() > 1) {
      int half = changes.size() / 2;
      submitRecord(open, changes.subList(0, half), scope, tickets);
      submitRecord(open, changes.subList(half, changes.size()), scope, tickets);
      return;
    }
    if (record.length > RecordLog.MAX_RECORD_BYTES) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "an alert of the rule \""
              + changes.getFirst().rule().name()
              + "\" has "
              + record.length
              + " bytes, more than the "
              + RecordLog.MAX_RECORD_BYTES
              + " that can be written down: shorten its annotations");
    }
    bytesSinceCompaction += record.length;
    tickets.add(open.submit(ByteBuffer.wrap(record), () -> {}));
  }

  private void failed(MangruException cause) {
    failures++;
    if (!behind) {
      LOG.atError()
          .addKeyValue("cause", cause.code())
          .setCause(cause)
          .log("alert states are not on disk; a crash now would forget them");
    }
    behind = true;
  }

  /// Catches up with what could not be written, and drops what is moot once there is enough of it.
  /// Call it every now and then; cheap when there is nothing to do.
  void maintain() {
    RecordLog open = log;
    if (open == null) {
      return;
    }
    lock.lock();
    try {
      boolean grown = bytesSinceCompaction > Math.max(compactionBytes, 2 * compactedBytes);
      if (behind || grown) {
        compact(open);
      }
    } finally {
      lock.unlock();
    }
  }

  private void compact(RecordLog open) {
    try {
      long first = open.rotate();
      bytesSinceCompaction = 0;
      List<RecordLog.Ticket> tickets = new ArrayList<>();
      byte[] timeline = timeline();
      bytesSinceCompaction += timeline.length;
      tickets.add(open.submit(ByteBuffer.wrap(timeline), () -> {}));
      List<AlertChange> state = new ArrayList<>();
      contents.alive.forEach((rule, alerts) ->
          alerts
              .values()
              .forEach(alert ->
                  state.add(
                      new AlertChange(
                          rule, alert.activeAt(), alert.state(), alert.state(), alert))));
      submit(state, AlertRecords.Scope.STATE, tickets);
      byte[] end =
          AlertRecords.encode(List.of(), AlertRecords.Scope.STATE, AlertRecords.Snapshot.ENDS);
      tickets.add(open.submit(ByteBuffer.wrap(end), () -> {}));
      tickets.forEach(RecordLog.Ticket::await);
      compactedBytes = bytesSinceCompaction;
      bytesSinceCompaction = 0;
      open.deleteBefore(first);
      if (behind) {
        LOG.info("alert states are on disk again");
      }
      behind = false;
    } catch (MangruException e) {
      failed(e);
    } catch (IOException e) {
      // Old segments stay and say nothing wrong; the next compaction deletes them.
      LOG.atWarn().setCause(e).log("old segments of the alert journal could not be deleted");
    }
  }

  /// The timeline as one record, the first of a snapshot. The oldest half goes if texts are so long
  /// that it would not fit.
  private byte[] timeline() {
    List<AlertChange> kept = List.copyOf(contents.timeline);
    while (true) {
      byte[] record =
          AlertRecords.encode(kept, AlertRecords.Scope.TIMELINE, AlertRecords.Snapshot.BEGINS);
      if (record.length <= MAX_TIMELINE_BYTES) {
        return record;
      }
      kept = kept.subList((kept.size() + 1) / 2, kept.size());
    }
  }

  /// What changed between two times, newest first.
  List<AlertBook.Transition> transitions(Instant from, Instant to, int limit) {
    lock.lock();
    try {
      List<AlertBook.Transition> found = new ArrayList<>();
      Iterator<AlertChange> newestFirst = contents.timeline.descendingIterator();
      while (newestFirst.hasNext() && found.size() < limit) {
        AlertChange change = newestFirst.next();
        if (!change.at().isBefore(from) && change.at().isBefore(to)) {
          found.add(change.transition());
        }
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  /// How often something could not be written.
  long failures() {
    lock.lock();
    try {
      return failures;
    } finally {
      lock.unlock();
    }
  }

  /// Writes what is queued, then closes.
  @Override
  public void close() {
    if (log != null) {
      log.close();
    }
  }
}
