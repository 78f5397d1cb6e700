package dev.mangru.alerts.notify;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes down what is to be said and what became of it. The order of calls is the order in the
/// journal; guarded by the notifier's lock, except for waiting.
///
/// A disk that takes nothing is no reason to keep quiet: then people hear of alerts though a crash
/// might make them hear twice. The failure is counted, and logged once until it is over.
final class NotificationJournal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NotificationJournal.class);

  private static final long SEGMENT_BYTES = 16L << 20;

  /// Records at which the journal is written anew, unless most of it is alive. Chosen.
  private static final int MANY_RECORDS = 5_000;

  private final RecordLog log;
  private long records;
  private volatile long failures;
  private boolean failing;

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
            (_, payload) -> {
              count[0]++;
              JournalRecords.read(payload, into);
            });
    return new NotificationJournal(log, count[0]);
  }

  /// Queues a record; null if the journal takes none.
  RecordLog.@Nullable Ticket submit(ByteBuffer record) {
    try {
      RecordLog.Ticket ticket = log.submit(record, () -> {});
      records++;
      return ticket;
    } catch (MangruException e) {
      failed(e);
      return null;
    }
  }

  /// Waits until a record is on stable storage; false if it never will be.
  boolean await(RecordLog.@Nullable Ticket ticket) {
    if (ticket == null) {
      return false;
    }
    try {
      ticket.await();
      failing = false;
      return true;
    } catch (MangruException e) {
      failed(e);
      return false;
    }
  }

  private synchronized void failed(MangruException e) {
    failures++;
    if (!failing) {
      failing = true;
      LOG.atError()
          .addKeyValue("cause", e.text())
          .log("notifications cannot be written down; a crash now may repeat or forget some");
    }
  }

  /// Records that the journal did not take.
  long failures() {
    return failures;
  }

  /// Whether it has grown to several times what is alive.
  boolean isLong(PipelineState state) {
    return records > MANY_RECORDS && records > 4L * state.size();
  }

  /// Says everything that is alive in a new segment, and lets go of the older ones.
  void rewrite(PipelineState state) {
    try {
      long segment = log.rotate();
      RecordLog.Ticket last = log.submit(JournalRecords.sequence(state.nextSequence), () -> {});
      for (Held held : state.alerts.values()) {
        last = log.submit(JournalRecords.alert(held), () -> {});
      }
      for (LogKey key : state.log.keySet()) {
        LogEntry entry = state.log.get(key);
        if (entry != null) {
          last = log.submit(JournalRecords.log(key, entry), () -> {});
        }
      }
      for (Intent intent : state.pending.values()) {
        last = log.submit(JournalRecords.intent(intent), () -> {});
      }
      for (var done : state.history) {
        last = log.submit(JournalRecords.done(done), () -> {});
      }
      last.await();
      log.deleteBefore(segment);
      records = state.size();
    } catch (MangruException e) {
      failed(e);
    } catch (IOException e) {
      failed(
          new MangruException(
              dev.mangru.model.error.ErrorCode.UNAVAILABLE,
              "old segments of notifications cannot be deleted: " + e,
              e));
    }
  }

  @Override
  public void close() {
    log.close();
  }
}
