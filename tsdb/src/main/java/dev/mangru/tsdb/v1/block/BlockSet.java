package dev.mangru.tsdb.v1.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.v1.index.SampleSource.Selected;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The blocks of a store and its manifest. Confined to one thread at a time.
///
/// Files the manifest does not name are left-overs of a crash, or of an upgrade that did not come
/// to its end, and are removed when the set is opened.
public final class BlockSet implements Closeable {

  static final String FOLDER = "blocks";
  private static final String SUFFIX = ".blk";
  private static final String TEMPORARY = ".tmp";

  private final Disk disk;
  private final Path folder;
  private final List<Block> blocks = new ArrayList<>();
  private long firstSegment;

  private BlockSet(Disk disk, Path directory) {
    this.disk = disk;
    this.folder = directory.resolve(FOLDER);
  }

  /// Opens the set in an existing directory.
  ///
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if a newer Mangru wrote it
  /// @throws CorruptDataException if manifest or a footer does not check
  public static BlockSet open(Disk disk, Path directory) throws IOException {
    return open(
        disk,
        directory,
        damage -> {
          throw damage;
        });
  }

  /// What to do about a block that cannot be opened.
  @FunctionalInterface
  public interface Damage {

    /// Throws, or returns to go on without the block.
    void found(CorruptDataException damage) throws CorruptDataException;
  }

  /// As [#open(Disk, Path)], leaving it to the caller what a damaged block means.
  public static BlockSet open(Disk disk, Path directory, Damage damage) throws IOException {
    BlockSet set = new BlockSet(disk, directory);
    disk.createDirectories(set.folder);
    Path manifestPath = directory.resolve(Manifest.NAME);
    if (!disk.exists(manifestPath)) {
      throw new CorruptDataException(manifestPath, 0, "a manifest", "none");
    }
    Manifest manifest = Manifest.read(disk, directory);
    set.firstSegment = manifest.firstSegment();
    set.removeLeftOvers(new HashSet<>(manifest.blocks()));
    try {
      for (long id : manifest.blocks()) {
        try {
          Block block = Block.open(disk, id, set.path(id));
          set.blocks.add(block);
          block.index(); // read now, so that damage is told here
        } catch (CorruptDataException e) {
          damage.found(e);
          set.letGo(id);
        }
      }
    } catch (IOException e) {
      set.close();
      throw e;
    }
    set.sort();
    return set;
  }

  private void letGo(long id) {
    blocks.stream().filter(block -> block.id() == id).forEach(Block::release);
    blocks.removeIf(block -> block.id() == id);
  }

  private void sort() {
    blocks.sort(
        Comparator.<Block>comparingLong(block -> block.range().startMs())
            .thenComparingLong(Block::id));
  }

  private void removeLeftOvers(Set<Long> wanted) throws IOException {
    Set<Path> kept = new HashSet<>();
    wanted.forEach(id -> kept.add(path(id)));
    for (Path path : disk.list(folder)) {
      String name = path.getFileName().toString();
      if (!kept.contains(path) && (name.endsWith(SUFFIX) || name.endsWith(TEMPORARY))) {
        disk.delete(path);
      }
    }
  }

  private Path path(long id) {
    return path(folder, id);
  }

  static Path path(Path folder, long id) {
    return folder.resolve("%012d%s".formatted(id, SUFFIX));
  }

  /// The blocks, oldest first.
  public List<Block> blocks() {
    return List.copyOf(blocks);
  }

  /// The first log segment whose records are not in blocks.
  public long firstSegment() {
    return firstSegment;
  }

  /// Lets go of every block.
  @Override
  public void close() {
    blocks.forEach(Block::release);
    blocks.clear();
  }

  /// Series of several blocks as one, in label order.
  ///
  /// @param sources blocks no two of which have a sample of one series at one time
  public static Iterable<Selected> merged(List<Block> sources) {
    return () -> new MergedSeriesIterator(sources);
  }
}
