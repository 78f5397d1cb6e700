package dev.mangru.alerts.mute;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.alerts.route.Matchers;
import dev.mangru.model.alert.Silence;
import dev.mangru.model.alert.SilenceBook;
import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// Silences with Alertmanager's rules, in a journal that is synced before a change is acknowledged.
///
/// Thread-safe: changes take turns and wait for the disk; readers see the last snapshot and never
/// wait.
public final class Silences implements SilenceBook, AutoCloseable {

  /// Records at which the journal is written anew, unless most of it is alive. Chosen.
  private static final int MANY_RECORDS = 1_000;

  private static final long SEGMENT_BYTES = 16L << 20;

  /// Silences in one record of a rewritten journal. Chosen: of the largest that are allowed, still
  /// far less than a record may hold.
  private static final int SILENCES_PER_RECORD = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Silences.class);

  private final SilenceOptions options;
  private final RecordLog journal;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final SplittableRandom random;

  @GuardedBy("lock")
  private long records;

  /// Immutable; by id, in the order in which they were made.
  private volatile Map<String, Silence> silences;

  private Silences(
      SilenceOptions options,
      RecordLog journal,
      SplittableRandom random,
      Map<String, Silence> silences,
      long records) {
    this.options = options;
    this.journal = journal;
    this.random = random;
    this.silences = silences;
    this.records = records;
  }

  /// Opens the journal in `directory`, or makes it.
  ///
  /// @param random where ids come from; seeded differently at each start
  public static Silences open(
      Disk disk, Path directory, SilenceOptions options, SplittableRandom random)
      throws IOException {
    Map<String, Silence> found = new LinkedHashMap<>();
    long[] count = new long[1];
    RecordLog journal =
        RecordLog.open(
            disk, directory, "silences", SEGMENT_BYTES, reader(directory, found, () -> count[0]++));
    return new Silences(options, journal, random, found, count[0]);
  }

  /// Reads the journal in `directory` without changing it.
  public static CheckReport check(Disk disk, Path directory) throws IOException {
    Map<String, Silence> found = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    try {
      RecordLog.read(disk, directory, reader(directory, found, () -> {}));
    } catch (CorruptDataException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    return new CheckReport(List.of(found.size() + " silences"), problems);
  }

  /// Names the place of a record that makes no sense.
  private static RecordLog.Reader reader(Path directory, Map<String, Silence> into, Runnable each) {
    return (position, payload) -> {
      each.run();
      try {
        SilenceJson.read(payload).forEach(silence -> into.put(silence.id(), silence));
      } catch (CorruptDataException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        CorruptDataException corrupt =
            new CorruptDataException(
                directory.resolve("%08d.log".formatted(position.segment())),
                position.offset(),
                "a record of silences",
                String.valueOf(e.getMessage()));
        corrupt.initCause(e);
        throw corrupt;
      }
    };
  }

  @Override
  public List<Silence> silences() {
    return List.copyOf(silences.values());
  }

  @Override
  public @Nullable Silence silence(String id) {
    return silences.get(id);
  }

  /// Those that are active at `now`.
  public List<Silence> active(Instant now) {
    List<Silence> active = new ArrayList<>();
    for (Silence silence : silences.values()) {
      if (silence.state(now) == Silence.State.ACTIVE) {
        active.add(silence);
      }
    }
    return active;
  }

  /// Ids of those among `active` that match, sorted.
  public static List<String> matching(List<Silence> active, Labels labels) {
    List<String> ids = new ArrayList<>();
    for (Silence silence : active) {
      if (LabelMatcher.allMatch(silence.matchers(), labels)) {
        ids.add(silence.id());
      }
    }
    ids.sort(null);
    return ids;
  }

  @Override
  public String put(Silence silence, Instant now) {
    lock.lock();
    try {
      Silence before = silence.id().isEmpty() ? null : known(silence.id());
      if (before != null && changesInPlace(before, silence, now)) {
        Silence after = with(silence, before.id(), silence.startsAt(), silence.endsAt(), now);
        check(after);
        write(List.of(after), now);
        return after.id();
      }
      Instant startsAt = silence.startsAt().isBefore(now) ? now : silence.startsAt();
      Silence made = with(silence, newId(), startsAt, silence.endsAt(), now);
      check(made);
      checkCount(now);
      List<Silence> changes = new ArrayList<>();
      if (before != null && before.state(now) != Silence.State.EXPIRED) {
        changes.add(ended(before, now));
      }
      changes.add(made);
      write(changes, now);
      return made.id();
    } finally {
      lock.unlock();
    }
  }

  private Silence known(String id) {
    Silence silence = silences.get(id);
    if (silence == null) {
      throw new MangruException(ErrorCode.NOT_FOUND, "silence " + id + " not found");
    }
    return silence;
  }

  /// Whether nothing is changed that would rewrite the past.
  private static boolean changesInPlace(Silence before, Silence after, Instant now) {
    List<LabelMatcher> old = new ArrayList<>(before.matchers());
    List<LabelMatcher> wanted = new ArrayList<>(after.matchers());
    old.sort(Matchers.ORDER);
    wanted.sort(Matchers.ORDER);
    if (!old.equals(wanted)) {
      return false;
    }
    return switch (before.state(now)) {
      case ACTIVE ->
          after.startsAt().getEpochSecond() == before.startsAt().getEpochSecond()
              && !after.endsAt().isBefore(now);
      case PENDING -> !after.startsAt().isBefore(now);
      case EXPIRED -> false;
    };
  }

  private static Silence with(
      Silence silence, String id, Instant startsAt, Instant endsAt, Instant now) {
    return new Silence(
        id,
        silence.matchers(),
        startsAt,
        endsAt,
        silence.createdBy(),
        silence.comment(),
        now,
        silence.annotations());
  }

  private void check(Silence silence) {
    require(!silence.matchers().isEmpty(), "invalid silence: at least one matcher required");
    require(
        silence.matchers().stream().anyMatch(matcher -> !matcher.matchesEmpty()),
        "invalid silence: at least one matcher must not match the empty string");
    require(
        silence.matchers().stream().noneMatch(matcher -> matcher.name().isEmpty()),
        "invalid silence: a matcher needs the name of a label");
    require(
        !silence.endsAt().isBefore(silence.startsAt()),
        "invalid silence: end time must not be before start time");
    int bytes = bytes(silence);
    if (bytes > options.maxBytes()) {
      throw new MangruException(
          ErrorCode.BODY_TOO_LARGE,
          "silence exceeded maximum size: "
              + bytes
              + " bytes (limit: "
              + options.maxBytes()
              + " bytes); shorten its comment or its matchers");
    }
  }

  private static int bytes(Silence silence) {
    try {
      return SilenceJson.write(List.of(silence)).remaining();
    } catch (JacksonException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA,
          "invalid silence: its text cannot be written as UTF-8: " + e.getOriginalMessage(),
          e);
    }
  }

  private static void require(boolean fine, String message) {
    if (!fine) {
      throw MangruException.badData(message);
    }
  }

  private void checkCount(Instant now) {
    long kept = silences.values().stream().filter(silence -> keeps(silence, now)).count();
    if (kept >= options.maxSilences()) {
      throw new MangruException(
          ErrorCode.OVERLOADED,
          "exceeded maximum number of silences: "
              + kept
              + " (limit: "
              + options.maxSilences()
              + "); expired ones are dropped after "
              + options.retention());
    }
  }

  @Override
  public void expire(String id, Instant now) {
    lock.lock();
    try {
      Silence silence = known(id);
      if (silence.state(now) == Silence.State.EXPIRED) {
        throw MangruException.badData("silence " + id + " already expired");
      }
      write(List.of(ended(silence, now)), now);
    } finally {
      lock.unlock();
    }
  }

  private static Silence ended(Silence silence, Instant now) {
    Instant startsAt = silence.startsAt().isAfter(now) ? now : silence.startsAt();
    return with(silence, silence.id(), startsAt, now, now);
  }

  /// Makes changes durable, then visible.
  @GuardedBy("lock")
  private void write(List<Silence> changes, Instant now) {
    Map<String, Silence> after = new LinkedHashMap<>();
    for (Silence silence : silences.values()) {
      if (keeps(silence, now)) {
        after.put(silence.id(), silence);
      }
    }
    changes.forEach(silence -> after.put(silence.id(), silence));
    ByteBuffer record = SilenceJson.write(changes);
    if (records > MANY_RECORDS && records > 4L * after.size()) {
      rewrite(after);
      return;
    }
    journal.append(record);
    records++;
    silences = after;
  }

  /// Says everything in a new segment, and lets go of the older ones.
  @GuardedBy("lock")
  private void rewrite(Map<String, Silence> after) {
    long segment = journal.rotate();
    List<RecordLog.Ticket> written = new ArrayList<>();
    List<Silence> all = List.copyOf(after.values());
    for (int i = 0; i < all.size(); i += SILENCES_PER_RECORD) {
      written.add(
          journal.submit(
              SilenceJson.write(all.subList(i, Math.min(all.size(), i + SILENCES_PER_RECORD))),
              () -> {}));
    }
    written.forEach(RecordLog.Ticket::await);
    silences = after;
    records = written.size();
    try {
      journal.deleteBefore(segment);
    } catch (IOException e) {
      // They say nothing wrong; the next time deletes them.
      LOG.atWarn().setCause(e).log("old segments of silences cannot be deleted");
    }
  }

  private boolean keeps(Silence silence, Instant now) {
    return silence.endsAt().plus(options.retention()).isAfter(now);
  }

  @GuardedBy("lock")
  private String newId() {
    long high = (random.nextLong() & 0xffffffffffff0fffL) | 0x4000L;
    long low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
    return new UUID(high, low).toString();
  }

  @Override
  public void close() {
    journal.close();
  }
}
