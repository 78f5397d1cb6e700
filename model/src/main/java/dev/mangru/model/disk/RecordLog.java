package dev.mangru.model.disk;

import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An append-only log of records: durable, checksummed, in segments. Thread-safe.
///
/// **Group commit.** [#append] queues a record and waits. One platform thread takes everything that
/// is queued, writes it with one call, syncs once, runs each record's `applied` action in log order
/// and wakes the waiters. While it syncs, the next batch gathers; and where several callers came
/// together a moment ago, the first to come again waits up to two milliseconds for the others. A
/// caller who is alone never waits. Only that thread touches the file, so an interrupted caller
/// cannot close it ([java.nio.channels.FileChannel] closes on interrupt).
///
/// **Order.** What is queued is written in the order of the calls, and a rotation asked for with
/// [#rotateLater] stands in that order too: who keeps records and rotations under one lock of its
/// own knows what is in which segment without waiting for the disk.
///
/// **Faults.** A write that fails (disk full) is cut off again and only its batch fails: the log
/// heals when there is room. A record that makes sense only after those before it names the
/// [#generation] it was made in, and fails too if one of them has failed since. A sync that fails
/// tells nothing about what is on disk, so the log remembers the first cause and refuses everything
/// from then on; retrying a sync is how PostgreSQL lost data. Whatever else ends the committing
/// thread does the same: nobody waits for it in vain.
///
/// **Damage.** A crash tears only what was not synced, and the first record of each batch says that
/// what is before it was. So a record at the end of the log that does not check is torn, and cut
/// off, unless a whole one after it says so: then it is damaged, and an error.
///
/// The bytes are drawn in `FORMAT.md` beside this file.
public final class RecordLog implements AutoCloseable {

  /// Largest record, in bytes.
  public static final int MAX_RECORD_BYTES = 64 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(RecordLog.class);
  private static final byte[] MAGIC = "MGRULOG2".getBytes(StandardCharsets.US_ASCII);

  /// Of segments whose records never say [#SYNCED_BEFORE].
  private static final byte[] MAGIC_1 = "MGRULOG1".getBytes(StandardCharsets.US_ASCII);

  /// In the length of a record: everything before it in the segment was synced, and so may have
  /// been acknowledged, before it was written.
  private static final int SYNCED_BEFORE = 1 << 31;

  /// Bytes after a broken record that are searched for such a record, and bytes of checksums that
  /// this may take. Chosen: a fraction of a second.
  private static final int MAX_SEARCHED_BYTES = 32 << 20;

  private static final long MAX_CHECKED_BYTES = 256L << 20;

  /// Bytes of a record before its payload.
  public static final int RECORD_HEADER_BYTES = 8;

  /// Bytes on their way to the disk at which [#append] makes further callers wait to queue. Chosen.
  private static final long MAX_PENDING_BYTES = 64L << 20;

  /// Bytes at which a batch is written and synced before more is taken: bounds the memory that
  /// framing takes. Chosen.
  private static final long FULL_BATCH_BYTES = 16L << 20;

  /// Bytes that go to the disk with one call, outside the heap so that they are copied once.
  /// Chosen.
  private static final int FRAME_BYTES = 1 << 20;

  /// How long what was written may stay unsynced with [Durability#OS].
  private static final long SYNC_NANOS = 1_000_000_000;

  /// The generation of records that do not depend on others.
  private static final long ANY_GENERATION = -1;

  /// How long a write waits for those who wrote together with the one before it: a sync costs about
  /// as much, and writes whole pages of the disk however few bytes of them are new. Chosen.
  private static final long GATHER_NANOS = 2_000_000;

  /// Bytes that are not worth waiting for more: the page begun is a small part of them. Chosen.
  private static final long GATHERED_BYTES = 64 << 10;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Disk disk;
  private final Path directory;
  private final long segmentBytes;
  private final Thread committer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Deque<Entry> pending = new ArrayDeque<>();
  private long pendingBytes;
  private boolean closing;
  private @Nullable IOException brokenBy;
  private @Nullable Throwable lastFailure;

  /// Failed writes so far; written by the committer under the lock.
  private volatile long generation;

  // Confined to the committer once it runs; segmentNumber is published through the lock.
  private final Durability durability;
  private @Nullable ByteBuffer frame;
  private long dirtySinceNanos;
  private boolean dirty;
  private WritableFile segment;
  private long segmentNumber;
  private long segmentLength;

