package dev.mangru.model.testkit;

import dev.mangru.model.disk.Disk;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/// A disk in memory that forgets, on a power cut, whatever was never synced. Thread-safe.
///
/// Bytes are durable after [WritableFile#sync], names after [Disk#syncDirectory] of their folder,
/// and nothing else is. [#reboot] draws from a seed what happens to the rest:
///
/// - each write and each truncation is lost or kept, by itself: a later one may survive an earlier
///   one, which then reads as zeros;
/// - a kept write may be torn at a multiple of 512 bytes, or be zeros of the right length;
/// - each creation, deletion and renaming is lost or kept, by itself or as a prefix; a renaming is
///   never half.
///
/// Faults are set by counting operations that change something (create, write, sync, truncate,
/// delete, rename, sync of a folder): [#failAt] and [#powerOffAt]. After a failed sync the unsynced
/// bytes stay doubtful for ever, whatever later syncs say: that is what Linux does.
///
/// Usage:
///
/// ```
/// CrashDisk disk = new CrashDisk(seed);
/// disk.powerOffAt(17);
/// try (Store store = open(disk, disk.root())) { … } catch (IOException e) { … }
/// CrashDisk after = disk.reboot();
/// ```
public final class CrashDisk implements Disk {

  /// What an operation does instead of working.
  public enum Fault {
    /// It throws and changes nothing (a write may change a part).
    IO_ERROR,
    /// The disk is full from then on, until [#capacity] is set again.
    FULL
  }

  private static final int SECTOR = 512;

  /// One unsynced change of a file's bytes: a write, or a truncation if `bytes` is null.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Change(long offset, byte[] bytes) {}

  /// A file, whatever it is called.
  private static final class Content {
    byte[] live = new byte[0];
    byte[] durable = new byte[0];
    final List<Change> pending = new ArrayList<>();
    final List<Change> doubtful = new ArrayList<>();

    void apply(Change change) {
      live = applied(live, change, change.bytes());
      pending.add(change);
    }

    static byte[] applied(byte[] before, Change change, byte[] bytes) {
      if (bytes == null) {
        return Arrays.copyOf(before, (int) change.offset());
      }
      int end = (int) change.offset() + bytes.length;
      byte[] after = Arrays.copyOf(before, Math.max(before.length, end));
      System.arraycopy(bytes, 0, after, (int) change.offset(), bytes.length);
      return after;
    }
  }

  /// One unsynced change of names in a folder.
  private record NameChange(Path removed, Path added, Content content) {}

  private final Random random;
  private final Path root = Path.of("/crash-disk");
  private final Set<Path> folders = new HashSet<>();
  private final Map<Path, Content> live = new TreeMap<>();
  private final Map<Path, Content> durable = new TreeMap<>();
  private final Map<Path, List<NameChange>> pendingNames = new TreeMap<>();
  private final Set<Path> locks = new HashSet<>();
  private final Map<Long, Fault> faults = new TreeMap<>();
  private long operations;
  private long powerOffAt = Long.MAX_VALUE;
  private boolean off;
  private long capacity = Long.MAX_VALUE;

  /// An empty disk.
  public CrashDisk(long seed) {
    random = new Random(seed);
    folders.add(root);
  }

  /// A folder that is there from the beginning.
  public Path root() {
    return root;
  }

  /// Changing operations so far.
  public synchronized long operations() {
    return operations;
  }

  /// Cuts the power when operation number [#operations] + `fromNow` is asked for (0: the next one).
  /// A write may still get through in part.
  public synchronized void powerOffAt(long fromNow) {
    powerOffAt = operations + fromNow;
  }

  /// Cuts the power now: every operation from now on throws.
  public synchronized void powerOff() {
    off = true;
  }

  /// Whether the power is off.
  public synchronized boolean off() {
    return off;
  }

  /// Lets operation number [#operations] + `fromNow` fail.
  public synchronized void failAt(long fromNow, Fault fault) {
    faults.put(operations + fromNow, fault);
  }

  /// How many bytes the disk holds; a write beyond writes what fits and throws.
  public synchronized void capacity(long bytes) {
    capacity = bytes;
  }

  /// Bytes in all files.
  public synchronized long usedBytes() {
    return live.values().stream().mapToLong(content -> content.live.length).sum();
  }

  /// Flips one bit of a file, durably.
  public synchronized void flipBit(Path file, long offset, int bit) {
    Content content = live.get(file);
    if (content == null || offset >= content.live.length) {
      throw new IllegalArgumentException(file + " has no byte " + offset);
    }
    content.live[(int) offset] ^= (byte) (1 << bit);
    if (offset < content.durable.length) {
      content.durable[(int) offset] ^= (byte) (1 << bit);
    }
  }

