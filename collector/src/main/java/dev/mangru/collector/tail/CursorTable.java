package dev.mangru.collector.tail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Knows every file, and decides for one it never saw where to begin. Confined to the tailing
/// thread.
///
/// For a file with an unknown key, the first that holds decides:
///
/// 1. A position of the previous run whose bytes are in the file: go on there.
/// 2. It is the copy that copytruncate made of a file just cut: go on where the cut file was.
/// 3. It looks like such a copy in the making: look again at the next discovery.
/// 4. It was there before the very first start: a rotated one is left alone, any other is read
///    whole if it is small, else its end.
/// 5. It is new: read from the first byte.
final class CursorTable {

  /// How long something that looks like a copy of a followed file may stay so before it counts as
  /// read: `cp app.log app.log.bak`. Chosen; copytruncate cuts at once after copying.
  private static final long COPY_WAIT_NS = 10_000_000_000L;

  /// Discoveries in a row that must miss a closed file before it is forgotten. Chosen.
  private static final int MISSES_TO_FORGET = 3;

  /// Positions of files that are nowhere to be found are kept so long: a volume may come back.
  private static final long KEEP_MISSING_MS = 7L * 24 * 3600 * 1000;

  private final TailOptions options;
  private final PositionBook book;
  private final TailStats stats;
  private final ToldOnce told;
  private final FileFinder finder;
  private final StreamLabels streamLabels;

  private final Map<String, FileCursor> byKey = new LinkedHashMap<>();
  private final Map<Long, Position> unclaimed = new LinkedHashMap<>();
  private final Map<String, Long> copySince = new HashMap<>();
  private long nextId;

  CursorTable(
      TailOptions options,
      PositionBook book,
      TailStats stats,
      ToldOnce told,
      StreamLabels streamLabels) {
    this.options = options;
    this.book = book;
    this.stats = stats;
    this.told = told;
    this.streamLabels = streamLabels;
    finder = new FileFinder(options, stats, told);
    for (Position position : book.loaded()) {
      unclaimed.put(++nextId, position);
      book.put(nextId, position);
    }
  }

  Collection<FileCursor> cursors() {
    return byKey.values();
  }

  /// Looks at the disk: new, renamed and vanished files.
  void discover(long nowMs, long ticks) {
    Map<String, FileFinder.Found> found = finder.find(origins());
    List<FileFinder.Found> unknown = new ArrayList<>();
    for (FileFinder.Found file : found.values()) {
      FileCursor cursor = byKey.get(file.fileKey());
      if (cursor == null) {
        unknown.add(file);
      } else if (isStill(cursor, file)) {
        update(cursor, file, ticks);
      } else {
        // The old file is gone and its inode has been given to a new one.
        forget(cursor);
        unknown.add(file);
      }
    }
    missing(found.keySet(), ticks);
    unknown.sort(Comparator.comparingLong(FileFinder.Found::createdMs));
    for (FileFinder.Found file : unknown) {
      meet(file, nowMs, ticks);
    }
    copySince.keySet().retainAll(found.keySet());
    byKey.values().forEach(this::settleCut);
    dropOldMissing(nowMs);
    countLag();
  }

  private Set<Path> origins() {
    Set<Path> origins = new LinkedHashSet<>();
    byKey.values().forEach(cursor -> origins.add(cursor.origin()));
    unclaimed.values().forEach(position -> origins.add(position.origin()));
    return origins;
  }

  private boolean isStill(FileCursor cursor, FileFinder.Found file) {
    if (cursor.isOpen() || (cursor.path().equals(file.path()) && file.size() == cursor.size())) {
      return true;
    }
    try (FileChannel channel = FileFinder.open(file.path(), file.fileKey())) {
      // At the same path a cut file is the same file; reading finds the cut.
      return cursor.path().equals(file.path()) || cursor.fits(channel);
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      unreadable(file.path(), e);
      return true;
    }
  }

