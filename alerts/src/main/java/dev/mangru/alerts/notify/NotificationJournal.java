package dev.mangru.alerts.notify;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes down what is to be said and what became of it. The order of calls is the order in the
/// journal; guarded by the notifier's lock, except for waiting.
///
/// A disk that takes nothing is no reason to keep quiet: then people hear of alerts though a crash
/// might make them hear twice. The failure is counted, and logged once until it is over; then
/// everything that is alive is written anew.
final class NotificationJournal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NotificationJournal.class);

  private static final long SEGMENT_BYTES = 16L << 20;

  /// Records at which the journal is written anew, unless most of it is alive. Chosen.
  private static final int MANY_RECORDS = 5_000;

  /// How long to wait before everything is written anew once more, if that failed. Chosen.
  private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

  private final RecordLog log;
  private final List<RecordLog.Ticket> unawaited = new ArrayList<>();
  private long records;
  private Instant nextRewrite = Instant.MIN;
  private final AtomicLong failures = new AtomicLong();

  /// Whether something is not on disk that should be.
  private volatile boolean behind;

  private NotificationJournal(RecordLog log, long records) {
    this.log = log;
    this.records = records;
  }

  static NotificationJournal open(Disk disk, Path directory, PipelineState into)
      throws IOException {
    long[] count = new long[1];
    RecordLog log =
        RecordLog.open(
            disk,
            directory,
            "notifications",
            SEGMENT_BYTES,
            reader(directory, into, () -> count[0]++));
    return new NotificationJournal(log, count[0]);
  }

  /// Reads a journal without changing it.
  static CheckReport check(Disk disk, Path directory) throws IOException {
    PipelineState found = new PipelineState(Integer.MAX_VALUE);
    List<String> problems = new ArrayList<>();
    try {
      RecordLog.read(disk, directory, reader(directory, found, () -> {}));
    } catch (CorruptDataException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    return new CheckReport(
        List.of(
            found.alerts.size()
                + " alerts held, "
                + found.pending.size()
                + " notifications to be delivered, "
                + found.history.size()
                + " done"),
        problems);
  }

  /// Names the place of a record that makes no sense.
  private static RecordLog.Reader reader(Path directory, PipelineState into, Runnable each) {
    return (position, payload) -> {
      each.run();
      try {
        JournalRecords.read(payload, into);
      } catch (CorruptDataException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        CorruptDataException corrupt =
            new CorruptDataException(
                directory.resolve("%08d.log".formatted(position.segment())),
                position.offset(),
                "a record of notifications",
                String.valueOf(e.getMessage()));
        corrupt.initCause(e);
        throw corrupt;
      }
    };
  }

  /// Queues a record; null if the journal takes none.
  RecordLog.@Nullable Ticket submit(ByteBuffer record) {
    if (isTooLarge(record)) {
      return null;
    }
    try {
      RecordLog.Ticket ticket = log.submit(record, () -> {});
      records++;
      unawaited.add(ticket);
      return ticket;
    } catch (MangruException e) {
      failed(e);
      return null;
    }
  }

  /// Whether no log takes a record, as one notification of a hundred thousand alerts may make. It
  /// is told all the same.
  private boolean isTooLarge(ByteBuffer record) {
    if (record.remaining() <= RecordLog.MAX_RECORD_BYTES) {
      return false;
    }
    failures.incrementAndGet();
    LOG.atError()
        .addKeyValue("bytes", record.remaining())
        .log("a notification is too large to be written down; route its alerts to smaller groups");
    return true;
  }

  /// Records whose fate nobody has asked for yet: wait for each, or a full disk goes unnoticed.
  List<RecordLog.Ticket> unawaited() {
    List<RecordLog.Ticket> all = List.copyOf(unawaited);
    unawaited.clear();
    return all;
  }

  /// Waits until a record is on stable storage; false if it never will be.
  boolean await(RecordLog.@Nullable Ticket ticket) {
    if (ticket == null) {
      return false;
    }
    try {
      ticket.await();
      return true;
    } catch (MangruException e) {
      failed(e);
      return false;
    }
  }

  private synchronized void failed(MangruException e) {
    failures.incrementAndGet();
    if (!behind) {
      behind = true;
      LOG.atError()
          .addKeyValue("cause", e.text())
          .log("notifications cannot be written down; a crash now may repeat or forget some");
    }
  }

  /// Records that the journal did not take.
  long failures() {
    return failures.get();
  }

  /// Whether it has grown to several times what is alive, or lacks something of it.
  boolean wantsRewrite(PipelineState state, Instant now) {
    boolean isLong = records > MANY_RECORDS && records > 4L * state.size();
    boolean soon = now.isBefore(nextRewrite) && !now.plus(TRY_AGAIN).isBefore(nextRewrite);
    return (behind || isLong) && !soon;
  }

  /// Says everything that is alive in a new segment, and lets go of the older ones.
  void rewrite(PipelineState state, Instant now) {
    nextRewrite = now.plus(TRY_AGAIN);
    try {
      long segment = log.rotate();
      List<RecordLog.Ticket> written = new ArrayList<>();
      write(JournalRecords.sequence(state.nextSequence), written);
      for (Held held : state.alerts.values()) {
        write(JournalRecords.alert(held), written);
      }
      for (LogKey key : state.log.keySet()) {
        LogEntry entry = state.log.get(key);
        if (entry != null) {
          write(JournalRecords.log(key, entry), written);
        }
      }
      for (Intent intent : state.pending.values()) {
        write(JournalRecords.intent(intent), written);
      }
      for (var done : state.history) {
        write(JournalRecords.done(done), written);
      }
      // Each of them: on a full disk a small one may fit where a large one before it did not.
      written.forEach(RecordLog.Ticket::await);
      records = state.size();
      if (behind) {
        behind = false;
        LOG.info("notifications are written down again");
      }
      log.deleteBefore(segment);
    } catch (MangruException e) {
      failed(e);
    } catch (IOException e) {
      // They say nothing wrong; the next time deletes them.
      LOG.atWarn().setCause(e).log("old segments of notifications cannot be deleted");
    }
  }

  private void write(ByteBuffer record, List<RecordLog.Ticket> written) {
    if (!isTooLarge(record)) {
      written.add(log.submit(record, () -> {}));
    }
  }

  @Override
  public void close() {
    log.close();
  }
}
