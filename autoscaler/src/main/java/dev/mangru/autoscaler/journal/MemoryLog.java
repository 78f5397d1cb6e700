package dev.mangru.autoscaler.journal;

import dev.mangru.autoscaler.control.HpaMemory;
import dev.mangru.autoscaler.control.ScaleIntent;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What controllers remember: the state in memory, every change of it on disk. Thread-safe.
///
/// Changes take effect in memory when they are queued for the disk, under one lock, so both see the
/// same order. If the disk does not take one, memory is ahead of it, which harms nobody; the next
/// change then writes everything anew.
final class MemoryLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MemoryLog.class);

  /// Bytes after which a snapshot replaces the history. Chosen.
  private static final long COMPACT_BYTES = 4L << 20;

  private final JsonMapper json;
  private final RecordLog log;

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Map<String, HpaMemory> memories = new HashMap<>();
  private final Map<String, ScaleIntent> intents = new TreeMap<>();
  private long bytes;
  private boolean ahead;

  MemoryLog(Disk disk, Path directory, JsonMapper json) throws IOException {
    this.json = json;
    this.log =
        RecordLog.open(
            disk,
            directory,
            "autoscaler-memory",
            Long.MAX_VALUE,
            (position, payload) -> {
              bytes += payload.remaining();
              String text = StandardCharsets.UTF_8.decode(payload).toString();
              try {
                apply(json.readValue(text, MemoryRecord.class));
              } catch (JacksonException e) {
                throw new CorruptDataException(
                    directory.resolve("%08d.log".formatted(position.segment())),
                    position.offset(),
                    "a memory record",
                    e.getOriginalMessage());
              }
            });
  }

  HpaMemory memory(String uid) {
    lock.lock();
    try {
      return memories.getOrDefault(uid, HpaMemory.NONE);
    } finally {
      lock.unlock();
    }
  }

  List<ScaleIntent> intents() {
    lock.lock();
    try {
      return List.copyOf(intents.values());
    } finally {
      lock.unlock();
    }
  }

  @Nullable ScaleIntent intent(String uid) {
    lock.lock();
    try {
      return intents.get(uid);
    } finally {
      lock.unlock();
    }
  }

  void remember(Map<String, HpaMemory> next, Set<String> alive) {
    RecordLog.@Nullable Ticket ticket = null;
    lock.lock();
    try {
      Map<String, MemoryRecord.Change> changes = new TreeMap<>();
      next.forEach((uid, memory) -> {
        HpaMemory before = memories.get(uid);
        if (!memory.equals(before)) {
          changes.put(uid, MemoryRecord.Change.between(before, memory));
        }
      });
      List<String> gone = new ArrayList<>();
      for (String uid : memories.keySet()) {
        if (!alive.contains(uid) && !intents.containsKey(uid)) {
          gone.add(uid);
        }
      }
      if (!changes.isEmpty() || !gone.isEmpty()) {
        ticket = submit(MemoryRecord.ofMemories(changes, gone));
      }
    } finally {
      lock.unlock();
    }
    if (ticket != null) {
      await(ticket);
    }
    compactIfLarge();
  }

  void intend(ScaleIntent intent) {
    write(MemoryRecord.ofIntent(intent));
  }

  void settle(String uid, boolean written) {
    write(MemoryRecord.ofSettled(uid, written));
  }

  private void write(MemoryRecord change) {
    RecordLog.Ticket ticket;
    lock.lock();
    try {
      ticket = submit(change);
    } finally {
      lock.unlock();
    }
    await(ticket);
  }

  /// Called with the lock.
  private RecordLog.Ticket submit(MemoryRecord change) {
    apply(change);
    MemoryRecord record = ahead ? MemoryRecord.ofSnapshot(snapshot()) : change;
    ByteBuffer payload = StandardCharsets.UTF_8.encode(json.writeValueAsString(record));
    boolean wasAhead = ahead;
    ahead = true; // until the disk has taken the record
    bytes += payload.remaining();
    RecordLog.Ticket ticket = log.submit(payload, () -> {});
    ahead = wasAhead;
    return ticket;
  }

  private void await(RecordLog.Ticket ticket) {
    try {
      ticket.await();
    } catch (MangruException e) {
      lock.lock();
      try {
        ahead = true;
      } finally {
        lock.unlock();
      }
      throw e;
    }
  }

  private MemoryRecord.Snapshot snapshot() {
    return new MemoryRecord.Snapshot(new TreeMap<>(memories), List.copyOf(intents.values()));
  }

  /// Called with the lock, or before anyone else knows this log.
  private void apply(MemoryRecord change) {
    MemoryRecord.Snapshot snapshot = change.snapshot();
    if (snapshot != null) {
      memories.clear();
      memories.putAll(snapshot.memories());
      intents.clear();
      snapshot.intents().forEach(intent -> intents.put(intent.uid(), intent));
    }
    if (change.memories() != null) {
      change
          .memories()
          .forEach((uid, next) -> {
            HpaMemory after = next.applied(memories.get(uid));
            if (after != null) {
              memories.put(uid, after);
            }
          });
    }
    if (change.gone() != null) {
      change.gone().forEach(memories::remove);
    }
    ScaleIntent intent = change.intent();
    if (intent != null) {
      intents.put(intent.uid(), intent);
    }
    MemoryRecord.Settled settled = change.settled();
    if (settled != null) {
      ScaleIntent ended = intents.remove(settled.uid());
      if (ended != null && settled.written()) {
        memories.put(settled.uid(), ended.ifWritten());
      }
    }
  }

  /// Replaces the history by a snapshot. That it cannot be done now is no loss: it is tried again.
  private void compactIfLarge() {
    lock.lock();
    try {
      if (bytes < COMPACT_BYTES) {
        return;
      }
      long segment = log.rotate();
      ByteBuffer payload =
          StandardCharsets.UTF_8.encode(
              json.writeValueAsString(MemoryRecord.ofSnapshot(snapshot())));
      long size = payload.remaining();
      log.append(payload);
      log.deleteBefore(segment);
      bytes = size;
      ahead = false;
    } catch (MangruException | IOException e) {
      LOG.atWarn().setCause(e).log("the autoscalers' memory could not be compacted");
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    log.close();
  }
}
