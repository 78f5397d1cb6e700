package dev.mangru.logindex.shard;

import dev.mangru.logindex.schema.LineDocument;
import dev.mangru.model.log.LogRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All shards of a store.
///
/// [#add] is confined to the indexing thread; [#commit], [#retire] and [#rest] to the maintaining
/// thread; the rest is thread-safe.
public final class Shards implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Shards.class);

  private static final String DAMAGED = ".damaged-";
  private static final String RETIRED = ".retired";

  private final Path directory;
  private final Duration length;
  private final double writerBufferMb;
  private final NavigableSet<Shard> shards = new ConcurrentSkipListSet<>(Shard.BY_TIME);
  private final LineDocument document = new LineDocument();
  private final AtomicInteger setAside = new AtomicInteger();
  private final AtomicInteger unindexable = new AtomicInteger();

  private Shards(Path directory, Duration length, double writerBufferMb) {
    this.directory = directory;
    this.length = length;
    this.writerBufferMb = writerBufferMb;
  }

  /// Opens every shard in `directory`. One that Lucene cannot open is renamed to `….damaged-1` and
  /// told; the others go on.
  ///
  /// @param length how much time a new shard holds, whole hours
  public static Shards open(Path directory, Duration length, double writerBufferMb)
      throws IOException {
    Files.createDirectories(directory);
    Shards all = new Shards(directory, length, writerBufferMb);
    for (Path path : folders(directory)) {
      String folder = path.getFileName().toString();
      if (folder.endsWith(RETIRED)) {
        deleteTree(path);
        continue;
      }
      if (folder.contains(DAMAGED)) {
        all.setAside.incrementAndGet();
        continue;
      }
      ShardName name = ShardName.parse(folder).orElse(null);
      if (name == null) {
        LOG.atWarn().addKeyValue("path", path).log("not a shard of the log index; left alone");
        continue;
      }
      try {
        all.shards.add(Shard.open(name, path, writerBufferMb));
      } catch (IOException | IllegalArgumentException | IllegalStateException e) {
        all.putAside(path, e);
      }
    }
    return all;
  }

  /// The shard folders of a store, sorted, damaged ones apart; for checks.
  public static List<Path> shardFolders(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    return folders(directory).stream()
        .filter(path -> ShardName.parse(path.getFileName().toString()).isPresent())
        .toList();
  }

  /// The folders that were set aside, sorted.
  public static List<Path> damagedFolders(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    return folders(directory).stream()
        .filter(path -> path.getFileName().toString().contains(DAMAGED))
        .toList();
  }

  private static List<Path> folders(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  private void putAside(Path path, Exception cause) throws IOException {
    Path aside = path;
    for (int i = 1; Files.exists(aside); i++) {
      aside = path.resolveSibling(path.getFileName() + DAMAGED + i);
    }
    Files.move(path, aside);
    setAside.incrementAndGet();
    LOG.atError()
        .addKeyValue("path", path)
        .addKeyValue("movedTo", aside)
        .setCause(cause)
        .log(
            "a shard of the log index cannot be opened and was set aside; its records are missing");
  }

  /// Adds a record, unless its shard has it already.
  ///
  /// @return whether it was new
  public boolean add(LogRecord record, long seq, Instant now) throws IOException {
    Shard target = null;
    for (Shard shard : shards) {
      if (shard.startNs() <= record.timestampNs() && record.timestampNs() < shard.endNs()) {
        if (shard.maxSeq() >= seq) {
          return false;
        }
        target = shard;
      }
    }
    if (target == null) {
      ShardName name = ShardName.of(record.timestampNs(), length);
      Path path = directory.resolve(name.toString());
      target = Shard.open(name, path, writerBufferMb);
      shards.add(target);
    }
    try {
      target.add(record, seq, document, now);
    } catch (IllegalArgumentException e) {
      // Lucene refuses this one document and keeps the others. The limits on records make that
      // impossible as far as we know; one bad record must not stop all that follow.
      unindexable.incrementAndGet();
      LOG.atError()
          .addKeyValue("stream", record.stream())
          .addKeyValue("timestampNs", record.timestampNs())
          .setCause(e)
          .log("a log record could not be indexed and was left out");
    }
    return true;
  }

  /// The shards, oldest first; a snapshot.
  public List<Shard> all() {
    return List.copyOf(shards);
  }

  /// The highest sequence number anywhere, 0 if there is none.
  public long maxSeq() {
    return shards.stream().mapToLong(Shard::maxSeq).max().orElse(0);
  }

  /// How many shards lie set aside.
  public int setAside() {
    return setAside.get();
  }

  /// How many records Lucene refused.
  public int unindexable() {
    return unindexable.get();
  }

  /// Makes everything added so far durable.
  public void commit() throws IOException {
    for (Shard shard : shards) {
      shard.commit();
    }
  }

  /// Removes the shards that end at or before `oldestNs`. Their views stay good.
  ///
  /// @return how many went
  public int retire(long oldestNs) throws IOException {
    int gone = 0;
    for (Shard shard : all()) {
      if (shard.endNs() <= oldestNs) {
        shards.remove(shard);
        shard.close();
        Path retired = shard.path().resolveSibling(shard.path().getFileName() + RETIRED);
        Files.move(shard.path(), retired);
        deleteTree(retired);
        gone++;
        LOG.atInfo().addKeyValue("path", shard.path()).log("retention removed a shard of logs");
      }
    }
    return gone;
  }

  /// Lets go of the writers that had nothing to do since `before`.
  public void rest(Instant before) throws IOException {
    for (Shard shard : shards) {
      shard.rest(before);
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(folder)) {
      tree.sorted(Comparator.reverseOrder()).forEach(paths::add);
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }

  /// Closes without committing.
  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Shard shard : shards) {
      try {
        shard.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    shards.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