  /// Cuts the power, and gives the disk as the next start finds it. This one is dead then. Faults
  /// and capacity are not taken over.
  public synchronized CrashDisk reboot() {
    off = true;
    CrashDisk next = new CrashDisk(random.nextLong());
    next.folders.addAll(folders);
    Map<Path, Content> names = new TreeMap<>(durable);
    pendingNames.forEach((_, changes) -> survive(changes, names));
    int mood = random.nextInt(4);
    for (Map.Entry<Path, Content> entry : names.entrySet()) {
      Content content = new Content();
      content.live = survivor(entry.getValue(), mood);
      content.durable = content.live.clone();
      next.live.put(entry.getKey(), content);
    }
    next.durable.putAll(next.live);
    return next;
  }

  private void survive(List<NameChange> changes, Map<Path, Content> names) {
    int mood = random.nextInt(4);
    int prefix = random.nextInt(changes.size() + 1);
    for (int i = 0; i < changes.size(); i++) {
      boolean kept =
          switch (mood) {
            case 0 -> false;
            case 1 -> true;
            case 2 -> i < prefix;
            default -> random.nextBoolean();
          };
      if (kept) {
        NameChange change = changes.get(i);
        if (change.removed() != null) {
          names.remove(change.removed());
        }
        if (change.added() != null) {
          names.put(change.added(), change.content());
        }
      }
    }
  }

  private byte[] survivor(Content content, int mood) {
    byte[] bytes = content.durable.clone();
    List<Change> changes = new ArrayList<>(content.doubtful);
    changes.addAll(content.pending);
    for (Change change : changes) {
      if (mood == 0 || (mood > 1 && random.nextInt(3) == 0)) {
        continue;
      }
      byte[] written = change.bytes();
      if (written == null) {
        if (change.offset() < bytes.length) {
          bytes = Content.applied(bytes, change, null);
        }
        continue;
      }
      if (mood > 1) {
        written =
            switch (random.nextInt(4)) {
              case 0 -> torn(change);
              case 1 -> new byte[written.length];
              default -> written;
            };
      }
      bytes = Content.applied(bytes, change, written);
    }
    return bytes;
  }

  private byte[] torn(Change change) {
    int length = change.bytes().length;
    long firstSector = change.offset() / SECTOR;
    long lastSector = (change.offset() + length) / SECTOR;
    long cut = (firstSector + random.nextInt((int) (lastSector - firstSector) + 1)) * SECTOR;
    return Arrays.copyOf(change.bytes(), Math.clamp(cut - change.offset(), 0, length));
  }

  // ---- operations ------------------------------------------------------------------------------

  /// Counts a changing operation; throws if it must fail. True if a write may get through in part.
  private void count(String what) throws IOException {
    long number = operations++;
    if (off || number >= powerOffAt) {
      off = true;
      throw new IOException("the power is off (" + what + ")");
    }
    Fault fault = faults.remove(number);
    if (fault == Fault.IO_ERROR) {
      throw new IOException("Input/output error (" + what + ")");
    }
    if (fault == Fault.FULL) {
      capacity = 0;
    }
  }

  private void checkOn(String what) throws IOException {
    if (off) {
      throw new IOException("the power is off (" + what + ")");
    }
  }

  private void checkRoom(Path path) throws IOException {
    if (usedBytes() >= capacity) {
      throw new IOException(path + ": No space left on device");
    }
  }

  private void changeName(Path removed, Path added, Content content) {
    Path folder = (removed == null ? added : removed).getParent();
    if (removed != null) {
      live.remove(removed);
    }
    if (added != null) {
      live.put(added, content);
    }
    pendingNames
        .computeIfAbsent(folder, _ -> new ArrayList<>())
        .add(new NameChange(removed, added, content));
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    checkOn("mkdir " + directory);
    for (Path path = directory; path != null; path = path.getParent()) {
      folders.add(path);
    }
  }

