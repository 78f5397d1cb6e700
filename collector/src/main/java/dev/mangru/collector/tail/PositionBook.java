package dev.mangru.collector.tail;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The safe position of every known file, in memory and on disk. Thread-safe: the tailing thread
/// adds, moves and removes files, the sending thread advances and saves.
final class PositionBook {

  private static final Logger LOG = LoggerFactory.getLogger(PositionBook.class);

  private final PositionFile file;
  private final long firstStartMs;
  private final List<Position> loaded;

  private final ReentrantLock lock = new ReentrantLock();

  /// Held while writing, so that an older state never replaces a newer one; taken before `lock`.
  private final ReentrantLock saveLock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Long, Position> positions = new HashMap<>();

  @GuardedBy("lock")
  private boolean changed;

  private PositionBook(PositionFile file, long firstStartMs, List<Position> loaded) {
    this.file = file;
    this.firstStartMs = firstStartMs;
    this.loaded = List.copyOf(loaded);
  }

  /// Opens the book of a folder, which is made if it is not there.
  ///
  /// @param nowMs the time that counts as the first start if this is one
  static PositionBook open(Disk disk, Path directory, long nowMs) throws IOException {
    disk.createDirectories(directory);
    PositionFile file = new PositionFile(disk, directory);
    if (!file.exists()) {
      file.save(nowMs, List.of());
      return new PositionBook(file, nowMs, List.of());
    }
    try {
      PositionFile.Content content = file.load();
      return new PositionBook(file, content.firstStartMs(), content.positions());
    } catch (CorruptDataException e) {
      Path aside = file.setAside(nowMs);
      LOG.atError()
          .addKeyValue("movedTo", aside)
          .setCause(e)
          .log("log positions are damaged; every log file is read from its first byte again");
      file.save(0, List.of());
      return new PositionBook(file, 0, List.of());
    }
  }

  /// When a tailer first used this folder, milliseconds since the epoch.
  long firstStartMs() {
    return firstStartMs;
  }

  /// What the previous run left.
  List<Position> loaded() {
    return loaded;
  }

  /// Sets where a file may be read from.
  void put(long cursorId, Position position) {
    lock.lock();
    try {
      positions.put(cursorId, position);
      changed = true;
    } finally {
      lock.unlock();
    }
  }

  /// Like [#put], unless the file was removed meanwhile.
  void advance(List<LogBatch.Advance> advances) {
    lock.lock();
    try {
      for (LogBatch.Advance advance : advances) {
        if (positions.replace(advance.cursorId(), advance.position()) != null) {
          changed = true;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// The safe offset of a file, 0 if it is not known.
  long safeOffset(long cursorId) {
    lock.lock();
    try {
      Position position = positions.get(cursorId);
      return position == null ? 0 : position.offset();
    } finally {
      lock.unlock();
    }
  }

  /// Forgets a file that is gone.
  void remove(long cursorId) {
    lock.lock();
    try {
      changed |= positions.remove(cursorId) != null;
    } finally {
      lock.unlock();
    }
  }

  /// Makes everything so far durable; does nothing if nothing changed.
  void save() throws IOException {
    saveLock.lock();
    try {
      List<Position> snapshot;
      lock.lock();
      try {
        if (!changed) {
          return;
        }
        snapshot = new ArrayList<>(positions.values());
        changed = false;
      } finally {
        lock.unlock();
      }
      try {
        file.save(firstStartMs, snapshot);
      } catch (IOException e) {
        markChanged();
        throw e;
      }
    } finally {
      saveLock.unlock();
    }
  }

  private void markChanged() {
    lock.lock();
    try {
      changed = true;
    } finally {
      lock.unlock();
    }
  }
}