  private void update(FileCursor cursor, FileFinder.Found file, long ticks) {
    cursor.moveTo(file.path());
    cursor.gone(false);
    if (!file.isSibling()) {
      // Renamed back, or missed by a listing while its folder was changing.
      cursor.state(FileCursor.State.FOLLOWED);
    } else if (cursor.state() == FileCursor.State.FOLLOWED) {
      rotated(cursor, ticks);
    }
    if (cursor.state() == FileCursor.State.DONE && file.size() > cursor.offset()) {
      cursor.state(FileCursor.State.ROTATED);
      cursor.grew(ticks);
    }
    if (!cursor.isOpen()) {
      cursor.size(file.size());
      // Held from now on: while sending is blocked it may be rotated away.
      if (file.size() > cursor.offset()) {
        open(cursor);
      }
    }
  }

  private void rotated(FileCursor cursor, long ticks) {
    cursor.state(FileCursor.State.ROTATED);
    cursor.grew(ticks);
    stats.rotations.increment();
  }

  private void missing(Set<String> foundKeys, long ticks) {
    for (FileCursor cursor : List.copyOf(byKey.values())) {
      if (foundKeys.contains(cursor.fileKey())) {
        continue;
      }
      if (!cursor.isOpen()) {
        // Listing a folder while files are renamed in it may miss one.
        if (cursor.missed() >= MISSES_TO_FORGET) {
          forget(cursor);
        }
        continue;
      }
      cursor.gone(true);
      if (cursor.state() == FileCursor.State.FOLLOWED) {
        rotated(cursor, ticks);
      }
    }
  }

  /// Forgets a file that cannot be reached any more, and counts what was not read of it.
  private void forget(FileCursor cursor) {
    long unread = cursor.size() - cursor.offset();
    if (unread > 0) {
      stats.lost(LossReason.VANISHED, unread);
      told.warn("a log file vanished before it was read", cursor.path(), unread + " bytes");
    }
    remove(cursor);
  }

  /// Forgets a file that was read to its end.
  void remove(FileCursor cursor) {
    close(cursor);
    byKey.remove(cursor.fileKey());
    book.remove(cursor.id());
  }

  // --- a file never seen ---

  private void meet(FileFinder.Found file, long nowMs, long ticks) {
    if (openCount() >= options.maxOpenFiles() && !closeIdlest()) {
      stats.errors.increment();
      told.warn("more log files in use than maxOpenFiles; the rest waits", file.path(), "limit");
      return;
    }
    FileCursor cursor = null;
    try (FileChannel channel = FileFinder.open(file.path(), file.fileKey())) {
      cursor = place(file, channel, nowMs, ticks);
    } catch (NoSuchFileException e) {
      // Renamed or deleted since it was listed; the next discovery sees what became of it.
      return;
    } catch (IOException e) {
      unreadable(file.path(), e);
    }
    if (cursor != null) {
      byKey.put(file.fileKey(), cursor);
      if (cursor.state() == FileCursor.State.DONE || cursor.offset() >= cursor.size()) {
        close(cursor);
      }
    }
  }