  /// What was taken from the queue last; all of it answered unless the committer works on it.
  private List<Entry> taken = List.of();

  /// How many records were on their way when the last batch was answered: so many come again soon.
  private int companions;

  /// Whether the end of the segment was cut off since the last sync.
  private boolean cutOff;

  /// Whether records of the segment may say [#SYNCED_BEFORE].
  private boolean marks;

  /// Where a record stands.
  ///
  /// @param segment number of its segment, from 1
  /// @param offset byte offset of the record in it
  public record Position(long segment, long offset) {}

  /// Takes the records of a log one by one, in order.
  @FunctionalInterface
  public interface Reader {
    /// One record; `payload` is positioned at its first byte and may be kept.
    void read(Position position, ByteBuffer payload) throws IOException;
  }

  /// A record, or with no payload a rotation.
  private static final class Entry {
    final ByteBuffer payload;
    final Runnable applied;
    final long generation;
    final CountDownLatch done = new CountDownLatch(1);
    @Nullable Throwable failure;

    /// The segment in use after a rotation.
    long segment;

    Entry(ByteBuffer payload, Runnable applied, long generation) {
      this.payload = payload;
      this.applied = applied;
      this.generation = generation;
    }

    boolean rotation() {
      return payload.capacity() == 0;
    }
  }

  /// Opens the log in `directory`, makes it if there is none, hands every record to `reader`, and
  /// cuts off a torn tail.
  ///
  /// @param name names the committer thread
  /// @param segmentBytes a segment that has grown to this is followed by a new one
  /// @throws CorruptDataException if a record before the tail does not check
  public static RecordLog open(
      Disk disk, Path directory, String name, long segmentBytes, Reader reader) throws IOException {
    return open(disk, directory, name, segmentBytes, 1, reader);
  }

  /// As [#open(Disk, Path, String, long, Reader)], for an owner that has put the records before
  /// segment `firstSegment` elsewhere: those segments are deleted unread, and no record is ever
  /// written to a segment before it. What is handed to `reader` is on stable storage when this
  /// returns.
  public static RecordLog open(
      Disk disk, Path directory, String name, long segmentBytes, long firstSegment, Reader reader)
      throws IOException {
    return open(disk, directory, name, segmentBytes, firstSegment, Durability.SYNCED, reader);
  }

  /// As [#open(Disk, Path, String, long, long, Reader)].
  ///
  /// @param durability when a record counts as written
  public static RecordLog open(
      Disk disk,
      Path directory,
      String name,
      long segmentBytes,
      long firstSegment,
      Durability durability,
      Reader reader)
      throws IOException {
    disk.createDirectories(directory);
    List<Path> segments = new ArrayList<>();
    for (Path path : segments(disk, directory)) {
      if (number(path) < firstSegment) {
        disk.delete(path);
      } else {
        segments.add(path);
      }
    }
    if (segments.isEmpty()) {
      long number = Math.max(1, firstSegment);
      WritableFile file = newSegment(disk, directory, number);
      return new RecordLog(
          disk, directory, name, segmentBytes, durability, file, number, MAGIC.length, true);
    }
    List<Path> filled = withoutEmptyTail(disk, segments);
    long wholeBytes = 0;
    for (Path path : filled) {
      wholeBytes = readSegment(disk, path, path.equals(filled.getLast()), reader);
    }
    // The log goes on in its last segment, even if that is empty: numbers never go back, because
    // owners remember them.
    Path last = segments.getLast();
    if (filled.size() < segments.size()) {
      endAt(disk, filled.getLast(), wholeBytes).close();
      for (Path between : segments.subList(filled.size(), segments.size() - 1)) {
        disk.delete(between);
      }
      wholeBytes = 0;
    }
    disk.syncDirectory(directory);
    WritableFile file = endAt(disk, last, wholeBytes);
    return new RecordLog(
        disk,
        directory,
        name,
        segmentBytes,
        durability,
        file,
        number(last),
        Math.max(wholeBytes, MAGIC.length),
        hasMarks(disk, last));
  }

