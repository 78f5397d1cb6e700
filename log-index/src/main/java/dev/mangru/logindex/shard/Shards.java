package dev.mangru.logindex.shard;

import dev.mangru.logindex.schema.LineDocument;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.log.LogRecord;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.jspecify.annotations.Nullable;
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

  private final Disk disk;
  private final Path directory;
  private final Set<String> unmerged;
  private final Duration length;
  private final double writerBufferMb;
  private final NavigableSet<Shard> shards = new ConcurrentSkipListSet<>(Shard.BY_TIME);
  private final LineDocument document = new LineDocument();
  private final AtomicInteger setAside = new AtomicInteger();
  private final AtomicInteger unindexable = new AtomicInteger();

  private Shards(
      Disk disk, Path directory, Set<String> unmerged, Duration length, double writerBufferMb) {
    this.disk = disk;
    this.unmerged = unmerged;
    this.directory = directory;
    this.length = length;
    this.writerBufferMb = writerBufferMb;
  }

  /// Opens every shard in `directory`. One that is damaged is renamed to `….damaged-1` and told;
  /// the others go on.
  ///
  /// @param disk makes the names of new shards durable; Lucene syncs only what is in them
  /// @param unmerged shards whose segments are left as they are, from [#corrupt]
  /// @param length how much time a new shard holds, whole hours
  /// @throws IOException if a shard cannot be opened and may be whole, as when file handles run out
  public static Shards open(
      Disk disk, Path directory, Set<String> unmerged, Duration length, double writerBufferMb)
      throws IOException {
    disk.createDirectories(directory);
    Files.createDirectories(directory); // the same, unless a test's disk has folders of its own
    Shards all = new Shards(disk, directory, Set.copyOf(unmerged), length, writerBufferMb);
    boolean whole = false;
    try {
      all.openFolders();
      disk.syncDirectory(directory);
      whole = true;
      return all;
    } finally {
      if (!whole) {
        all.close();
      }
    }
  }

  private void openFolders() throws IOException {
    for (Path path : folders(directory)) {
      String folder = path.getFileName().toString();
      if (folder.endsWith(RETIRED)) {
        deleteTree(path);
        continue;
      }
      if (folder.contains(DAMAGED)) {
        setAside.incrementAndGet();
        continue;
      }
      ShardName name = ShardName.parse(folder).orElse(null);
      if (name == null) {
        LOG.atWarn().addKeyValue("path", path).log("not a shard of the log index; left alone");
        continue;
      }
      try {
        shards.add(open(name, path));
      } catch (IOException | IllegalArgumentException | IllegalStateException e) {
        if (!isDamage(e)) {
          throw new IOException(
              "shard "
                  + path
                  + " of the log index cannot be opened ("
                  + e
                  + "); it may be whole, so it is left where it is: see to the cause and start again",
              e);
        }
        putAside(path, e);
      }
    }
  }

  private Shard open(ShardName name, Path path) throws IOException {
    return Shard.open(name, path, writerBufferMb, !unmerged.contains(name.toString()));
  }

  /// Whether the bytes are wrong. Anything else, such as too few file handles, a failing disk or
  /// files of a newer Lucene, says nothing against the shard.
  private static boolean isDamage(Exception e) {
    return e instanceof CorruptIndexException
        || e instanceof IndexFormatTooOldException
        || e instanceof EOFException
        || e instanceof FileNotFoundException
        || e instanceof NoSuchFileException
        || e instanceof RuntimeException;
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
      target = create(record.timestampNs());
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

  /// A new shard for this time. No two shards ever have a time in common, so a record has one
  /// place, also when the length has changed: then an hour is the largest that fits for sure.
  private Shard create(long timestampNs) throws IOException {
    ShardName wanted = ShardName.of(timestampNs, length);
    boolean free =
        shards.stream().noneMatch(shard -> wanted.overlaps(shard.startNs(), shard.endNs()));
    ShardName name = free ? wanted : ShardName.of(timestampNs, Duration.ofHours(1));
    Path path = directory.resolve(name.toString());
    disk.createDirectories(path);
    Shard created = open(name, path);
    shards.add(created);
    return created;
  }

  /// What made Lucene give up the writer of a shard, or null while all work.
  public @Nullable Throwable brokenBy() {
    for (Shard shard : shards) {
      Throwable cause = shard.brokenBy();
      if (cause != null) {
        return cause;
      }
    }
    return null;
  }

  /// The shards in which damage was found while writing or merging, by name. Merging them would
  /// find it again; without that they take records and answer as far as their bytes are whole.
  public Set<String> corrupt() {
    Set<String> names = new HashSet<>(unmerged);
    for (Shard shard : shards) {
      if (shard.brokenBy() instanceof CorruptIndexException) {
        names.add(shard.path().getFileName().toString());
      }
    }
    return names;
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