  private @Nullable FileCursor place(
      FileFinder.Found file, FileChannel channel, long nowMs, long ticks) throws IOException {
    Map.Entry<Long, Position> known = claim(file, channel);
    if (known != null) {
      Position position = known.getValue();
      FileFinder.Found original =
          new FileFinder.Found(
              file.path(),
              position.origin(),
              file.source(),
              file.fileKey(),
              file.size(),
              file.createdMs());
      FileCursor cursor = cursor(known.getKey(), original, ticks);
      cursor.open();
      cursor.resume(position.offset(), position.skipping());
      unclaimed.remove(known.getKey());
      if (file.isSibling()) {
        cursor.state(
            file.size() > position.offset() ? FileCursor.State.ROTATED : FileCursor.State.DONE);
      }
      book.put(cursor.id(), cursor.position(nowMs));
      return cursor;
    }
    boolean old = file.createdMs() < book.firstStartMs();
    long start = 0;
    boolean done = false;
    if (file.isSibling() && !old) {
      switch (copyOf(file, channel, ticks)) {
        case Copy.Waiting _ -> {
          return null;
        }
        case Copy.ReadTo(long offset) -> start = Math.min(offset, file.size());
        case Copy.No _ -> {}
      }
    } else if (old) {
      done = file.isSibling();
      start = done ? file.size() : startOfOld(channel, file.size());
    }
    FileCursor cursor = cursor(++nextId, file, ticks);
    cursor.open();
    cursor.resume(start, false);
    if (file.isSibling()) {
      cursor.state(done || start >= file.size() ? FileCursor.State.DONE : FileCursor.State.ROTATED);
    }
    if (!done) {
      book.put(cursor.id(), cursor.position(nowMs));
    }
    return cursor;
  }

  private FileCursor cursor(long id, FileFinder.Found file, long ticks) {
    return new FileCursor(id, file, streamLabels.of(file.origin(), file.source()), options, ticks);
  }

  /// The position of the previous run that is proven by the file's bytes: the one with the same key
  /// first, then the one of the same path, then any of the same folder.
  private Map.@Nullable Entry<Long, Position> claim(FileFinder.Found file, FileChannel channel)
      throws IOException {
    List<Map.Entry<Long, Position>> candidates = new ArrayList<>();
    for (Map.Entry<Long, Position> entry : unclaimed.entrySet()) {
      Position position = entry.getValue();
      boolean sameKey = position.fileKey().equals(file.fileKey());
      boolean samePath = position.path().equals(file.path());
      boolean sameFolder =
          position.hasProof()
              && Objects.equals(position.origin().getParent(), file.origin().getParent());
      if (sameKey || samePath || sameFolder) {
        candidates.add(entry);
      }
    }
    candidates.sort(
        Comparator.comparingInt(entry ->
            entry.getValue().fileKey().equals(file.fileKey())
                ? 0
                : entry.getValue().path().equals(file.path()) ? 1 : 2));
    for (Map.Entry<Long, Position> entry : candidates) {
      if (entry.getValue().matches(channel)) {
        return entry;
      }
    }
    return null;
  }

  /// What a rotated file that appeared may be a copy of.
  private sealed interface Copy {
    record No() implements Copy {}

    record Waiting() implements Copy {}

    record ReadTo(long offset) implements Copy {}
  }

  private Copy copyOf(FileFinder.Found file, FileChannel channel, long ticks) throws IOException {
    for (FileCursor original : byKey.values()) {
      if (!original.origin().equals(file.origin())
          || original.state() != FileCursor.State.FOLLOWED) {
        continue;
      }
      FileCursor.Cut cut = original.cut();
      if (cut != null && cut.head().length() > 0 && cut.head().matches(channel, 0)) {
        original.forgetCut();
        return new Copy.ReadTo(cut.offset());
      }
      if (original.isOpen() && isSameContent(original, channel, file.size())) {
        Long since = copySince.putIfAbsent(file.fileKey(), ticks);
        return since == null || ticks - since < COPY_WAIT_NS
            ? new Copy.Waiting()
            : new Copy.ReadTo(file.size());
      }
    }
    return new Copy.No();
  }

  /// Whether the first and last bytes that both have are equal; too few of them prove nothing.
  private static boolean isSameContent(FileCursor original, FileChannel copy, long copySize)
      throws IOException {
    FileChannel file = original.open();
    long shared = Math.min(copySize, Math.min(original.offset(), file.size()));
    return shared >= Fingerprint.MAX_BYTES
        && Fingerprint.head(file, shared).matches(copy, 0)
        && Fingerprint.before(file, shared).matches(copy, shared - Fingerprint.MAX_BYTES);
  }