  @Override
  public synchronized WritableFile create(Path file) throws IOException {
    count("create " + file);
    if (live.containsKey(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    if (!folders.contains(file.getParent())) {
      throw new NoSuchFileException(file.toString());
    }
    checkRoom(file);
    Content content = new Content();
    changeName(null, file, content);
    return new Writer(file, content);
  }

  @Override
  public synchronized WritableFile append(Path file) throws IOException {
    checkOn("open " + file);
    return new Writer(file, existing(file));
  }

  private Content existing(Path file) throws NoSuchFileException {
    Content content = live.get(file);
    if (content == null) {
      throw new NoSuchFileException(file.toString());
    }
    return content;
  }

  @Override
  public synchronized ReadableFile open(Path file) throws IOException {
    checkOn("open " + file);
    return new Reader(file, existing(file));
  }

  @Override
  public synchronized List<Path> list(Path directory) throws IOException {
    checkOn("list " + directory);
    if (!folders.contains(directory)) {
      throw new FileNotFoundException(directory.toString());
    }
    Set<Path> entries = new HashSet<>();
    live.keySet().stream().filter(p -> directory.equals(p.getParent())).forEach(entries::add);
    folders.stream().filter(p -> directory.equals(p.getParent())).forEach(entries::add);
    return entries.stream().sorted().toList();
  }

  @Override
  public synchronized boolean exists(Path path) {
    return live.containsKey(path) || folders.contains(path);
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    if (folders.contains(path)) {
      if (!list(path).isEmpty()) {
        throw new DirectoryNotEmptyException(path.toString());
      }
      folders.remove(path);
    } else if (live.containsKey(path)) {
      count("delete " + path);
      changeName(path, null, null);
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    count("rename " + from);
    if (!from.getParent().equals(to.getParent())) {
      throw new IllegalArgumentException("renaming across folders is not simulated: " + to);
    }
    changeName(from, to, existing(from));
  }

  @Override
  public synchronized void link(Path from, Path to) throws IOException {
    count("link " + from);
    if (live.containsKey(to)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    if (!folders.contains(to.getParent())) {
      throw new NoSuchFileException(to.toString());
    }
    changeName(null, to, existing(from));
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    count("sync " + directory);
    List<NameChange> changes = pendingNames.remove(directory);
    if (changes != null) {
      survive(changes);
    }
  }

  private void survive(List<NameChange> changes) {
    for (NameChange change : changes) {
      if (change.removed() != null) {
        durable.remove(change.removed());
      }
      if (change.added() != null) {
        durable.put(change.added(), change.content());
      }
    }
  }

  @Override
  public synchronized Closeable lock(Path directory) throws IOException {
    checkOn("lock " + directory);
    if (!locks.add(directory)) {
      throw new IOException(directory + " is locked");
    }
    return () -> {
      synchronized (this) {
        locks.remove(directory);
      }
    };
  }

  @Override
  public synchronized long usableBytes(Path path) throws IOException {
    checkOn("statfs " + path);
    return Math.max(0, capacity - usedBytes());
  }

  private final class Writer implements WritableFile {
    private final Path path;
    private final Content content;
    private boolean closed;

    Writer(Path path, Content content) {
      this.path = path;
      this.content = content;
    }

    private void checkOpen() throws IOException {
      if (closed) {
        throw new IOException(path + " is closed");
      }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      synchronized (CrashDisk.this) {
        checkOpen();
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        try {
          count("write " + path);
        } catch (IOException e) {
          apply(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
          throw e;
        }
        long room = Math.max(0, capacity - usedBytes());
        if (bytes.length > room) {
          apply(Arrays.copyOf(bytes, (int) room));
          throw new IOException(path + ": No space left on device");
        }
        apply(bytes);
      }
    }

    private void apply(byte[] bytes) {
      if (bytes.length > 0) {
        content.apply(new Change(content.live.length, bytes));
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (CrashDisk.this) {
        checkOpen();
        try {
          count("sync " + path);
        } catch (IOException e) {
          content.doubtful.addAll(content.pending);
          content.pending.clear();
          throw e;
        }
        if (content.doubtful.isEmpty()) {
          content.durable = content.live.clone();
        }
        // After a failed sync nothing more is promised: a caller that goes on shall be caught.
        content.pending.clear();
      }
    }

    @Override
    public void truncate(long length) throws IOException {
      synchronized (CrashDisk.this) {
        checkOpen();
        count("truncate " + path);
        content.apply(new Change(length, null));
      }
    }

    @Override
    public long length() {
      synchronized (CrashDisk.this) {
        return content.live.length;
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final class Reader implements ReadableFile {
    private final Path path;
    private final Content content;
    private boolean closed;

    Reader(Path path, Content content) {
      this.path = path;
      this.content = content;
    }

    @Override
    public void readFully(long offset, ByteBuffer target) throws IOException {
      synchronized (CrashDisk.this) {
        checkOn("read " + path);
        if (closed) {
          throw new IOException(path + " is closed");
        }
        if (offset + target.remaining() > content.live.length) {
          throw new EOFException(path + ": the file ends at " + content.live.length);
        }
        target.put(content.live, (int) offset, target.remaining());
      }
    }

    /// A copy of what the file holds now: sealed files do not change.
    @Override
    public MemorySegment map(Arena arena) throws IOException {
      synchronized (CrashDisk.this) {
        checkOn("map " + path);
        MemorySegment copy = arena.allocate(content.live.length, Long.BYTES);
        MemorySegment.copy(MemorySegment.ofArray(content.live), 0, copy, 0, content.live.length);
        return copy.asReadOnly();
      }
    }

    @Override
    public long length() {
      synchronized (CrashDisk.this) {
        return content.live.length;
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
