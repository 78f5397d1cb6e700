package dev.mangru.autoscaler.playground.store;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The changes on disk. The bytes are drawn in `FORMAT.md` beside this file. Guarded by the store's
/// lock.
final class Journal implements AutoCloseable {

  private static final int VERSION = 1;

  private static final String NAME = "playground";

  private final Disk disk;
  private final Path directory;
  private final long segmentBytes;
  private final Closeable claim;
  private RecordLog log;

  private long changeBytes;
  private long snapshotBytes;

  /// After a snapshot that failed: the changes to wait for before the next try.
  private long retryBytes;

  /// What a journal tells when it is read.
  interface Reader {
    /// Everything before is replaced by these objects.
    void snapshot(long revision, NavigableMap<ObjectKey, ObjectNode> objects);

    /// One more change; false if it does not follow and was left out.
    boolean change(long revision, Change.Type type, ObjectKey key, ObjectNode object);
  }

  /// Reads what is in `directory` and opens it for more.
  Journal(Disk disk, Path directory, long segmentBytes, Reader reader) throws IOException {
    this.disk = disk;
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    disk.createDirectories(directory);
    claim = disk.lock(directory);
    try {
      Replay replay = new Replay(reader);
      log = RecordLog.open(disk, directory, NAME, segmentBytes, replay);
    } catch (IOException | RuntimeException e) {
      claim.close();
      throw e;
    }
  }

  private final class Replay implements RecordLog.Reader {

    private final Reader reader;
    private @Nullable NavigableMap<ObjectKey, ObjectNode> staged;
    private long stagedBytes;
    private long stagedRevision;
    private int stagedCount;

    Replay(Reader reader) {
      this.reader = reader;
    }

    @Override
    public void read(RecordLog.Position position, ByteBuffer payload) throws IOException {
      byte[] bytes = new byte[payload.remaining()];
      payload.duplicate().get(bytes);
      try {
        read(Json.object(bytes), bytes.length);
      } catch (IllegalArgumentException e) {
        throw corrupt(position, e.getMessage());
      }
    }

    private void read(ObjectNode record, int length) {
      String kind = record.path("k").asString("");
      switch (kind) {
        case "C" -> {
          staged = null;
          changeBytes += length;
          reader.change(
              record.path("r").asLong(0),
              Change.Type.valueOf(record.path("t").asString("")),
              key(record),
              object(record));
        }
        case "B" -> {
          int version = record.path("v").asInt(0);
          if (version != VERSION) {
            throw new IllegalArgumentException(
                "a snapshot of version " + version + "; this version reads " + VERSION);
          }
          staged = new TreeMap<>();
          stagedBytes = 0;
          stagedRevision = record.path("r").asLong(0);
          stagedCount = record.path("c").asInt(-1);
        }
        case "P" -> {
          if (staged != null) {
            staged.put(key(record), object(record));
            stagedBytes += length;
          }
        }
        case "E" -> {
          if (staged != null
              && staged.size() == stagedCount
              && record.path("r").asLong(0) == stagedRevision) {
            reader.snapshot(stagedRevision, staged);
            snapshotBytes = stagedBytes;
            changeBytes = 0;
          }
          staged = null;
        }
        default -> throw new IllegalArgumentException("a record of kind \"" + kind + "\"");
      }
    }

    private CorruptDataException corrupt(RecordLog.Position position, @Nullable String found) {
      return new CorruptDataException(
          directory.resolve("%08d.log".formatted(position.segment())),
          position.offset(),
          "a record of the playground's journal",
          String.valueOf(found));
    }
  }

  private static ObjectKey key(ObjectNode record) {
    return new ObjectKey(
        record.path("s").asString(""),
        record.path("n").asString(""),
        record.path("m").asString(""));
  }

  private static ObjectNode object(ObjectNode record) {
    if (record.get("o") instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException("a record without its object \"o\"");
  }

  /// Queues a change. `durable` runs on another thread once it is on stable storage.
  RecordLog.Ticket submit(Change change, Runnable durable) {
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    record.put("k", "C").put("r", change.revision()).put("t", change.type().name());
    byte[] bytes = Json.bytes(put(record, change.key(), change.object()));
    changeBytes += bytes.length;
    return log.submit(ByteBuffer.wrap(bytes), durable);
  }

  private static ObjectNode put(ObjectNode record, ObjectKey key, ObjectNode object) {
    record.put("s", key.resource()).put("n", key.namespace()).put("m", key.name());
    return record.set("o", object);
  }

  /// Whether the changes have outgrown the snapshot.
  boolean wantsSnapshot(long compactBytes) {
    return changeBytes > Math.max(retryBytes, Math.max(compactBytes, snapshotBytes));
  }

  /// Writes everything anew and drops what was before. Returns once that is durable.
  void snapshot(long revision, Collection<NavigableMap<ObjectKey, ObjectNode>> objects)
      throws IOException {
    retryBytes = 2 * changeBytes;
    long firstKept = log.rotate();
    int count = objects.stream().mapToInt(Map::size).sum();
    List<RecordLog.Ticket> queued = new ArrayList<>();
    queued.add(submit(Json.bytes(record("B", revision).put("v", VERSION).put("c", count))));
    long bytes = 0;
    for (NavigableMap<ObjectKey, ObjectNode> some : objects) {
      for (Map.Entry<ObjectKey, ObjectNode> entry : some.entrySet()) {
        ObjectNode record = JsonNodeFactory.instance.objectNode().put("k", "P");
        byte[] one = Json.bytes(put(record, entry.getKey(), entry.getValue()));
        queued.add(submit(one));
        bytes += one.length;
      }
    }
    queued.forEach(RecordLog.Ticket::await); // all of it is on disk, or what was before stays
    log.append(ByteBuffer.wrap(Json.bytes(record("E", revision))));
    log.deleteBefore(firstKept);
    snapshotBytes = bytes;
    changeBytes = 0;
    retryBytes = 0;
  }

  /// Begins anew after a write that failed: everything as it is in memory becomes a snapshot, which
  /// replaces what is on disk once it is durable there. Until then nothing is lost.
  void reopen(long revision, Collection<NavigableMap<ObjectKey, ObjectNode>> objects)
      throws IOException {
    log.close();
    log = RecordLog.open(disk, directory, NAME, segmentBytes, (_, _) -> {});
    snapshot(revision, objects);
  }

  private static ObjectNode record(String kind, long revision) {
    return JsonNodeFactory.instance.objectNode().put("k", kind).put("r", revision);
  }

  private RecordLog.Ticket submit(byte[] bytes) {
    return log.submit(ByteBuffer.wrap(bytes), () -> {});
  }

  @Override
  public void close() throws IOException {
    log.close();
    claim.close();
  }
}