  /// Where to begin in a file from before the first start: at most `firstReadBytes` before its end,
  /// at the start of a line.
  private long startOfOld(FileChannel channel, long size) throws IOException {
    if (size <= options.firstReadBytes()) {
      return 0;
    }
    long from = size - options.firstReadBytes();
    ByteBuffer bytes = ByteBuffer.allocate(options.maxLineBytes());
    int read = channel.read(bytes, from);
    int newline = ByteScan.indexOf(bytes.array(), 0, Math.max(0, read), '\n');
    return newline < 0 ? from : from + newline + 1;
  }

  // --- afterwards ---

  /// The copy of a cut file would have been met by now: what was unread is lost if there is none.
  private void settleCut(FileCursor cursor) {
    FileCursor.Cut cut = cursor.cut();
    if (cut != null) {
      cursor.forgetCut();
      if (cut.size() > cut.offset()) {
        stats.lost(LossReason.TRUNCATED, cut.size() - cut.offset());
      }
    }
  }

  private void dropOldMissing(long nowMs) {
    unclaimed
        .entrySet()
        .removeIf(entry -> {
          Position position = entry.getValue();
          boolean drop = nowMs - position.seenMs() > KEEP_MISSING_MS;
          if (drop) {
            book.remove(entry.getKey());
            stats.lost(LossReason.VANISHED, Math.max(0, position.sizeBytes() - position.offset()));
          }
          return drop;
        });
  }

  private void countLag() {
    long lag = 0;
    long open = 0;
    for (FileCursor cursor : byKey.values()) {
      if (cursor.state() != FileCursor.State.DONE) {
        lag += Math.max(0, cursor.size() - Math.min(cursor.offset(), safe(cursor)));
      }
      open += cursor.isOpen() ? 1 : 0;
    }
    stats.lagBytes.set(lag);
    stats.files.set(byKey.size());
    stats.openFiles.set(open);
  }

  private long safe(FileCursor cursor) {
    return book.safeOffset(cursor.id());
  }

  // --- open files ---

  /// Opens a file if the limit allows it.
  boolean open(FileCursor cursor) {
    if (cursor.isOpen()) {
      return true;
    }
    if (openCount() >= options.maxOpenFiles() && !closeIdlest()) {
      stats.errors.increment();
      told.warn("more log files in use than maxOpenFiles; the rest waits", cursor.path(), "limit");
      return false;
    }
    try {
      cursor.open();
      return true;
    } catch (NoSuchFileException e) {
      // Renamed since it was listed; the next discovery finds where to.
      return false;
    } catch (IOException e) {
      unreadable(cursor.path(), e);
      return false;
    }
  }

  private long openCount() {
    return byKey.values().stream().filter(FileCursor::isOpen).count();
  }

  private boolean closeIdlest() {
    FileCursor idlest = null;
    for (FileCursor cursor : byKey.values()) {
      if (cursor.isOpen()
          && cursor.state() == FileCursor.State.FOLLOWED
          && cursor.offset() >= cursor.size()
          && cursor.decoder().pendingOffset() == LineDecoder.NOTHING_PENDING
          && (idlest == null || cursor.lastGrowthTicks() - idlest.lastGrowthTicks() < 0)) {
        idlest = cursor;
      }
    }
    if (idlest != null) {
      close(idlest);
    }
    return idlest != null;
  }

  void close(FileCursor cursor) {
    try {
      cursor.close();
    } catch (IOException e) {
      unreadable(cursor.path(), e);
    }
  }

  void unreadable(Path path, IOException e) {
    stats.errors.increment();
    told.warn("cannot read a log file", path, e.toString());
  }

  /// Paths followed now, for tests and status pages.
  Set<Path> paths() {
    Set<Path> paths = new HashSet<>();
    byKey.values().forEach(cursor -> paths.add(cursor.path()));
    return paths;
  }
}