  private static boolean hasMarks(Disk disk, Path segment) throws IOException {
    try (ReadableFile file = disk.open(segment)) {
      ByteBuffer magic = ByteBuffer.allocate(MAGIC.length);
      file.readFully(0, magic);
      return ByteBuffer.wrap(MAGIC).equals(magic.flip());
    }
  }

  /// Opens a segment for writing after its whole part and makes that durable: what was read may
  /// still have been on its way to the disk when an earlier process was killed.
  private static WritableFile endAt(Disk disk, Path path, long wholeBytes) throws IOException {
    WritableFile file = disk.append(path);
    try {
      if (wholeBytes < MAGIC.length) {
        // A crash between making the file and syncing its header: nothing was ever in it.
        file.truncate(0);
        file.write(ByteBuffer.wrap(MAGIC));
      } else if (file.length() > wholeBytes) {
        setTornTailAside(disk, path, wholeBytes);
        file.truncate(wholeBytes);
      }
      file.sync();
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// Reads a log without changing it, for checks.
  ///
  /// @throws CorruptDataException if a record before the tail does not check
  public static void read(Disk disk, Path directory, Reader reader) throws IOException {
    read(disk, directory, 1, reader);
  }

  /// As [#read(Disk, Path, Reader)], from segment `firstSegment` on.
  public static void read(Disk disk, Path directory, long firstSegment, Reader reader)
      throws IOException {
    if (!disk.exists(directory)) {
      return;
    }
    List<Path> segments =
        segments(disk, directory).stream().filter(path -> number(path) >= firstSegment).toList();
    List<Path> filled = withoutEmptyTail(disk, segments);
    for (Path path : filled) {
      readSegment(disk, path, path.equals(filled.getLast()), reader);
    }
  }

  private RecordLog(
      Disk disk,
      Path directory,
      String name,
      long segmentBytes,
      Durability durability,
      WritableFile segment,
      long segmentNumber,
      long segmentLength,
      boolean marks) {
    this.disk = disk;
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.durability = durability;
    this.segment = segment;
    this.segmentNumber = segmentNumber;
    this.segmentLength = segmentLength;
    this.marks = marks;
    this.committer = Thread.ofPlatform().name(name + "-commit").daemon().unstarted(this::run);
    this.committer.start();
  }

  /// Appends one record and returns once it is on stable storage.
  public void append(ByteBuffer payload) {
    append(payload, () -> {});
  }

  /// Appends one record. When this returns the record is on stable storage and `applied` has run.
  ///
  /// @param payload the record; not changed, and must not be by the caller until this returns
  /// @param applied runs on the log's own thread, in log order, after the sync and before this
  ///   returns; must be quick and must not throw
  /// @throws MangruException `UNAVAILABLE` if the record could not be made durable
  public void append(ByteBuffer payload, Runnable applied) {
    await(enqueue(payload, applied, ANY_GENERATION));
  }

  /// A record on its way to the disk.
  public final class Ticket {
    private final Entry entry;

    private Ticket(Entry entry) {
      this.entry = entry;
    }

    /// Waits as [#append] does.
    public void await() {
      RecordLog.this.await(entry);
    }

    /// Whether [#await] would return at once.
    public boolean done() {
      return entry.done.getCount() == 0;
    }
  }

  /// A rotation on its way.
  public final class Rotation {
    private final Entry entry;

    private Rotation(Entry entry) {
      this.entry = entry;
    }

    /// Waits until every record queued before the rotation has been answered.
    ///
    /// @return the number of the segment that the records queued after it go to, or begin in
    /// @throws MangruException `UNAVAILABLE` if the next segment cannot be made; the log goes on in
    ///   the current one
    public long await() {
      RecordLog.this.await(entry);
      return entry.segment;
    }
  }

  /// How many writes have failed so far: a record submitted with this number fails if another one
  /// fails before it is written.
  public long generation() {
    return generation;
  }

  /// Queues one record that makes sense only if every record submitted before it is written.
  ///
  /// @param madeIn what [#generation] was when the record was made
  /// @throws MangruException `UNAVAILABLE` if a write has failed since
  public Ticket submit(ByteBuffer payload, Runnable applied, long madeIn) {
    return new Ticket(enqueue(payload, applied, madeIn));
  }

  /// Queues a rotation without waiting: records submitted after it go to a later segment than those
  /// before it, unless it fails.
  ///
  /// @throws MangruException `UNAVAILABLE` if the log is broken or closed
  public Rotation rotateLater() {
    Entry entry = new Entry(NOTHING, () -> {}, ANY_GENERATION);
    lock.lock();
    try {
      if (brokenBy != null) {
        throw unavailable(brokenBy);
      }
      if (closing) {
        throw new MangruException(ErrorCode.UNAVAILABLE, directory + " is closed");
      }
      pending.add(entry);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return new Rotation(entry);
  }

  /// Queues one record without waiting: the order of calls is the order in the log. The caller may
  /// hold its own lock meanwhile and [Ticket#await] after letting go of it.
  public Ticket submit(ByteBuffer payload, Runnable applied) {
    return new Ticket(enqueue(payload, applied, ANY_GENERATION));
  }

  private Entry enqueue(ByteBuffer payload, Runnable applied, long madeIn) {
    int length = payload.remaining();
    if (length == 0 || length > MAX_RECORD_BYTES) {
      throw new IllegalArgumentException(
          "a record must have 1 to " + MAX_RECORD_BYTES + " bytes, not " + length);
    }
    Entry entry = new Entry(payload.duplicate(), applied, madeIn);
    lock.lock();
    try {
      while (pendingBytes > MAX_PENDING_BYTES && !closing && brokenBy == null) {
        changed.awaitUninterruptibly();
      }
      if (brokenBy != null) {
        throw unavailable(brokenBy);
      }
      if (closing) {
        throw new MangruException(ErrorCode.UNAVAILABLE, directory + " is closing");
      }
      if (stale(entry)) {
        throw unavailable(failureBefore());
      }
      pending.add(entry);
      pendingBytes += length;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return entry;
  }

  private void await(Entry entry) {
    boolean interrupted = false;
    while (true) {
      try {
        entry.done.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // the record is on its way: the caller must learn what became of it
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (entry.failure != null) {
      throw unavailable(entry.failure);
    }
  }

  private MangruException unavailable(Throwable cause) {
    return new MangruException(
        ErrorCode.UNAVAILABLE, "cannot write to " + directory + ": " + cause, cause);
  }

  /// Ends the current segment, so that [#deleteBefore] can drop it later. Returns the number of the
  /// segment that every record appended from now on goes to, or a later one. Records queued before
  /// have been applied by then.
  ///
  /// @throws MangruException `UNAVAILABLE` if the next segment cannot be made; the log goes on in
  ///   the current one
  public long rotate() {
    return rotateLater().await();
  }

  /// Deletes the segments before `segmentNumber`.
  public void deleteBefore(long firstKept) throws IOException {
    boolean deleted = false;
    for (Path path : segments(disk, directory)) {
      if (number(path) < firstKept) {
        disk.delete(path);
        deleted = true;
      }
    }
    if (deleted) {
      disk.syncDirectory(directory);
    }
  }

  /// What broke the log for good, or null while it works.
  public @Nullable IOException brokenBy() {
    lock.lock();
    try {
      return brokenBy;
    } finally {
      lock.unlock();
    }
  }

  /// Writes what is queued, then closes. May be called more than once.
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (committer.isAlive()) {
      try {
        committer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the committer ---------------------------------------------------------------------------

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      frame = arena.allocate(FRAME_BYTES).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      commitLoop();
    } catch (RuntimeException | Error e) {
      breakDown(new IOException("writing to " + directory + " ended: " + e, e));
    } finally {
      frame = null;
      end();
    }
  }

  private void commitLoop() {
    while (true) {
      lock.lock();
      try {
        while (pending.isEmpty() && !closing && !syncIsDue()) {
          if (dirty) {
            changed.awaitNanos(SYNC_NANOS - (System.nanoTime() - dirtySinceNanos));
          } else {
            changed.awaitUninterruptibly();
          }
        }
        if (pending.isEmpty() && closing) {
          break; // nothing is left
        }
        gather();
        taken = new ArrayList<>(pending);
        pending.clear();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody but the log has this thread", e);
      } finally {
        lock.unlock();
      }
      int from = 0;
      for (int i = 0; i < taken.size(); i++) {
        Entry entry = taken.get(i);
        if (entry.rotation()) {
          commitInParts(taken.subList(from, i));
          from = i + 1;
          rotateNow();
          entry.failure = brokenBy() == null ? rotationFailure : brokenBy();
          entry.segment = segmentNumber;
          entry.done.countDown();
        }
      }
      commitInParts(taken.subList(from, taken.size()));
      lock.lock();
      try {
        companions = taken.size() + pending.size();
      } finally {
        lock.unlock();
      }
      if (syncIsDue()) {
        syncLate();
      }
    }
    syncLate();
  }

  /// Waits for the companions of what is queued, under the lock.
  private void gather() throws InterruptedException {
    long left = GATHER_NANOS;
    while (left > 0
        && durability == Durability.SYNCED
        && !pending.isEmpty()
        && pending.size() < companions
        && pendingBytes < GATHERED_BYTES
        && !closing) {
      left = changed.awaitNanos(left);
    }
  }

  /// Whether records were written a second ago and not synced since; only if the owner wants it so.
  private boolean syncIsDue() {
    return dirty && System.nanoTime() - dirtySinceNanos >= SYNC_NANOS;
  }

  private void syncLate() {
    if (dirty && brokenBy() == null) {
      try {
        segment.sync();
        dirty = false;
        cutOff = false;
      } catch (IOException e) {
        breakDown(e);
      }
    }
  }

  private void commitInParts(List<Entry> batch) {
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < batch.size(); i++) {
      bytes += batch.get(i).payload.remaining();
      if (bytes >= FULL_BATCH_BYTES || i == batch.size() - 1) {
        commit(batch.subList(from, i + 1));
        from = i + 1;
        lock.lock();
        try {
          pendingBytes -= bytes;
          changed.signalAll();
        } finally {
          lock.unlock();
        }
        bytes = 0;
      }
    }
  }

  /// Closes the segment and lets nobody wait any longer.
  private void end() {
    try {
      segment.close();
    } catch (IOException e) {
      breakDown(
          e); // every record was synced before: nothing is lost, but it is worth refusing reuse
    }
    lock.lock();
    try {
      for (List<Entry> unanswered : List.of(taken, List.copyOf(pending))) {
        for (Entry entry : unanswered) {
          if (entry.done.getCount() > 0) {
            entry.failure = brokenBy;
            entry.done.countDown();
          }
        }
      }
      pending.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void commit(List<Entry> batch) {
    Throwable failure = brokenBy();
    if (failure == null) {
      failure = write(batch);
    }
    for (Entry entry : batch) {
      if (stale(entry)) {
        entry.failure = failureBefore();
      } else {
        entry.failure = failure;
        if (failure == null) {
          try {
            entry.applied.run();
          } catch (RuntimeException | Error e) {
            entry.failure = e;
            breakDown(new IOException("a record on disk could not be applied in memory", e));
          }
        }
      }
      entry.done.countDown();
    }
    if (failure == null && segmentLength >= segmentBytes) {
      rotateNow();
    }
  }

  private boolean stale(Entry entry) {
    return entry.generation != ANY_GENERATION && entry.generation != generation;
  }

  private Throwable failureBefore() {
    lock.lock();
    try {
      return lastFailure == null ? new IOException("an earlier record failed") : lastFailure;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Throwable write(List<Entry> batch) {
    long before = segmentLength;
    int mark = marks && !dirty ? SYNCED_BEFORE : 0;
    try {
      for (Entry entry : batch) {
        if (!stale(entry)) {
          frame(entry.payload, mark);
          mark = 0;
        }
      }
      flushFrame();
    } catch (IOException | RuntimeException | Error e) {
      framed().clear();
      try {
        segment.truncate(before);
        segmentLength = before;
        cutOff = true;
      } catch (IOException again) {
        e.addSuppressed(again);
        breakDown(e instanceof IOException io ? io : new IOException(e));
      }
      failed(e);
      return e;
    }
    if (durability == Durability.OS) {
      if (!dirty) {
        dirty = true;
        dirtySinceNanos = System.nanoTime();
      }
      return null;
    }
    try {
      segment.sync();
      cutOff = false;
      return null;
    } catch (IOException e) {
      breakDown(e);
      return e;
    }
  }

  /// Counts a failed write before anyone hears of it.
  @SuppressWarnings("NonAtomicVolatileUpdate") // only the committer writes it
  private void failed(Throwable cause) {
    lock.lock();
    try {
      lastFailure = cause;
      generation++;
    } finally {
      lock.unlock();
    }
  }

  private ByteBuffer framed() {
    return Objects.requireNonNull(frame, "the committer runs");
  }

  /// Puts a record into the frame, and the frame to the disk each time it is full.
  private void frame(ByteBuffer payload, int mark) throws IOException {
    ByteBuffer target = framed();
    if (target.remaining() < RECORD_HEADER_BYTES) {
      flushFrame();
    }
    int head = payload.remaining() | mark;
    target.putInt(head).putInt(checksum(head, payload));
    ByteBuffer rest = payload.duplicate();
    while (rest.hasRemaining()) {
      int count = Math.min(rest.remaining(), target.remaining());
      target.put(target.position(), rest, rest.position(), count);
      target.position(target.position() + count);
      rest.position(rest.position() + count);
      if (!target.hasRemaining()) {
        flushFrame();
      }
    }
  }

  private void flushFrame() throws IOException {
    ByteBuffer full = framed().flip();
    int bytes = full.remaining();
    if (bytes > 0) {
      segment.write(full);
    }
    full.clear();
    segmentLength += bytes;
  }

  private void rotateNow() {
    try {
      rotationFailure = null;
      if (segmentLength > MAGIC.length && brokenBy() == null) {
        if (cutOff || dirty) {
          syncCut();
        }
        WritableFile next = newSegment(disk, directory, segmentNumber + 1);
        WritableFile previous = segment;
        segment = next;
        segmentLength = MAGIC.length;
        marks = true;
        lock.lock();
        try {
          segmentNumber++;
        } finally {
          lock.unlock();
        }
        previous.close(); // synced before: should closing fail, a handle leaks and no byte is lost
      }
    } catch (IOException e) {
      // The current segment is whole and stays in use; the next append tries again.
      rotationFailure = e;
    }
  }

  /// Only the last segment may end in a torn record: before another one follows, the cut must be
  /// durable, and so must what was written without a sync.
  private void syncCut() throws IOException {
    try {
      segment.sync();
      cutOff = false;
      dirty = false;
    } catch (IOException e) {
      breakDown(e);
      throw e;
    }
  }

  private volatile @Nullable IOException rotationFailure;

  /// Why the last rotation failed, if it did; the log goes on in its old segment.
  public @Nullable IOException rotationFailure() {
    return rotationFailure;
  }

  private void breakDown(IOException cause) {
    lock.lock();
    try {
      if (brokenBy == null) {
        brokenBy = cause;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // ---- files -----------------------------------------------------------------------------------

  private static List<Path> segments(Disk disk, Path directory) throws IOException {
    return disk.list(directory).stream()
        .filter(path -> path.getFileName().toString().matches("\\d{8}\\.log"))
        .toList();
  }

  /// Leaves out last segments that hold no record: a rotation that failed half way leaves one
  /// behind, and the log goes on in the segment before it, which may then be torn.
  private static List<Path> withoutEmptyTail(Disk disk, List<Path> segments) throws IOException {
    int count = segments.size();
    while (count > 1) {
      try (ReadableFile file = disk.open(segments.get(count - 1))) {
        if (file.length() > MAGIC.length) {
          break;
        }
      }
      count--;
    }
    return segments.subList(0, count);
  }

  private static long number(Path path) {
    return Long.parseLong(path.getFileName().toString().substring(0, 8));
  }

  private static WritableFile newSegment(Disk disk, Path directory, long number)
      throws IOException {
    Path path = directory.resolve("%08d.log".formatted(number));
    disk.delete(path); // left by a rotation that failed half way; no record was ever in it
    WritableFile file = disk.create(path);
    try {
      file.write(ByteBuffer.wrap(MAGIC));
      file.sync();
      disk.syncDirectory(directory);
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// Returns how many bytes from the start of the segment are whole.
  private static long readSegment(Disk disk, Path path, boolean last, Reader reader)
      throws IOException {
    try (ReadableFile file = disk.open(path)) {
      long length = file.length();
      if (length < MAGIC.length) {
        return expectTail(
            last, path, 0, "a header of " + MAGIC.length + " bytes", length + " bytes");
      }
      ByteBuffer magic = ByteBuffer.allocate(MAGIC.length);
      file.readFully(0, magic);
      boolean marks = ByteBuffer.wrap(MAGIC).equals(magic.flip());
      if (!marks && !ByteBuffer.wrap(MAGIC_1).equals(magic)) {
        if (last && length == MAGIC.length) {
          return 0; // the header itself was torn
        }
        throw new CorruptDataException(
            path, 0, "\"MGRULOG2\"", StandardCharsets.ISO_8859_1.decode(magic).toString());
      }
      long number = number(path);
      long offset = MAGIC.length;
      ByteBuffer header = ByteBuffer.allocate(RECORD_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      while (offset < length) {
        if (length - offset < RECORD_HEADER_BYTES) {
          return expectTail(last, path, offset, "a record header", (length - offset) + " bytes");
        }
        file.readFully(offset, header.clear());
        int head = header.getInt(0);
        int crc = header.getInt(4);
        int size = marks ? head & ~SYNCED_BEFORE : head;
        if (size <= 0 || size > MAX_RECORD_BYTES || size > length - offset - RECORD_HEADER_BYTES) {
          boolean torn = last && !(marks && syncedAfter(file, offset, length));
          return expectTail(torn, path, offset, "a record length that fits", String.valueOf(size));
        }
        ByteBuffer payload = ByteBuffer.allocate(size);
        file.readFully(offset + RECORD_HEADER_BYTES, payload);
        payload.flip();
        int found = checksum(head, payload);
        if (found != crc) {
          boolean torn = last && !(marks && syncedAfter(file, offset, length));
          return expectTail(
              torn, path, offset, "checksum 0x%08x".formatted(crc), "0x%08x".formatted(found));
        }
        reader.read(new Position(number, offset), payload);
        offset += RECORD_HEADER_BYTES + size;
      }
      return offset;
    }
  }

  /// Whether a whole record after the broken one at `offset` says that what is before it was
  /// synced: no crash tears what was synced, so the broken one is damaged.
  private static boolean syncedAfter(ReadableFile file, long offset, long length)
      throws IOException {
    int count = (int) Math.min(MAX_SEARCHED_BYTES, length - offset);
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(offset, bytes);
    long budget = MAX_CHECKED_BYTES;
    for (int at = 1; at <= count - RECORD_HEADER_BYTES && budget > 0; at++) {
      int head = bytes.getInt(at);
      int size = head & ~SYNCED_BEFORE;
      int room = count - at - RECORD_HEADER_BYTES;
      if (head < 0 && size > 0 && size <= Math.min(room, MAX_RECORD_BYTES)) {
        budget -= size;
        int crc = bytes.getInt(at + 4);
        if (crc == checksum(head, bytes.slice(at + RECORD_HEADER_BYTES, size))) {
          return true;
        }
      }
    }
    return false;
  }

  private static long expectTail(
      boolean torn, Path path, long offset, String expected, String found)
      throws CorruptDataException {
    if (!torn) {
      throw new CorruptDataException(path, offset, expected, found);
    }
    return offset;
  }

  /// Keeps a copy for whoever wants to look at it. Nothing in it was acknowledged, so a full disk
  /// is no reason not to start.
  private static void setTornTailAside(Disk disk, Path path, long from) {
    try {
      copyTornTail(disk, path, from);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("segment", path).setCause(e).log("a torn tail could not be kept");
    }
  }

  private static void copyTornTail(Disk disk, Path path, long from) throws IOException {
    try (ReadableFile file = disk.open(path)) {
      ByteBuffer tail = ByteBuffer.allocate((int) Math.min(file.length() - from, MAX_RECORD_BYTES));
      file.readFully(from, tail);
      tail.flip();
      boolean zeros = true;
      for (int i = 0; i < tail.limit(); i++) {
        zeros &= tail.get(i) == 0;
      }
      if (zeros) {
        return;
      }
      Path aside = path.resolveSibling(path.getFileName() + ".torn");
      disk.delete(aside);
      try (WritableFile copy = disk.create(aside)) {
        copy.write(tail);
        copy.sync();
      }
    }
  }

  private static int checksum(int head, ByteBuffer payload) {
    CRC32C crc = new CRC32C();
    crc.update(head);
    crc.update(head >>> 8);
    crc.update(head >>> 16);
    crc.update(head >>> 24);
    crc.update(payload.duplicate());
    return (int) crc.getValue();
  }
}
