package dev.mangru.tsdb.compact;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/// What has been deleted and still lies in some file. Immutable, so a view may hold it.
///
/// A change makes a new object and a new file; the manifest names the file that counts. The bytes
/// are drawn in `FORMAT.md` beside this file.
public final class Tombstones {

  /// Nothing is deleted.
  public static final Tombstones NONE = new Tombstones(List.of());

  /// Most tombstones at a time: each costs every read of a series that its metric selects. Chosen.
  public static final int MAX_TOMBSTONES = 10_000;

  /// Largest file, in bytes. Chosen; 10,000 tombstones of one matcher have half a megabyte.
  static final int MAX_FILE_BYTES = 64 << 20;

  private static final byte[] MAGIC = "MGRUTMB1".getBytes(StandardCharsets.US_ASCII);
  private static final List<Operator> OPERATORS = List.of(Operator.values());

  private final List<Tombstone> tombstones;

  /// By file number: what was asked before. Files never change, and there are few of them.
  private final Map<Long, Deleted> known = new ConcurrentHashMap<>();

  private Tombstones(List<Tombstone> tombstones) {
    this.tombstones = List.copyOf(tombstones);
  }

  /// All of them, oldest first.
  public List<Tombstone> all() {
    return tombstones;
  }

  /// Whether there is none.
  public boolean isEmpty() {
    return tombstones.isEmpty();
  }

  /// These and more.
  ///
  /// @throws MangruException `OVERLOADED` if that would be more than [#MAX_TOMBSTONES]
  public Tombstones plus(List<Tombstone> more) {
    if (tombstones.size() + more.size() > MAX_TOMBSTONES) {
      throw new MangruException(
          ErrorCode.OVERLOADED,
          "%d deletions wait for compaction, and %d more would exceed the limit of %d: clean the tombstones first, or delete with fewer matchers"
              .formatted(tombstones.size(), more.size(), MAX_TOMBSTONES));
    }
    List<Tombstone> all = new ArrayList<>(tombstones);
    all.addAll(more);
    return new Tombstones(all);
  }

  /// Those that concern at least one of `files`: the others have done their work.
  public Tombstones stillNeeded(Collection<StoredFile> files) {
    return stillNeeded(files, List.of());
  }

  /// As [#stillNeeded(Collection)], with the files of summaries.
  public Tombstones stillNeeded(
      Collection<StoredFile> files, Collection<SummaryPlanner.StoredSummary> summaries) {
    List<Tombstone> needed =
        tombstones.stream()
            .filter(t ->
                files.stream().anyMatch(f -> t.touches(f.number(), f.range()))
                    || summaries.stream().anyMatch(s -> t.touches(s.number(), s.range())))
            .toList();
    return needed.size() == tombstones.size() ? this : new Tombstones(needed);
  }

  /// Those with a number higher than `number`: what is left to do after [Planner#clean] has no more
  /// plan for an inventory made when `number` was the highest.
  public Tombstones after(long number) {
    return new Tombstones(tombstones.stream().filter(t -> t.number() > number).toList());
  }

  /// What they say about one file. Asked again for the same file it is only looked up.
  public Deleted in(long fileNumber, TimeRange fileRange) {
    return tombstones.isEmpty()
        ? Deleted.NOTHING
        : known.computeIfAbsent(fileNumber, number -> find(number, fileRange));
  }

  private Deleted find(long fileNumber, TimeRange fileRange) {
    List<Tombstone> touching =
        tombstones.stream().filter(t -> t.touches(fileNumber, fileRange)).toList();
    return touching.isEmpty() ? Deleted.NOTHING : new Deleted(touching);
  }

  // ---- bytes -----------------------------------------------------------------------------------

  /// Writes a new file, durably, name included; nothing counts before the manifest names it.
  public void write(Disk disk, Path file) throws IOException {
    byte[] bytes = toBytes();
    try (WritableFile out = disk.create(file)) {
      out.write(ByteBuffer.wrap(bytes));
      out.sync();
    }
    Path folder = file.getParent();
    if (folder != null) {
      disk.syncDirectory(folder);
    }
  }

  byte[] toBytes() {
    ByteWriter out = new ByteWriter(64 + 48 * tombstones.size());
    out.bytes(MAGIC, 0, MAGIC.length).varint(tombstones.size());
    for (Tombstone tombstone : tombstones) {
      out.varint(tombstone.number()).zigZag(tombstone.range().startMs());
      out.zigZag(tombstone.range().endMs()).zigZag(tombstone.createdMs());
      out.varint(tombstone.matchers().size());
      for (LabelMatcher matcher : tombstone.matchers()) {
        out.u8(OPERATORS.indexOf(matcher.operator())).text(matcher.name()).text(matcher.value());
      }
    }
    byte[] bytes = out.toByteArray();
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return out.u32((int) crc.getValue()).toByteArray();
  }

  /// Reads a file that [#write] wrote.
  ///
  /// @throws CorruptDataException if it is not one, or damaged
  public static Tombstones read(Disk disk, Path file) throws IOException {
    try (ReadableFile in = disk.open(file)) {
      long length = in.length();
      if (length < MAGIC.length + 5 || length > MAX_FILE_BYTES) {
        throw new CorruptDataException(
            file,
            0,
            "a tombstone file of " + (MAGIC.length + 5) + " to " + MAX_FILE_BYTES + " bytes",
            length + " bytes");
      }
      byte[] bytes = new byte[(int) length];
      in.readFully(0, ByteBuffer.wrap(bytes));
      return parse(bytes, file);
    }
  }

  static Tombstones parse(byte[] bytes, Path file) throws CorruptDataException {
    int end = bytes.length - 4;
    ByteReader tail = new ByteReader(bytes, end, bytes.length, file, 0);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, end);
    int stored = tail.u32();
    if (stored != (int) crc.getValue()) {
      throw new CorruptDataException(
          file, end, "checksum 0x%08x".formatted((int) crc.getValue()), "0x%08x".formatted(stored));
    }
    ByteReader in = new ByteReader(bytes, 0, end, file, 0);
    for (byte expected : MAGIC) {
      if (in.u8() != expected) {
        throw new CorruptDataException(file, 0, "MGRUTMB1", "another beginning");
      }
    }
    int count = in.count(6);
    List<Tombstone> read = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      read.add(one(in));
    }
    if (in.remaining() > 0) {
      throw in.corrupt("the checksum", in.remaining() + " more bytes");
    }
    return new Tombstones(read);
  }

  private static Tombstone one(ByteReader in) throws CorruptDataException {
    long number = in.varint();
    long startMs = in.zigZag();
    long endMs = in.zigZag();
    long createdMs = in.zigZag();
    int count = in.count(3);
    if (endMs < startMs || count < 1 || count > Tombstone.MAX_MATCHERS) {
      throw in.corrupt(
          "a range and 1 to " + Tombstone.MAX_MATCHERS + " matchers",
          startMs + " to " + endMs + " and " + count);
    }
    List<LabelMatcher> matchers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int operator = in.u8();
      if (operator >= OPERATORS.size()) {
        throw in.corrupt("an operator from 0 to 3", String.valueOf(operator));
      }
      matchers.add(matcher(in, OPERATORS.get(operator)));
    }
    return new Tombstone(number, matchers, new TimeRange(startMs, endMs), createdMs);
  }

  private static LabelMatcher matcher(ByteReader in, Operator operator)
      throws CorruptDataException {
    String name = in.text();
    String value = in.text();
    try {
      return LabelMatcher.of(operator, name, value);
    } catch (MangruException e) {
      throw in.corrupt("a matcher", e.text());
    }
  }
}
