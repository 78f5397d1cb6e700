package dev.mangru.autoscaler.journal;

import dev.mangru.autoscaler.control.HpaJournal;
import dev.mangru.autoscaler.control.HpaMemory;
import dev.mangru.autoscaler.control.Replay;
import dev.mangru.autoscaler.control.ScaleIntent;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Every decision and what autoscalers remember, durable. Thread-safe.
///
/// Decisions are bounded by age and number ([JournalOptions]); they are held in memory, compressed,
/// so that reading them costs no disk. What is remembered is bounded by what exists in the cluster.
public final class DecisionJournal implements DecisionLog, HpaJournal, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DecisionJournal.class);

  private record Line(long number, Decision decision) {}

  private final JournalOptions options;
  private final JsonMapper json = Replay.mapper();
  private final Path directory;
  private final Closeable claim;
  private final MemoryLog memory;
  private final RecordLog log;
  private final ConcurrentSkipListMap<Long, Kept> kept = new ConcurrentSkipListMap<>();

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private long last;
  private long segment = 1;
  private long segmentBytes;

  /// The newest decision of each segment.
  private final TreeMap<Long, Newest> segments = new TreeMap<>();

  private record Newest(long number, Instant time) {}

  /// Opens the journal in `directory`, makes it if there is none, and ends the intents whose
  /// decisions were already kept.
  ///
  /// @throws CorruptDataException if something before the end of a log cannot be right
  /// @throws MangruException `UNAVAILABLE` if another process uses the folder
  public static DecisionJournal open(Disk disk, Path directory, JournalOptions options)
      throws IOException {
    disk.createDirectories(directory);
    Closeable claim = disk.lock(directory);
    try {
      return new DecisionJournal(disk, directory, options, claim);
    } catch (IOException | RuntimeException e) {
      claim.close();
      throw e;
    }
  }

  private DecisionJournal(Disk disk, Path directory, JournalOptions options, Closeable claim)
      throws IOException {
    this.options = options;
    this.directory = directory;
    this.claim = claim;
    this.memory = new MemoryLog(disk, directory.resolve("memory"), json);
    RecordLog opened;
    try {
      opened =
          RecordLog.open(
              disk,
              directory.resolve("decisions"),
              "autoscaler-decisions",
              Long.MAX_VALUE,
              this::readAgain);
    } catch (IOException | RuntimeException e) {
      memory.close();
      throw e;
    }
    this.log = opened;
    try {
      settleRecorded();
    } catch (RuntimeException e) {
      log.close();
      memory.close();
      throw e;
    }
  }

  private void readAgain(RecordLog.Position position, ByteBuffer payload) throws IOException {
    int size = payload.remaining();
    byte[] bytes = new byte[size];
    payload.get(bytes);
    Line line;
    try {
      line = json.readValue(bytes, Line.class);
    } catch (JacksonException e) {
      throw new CorruptDataException(
          directory.resolve("decisions").resolve("%08d.log".formatted(position.segment())),
          position.offset(),
          "a decision",
          e.getOriginalMessage());
    }
    if (position.segment() != segment) {
      segment = position.segment();
      segmentBytes = 0;
    }
    segmentBytes += size;
    last = line.number();
    segments.put(segment, new Newest(last, line.decision().time()));
    kept.put(last, Kept.of(line.number(), line.decision(), bytes));
    trim(line.decision().time());
  }

  private void settleRecorded() {
    for (ScaleIntent intent : memory.intents()) {
      for (Kept each : kept.descendingMap().values()) {
        if (each.sameMoment(intent.decision())) {
          Decision.Outcome became = decision(each).outcome();
          memory.settle(intent.uid(), became == Decision.Outcome.SCALED);
          break;
        }
      }
    }
  }

  // ---- decisions -------------------------------------------------------------------------------

  @Override
  public long append(Decision decision) {
    long number;
    RecordLog.Ticket ticket;
    lock.lock();
    try {
      number = ++last;
      byte[] bytes =
          json.writeValueAsString(new Line(number, decision)).getBytes(StandardCharsets.UTF_8);
      Kept entry = Kept.of(number, decision, bytes);
      ticket = log.submit(ByteBuffer.wrap(bytes), () -> kept.put(number, entry));
      segmentBytes += bytes.length;
      Newest before = segments.get(segment);
      Instant newest =
          before != null && before.time().isAfter(decision.time())
              ? before.time()
              : decision.time();
      segments.put(segment, new Newest(number, newest));
    } finally {
      lock.unlock();
    }
    ticket.await();
    retain(decision.time());
    return number;
  }

  /// Forgets what is too old or too many, in memory at once and on disk by whole segments.
  private void retain(Instant now) {
    lock.lock();
    try {
      trim(now);
      if (segmentBytes >= options.segmentBytes()) {
        segment = log.rotate();
        segmentBytes = 0;
      }
      Instant oldest = now.minus(options.keep());
      long firstKept = segment;
      for (Map.Entry<Long, Newest> each : segments.entrySet()) {
        Newest newest = each.getValue();
        boolean needed =
            newest.number() == last
                || (newest.number() > last - options.maxDecisions()
                    && !newest.time().isBefore(oldest));
        if (needed || each.getKey() == segment) {
          firstKept = Math.min(firstKept, each.getKey());
          break;
        }
      }
      if (!segments.headMap(firstKept).isEmpty()) {
        log.deleteBefore(firstKept);
        segments.headMap(firstKept).clear();
      }
    } catch (MangruException | IOException e) {
      // Nothing is lost but room: it is tried again with the next decision.
      LOG.atWarn().setCause(e).log("old decisions could not be dropped");
    } finally {
      lock.unlock();
    }
  }

  private void trim(Instant now) {
    while (kept.size() > options.maxDecisions()) {
      kept.pollFirstEntry();
    }
    Instant oldest = now.minus(options.keep());
    while (!kept.isEmpty()) {
      Map.Entry<Long, Kept> first = kept.firstEntry();
      if (first == null || !first.getValue().time().isBefore(oldest) || kept.size() == 1) {
        return;
      }
      kept.remove(first.getKey());
    }
  }

  /// Leaves out what only [Replay] needs, which is most of a record: [#get] has it.
  @Override
  public List<Entry> find(Query query) {
    List<Entry> found = new ArrayList<>();
    for (Kept each : kept.headMap(query.before(), false).descendingMap().values()) {
      if (each.mayBe(query)) {
        Entry entry = new Entry(each.number(), Replay.withoutSnapshot(decision(each)));
        if (query.selects(entry)) {
          found.add(entry);
        }
      }
      if (found.size() == query.limit()) {
        break;
      }
    }
    return found;
  }

  @Override
  public @Nullable Entry get(long number) {
    Kept entry = kept.get(number);
    return entry == null ? null : new Entry(number, decision(entry));
  }

  private Decision decision(Kept entry) {
    return json.readValue(entry.json(), Line.class).decision();
  }

  // ---- memory ----------------------------------------------------------------------------------

  @Override
  public HpaMemory memory(String uid) {
    return memory.memory(uid);
  }

  @Override
  public void remember(Map<String, HpaMemory> memories, Set<String> alive) {
    memory.remember(memories, alive);
  }

  @Override
  public void intend(ScaleIntent intent) {
    memory.intend(intent);
  }

  @Override
  public void settle(String uid, Decision decision, boolean written) {
    if (memory.intent(uid) == null) {
      return;
    }
    append(decision);
    memory.settle(uid, written);
  }

  @Override
  public List<ScaleIntent> unsettled() {
    return memory.intents();
  }

  @Override
  public void record(Decision decision) {
    append(decision);
  }

  /// Writes what is queued and closes. May be called more than once.
  @Override
  public void close() {
    log.close();
    memory.close();
    try {
      claim.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("the claim on the journal could not be given back");
    }
  }
}
