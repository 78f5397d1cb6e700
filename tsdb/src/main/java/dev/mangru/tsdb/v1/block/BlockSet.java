package dev.mangru.tsdb.v1.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.chunk.Chunk;
import dev.mangru.tsdb.v1.index.SampleSource.Selected;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The blocks of a store and its manifest. Confined to one thread at a time.
///
/// A change writes the new block files under temporary names, syncs and renames them, then replaces
/// the manifest: that is the moment it happens. Files the manifest does not name are left-overs of
/// a crash and are removed when the set is opened.
public final class BlockSet implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(BlockSet.class);
  static final String FOLDER = "blocks";
  private static final String SUFFIX = ".blk";
  private static final String TEMPORARY = ".tmp";

  private final Disk disk;
  private final Path directory;
  private final Path folder;
  private final List<Block> blocks = new ArrayList<>();
  private long firstSegment;
  private long nextBlock;

  private BlockSet(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
    this.folder = directory.resolve(FOLDER);
  }

  /// Opens the set in an existing directory, and makes an empty one if there is nothing yet.
  ///
  /// @param hasLog whether there is a write-ahead log already: then a manifest must be there too
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if a newer Mangru wrote it
  /// @throws CorruptDataException if manifest or a footer does not check
  public static BlockSet open(Disk disk, Path directory, boolean hasLog) throws IOException {
    BlockSet set = new BlockSet(disk, directory);
    disk.createDirectories(set.folder);
    Path manifestPath = directory.resolve(Manifest.NAME);
    if (!disk.exists(manifestPath)) {
      if (hasLog || !set.blockFiles().isEmpty()) {
        throw new CorruptDataException(manifestPath, 0, "a manifest beside log or blocks", "none");
      }
      Manifest.empty().writeBeside(disk, directory);
      Manifest.empty().replace(disk, directory);
    }
    Manifest manifest = Manifest.read(disk, directory);
    set.firstSegment = manifest.firstSegment();
    set.nextBlock = manifest.nextBlock();
    set.removeLeftOvers(new HashSet<>(manifest.blocks()));
    try {
      for (long id : manifest.blocks()) {
        set.blocks.add(Block.open(disk, id, set.path(id)));
      }
    } catch (IOException e) {
      set.close();
      throw e;
    }
    set.sort();
    return set;
  }

  private void sort() {
    blocks.sort(
        Comparator.<Block>comparingLong(block -> block.range().startMs())
            .thenComparingLong(Block::id));
  }

  private List<Path> blockFiles() throws IOException {
    return disk.list(folder).stream()
        .filter(path -> path.getFileName().toString().endsWith(SUFFIX))
        .toList();
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

  /// New blocks that no manifest names yet.
  public final class Change {

    private final List<Block> added = new ArrayList<>();
    private final List<Block> removed = new ArrayList<>();
    private boolean mayBeNamed;

    private Change() {}

    /// Writes one block of the samples that `series` have in `window`; none if there are no
    /// samples.
    ///
    /// @param series in label order
    public void add(Iterable<Selected> series, TimeRange window) throws IOException {
      Block block = write(series, window);
      if (block != null) {
        added.add(block);
      }
    }

    /// Lets go of a block.
    public void remove(Block block) {
      removed.add(block);
    }

    /// Makes the change happen. After a failure nothing has changed here; which of the two
    /// manifests a restart finds may be open, and either is right.
    ///
    /// @param newFirstSegment see [BlockSet#firstSegment]
    /// @return the blocks that came new
    public List<Block> commit(long newFirstSegment) throws IOException {
      List<Block> after = new ArrayList<>(blocks);
      after.removeAll(removed);
      after.addAll(added);
      Manifest manifest =
          new Manifest(newFirstSegment, nextBlock, after.stream().map(Block::id).toList());
      disk.syncDirectory(folder);
      manifest.writeBeside(disk, directory);
      mayBeNamed = true;
      manifest.replace(disk, directory);
      blocks.clear();
      blocks.addAll(after);
      sort();
      firstSegment = newFirstSegment;
      return List.copyOf(added);
    }

    /// Lets go of the new blocks after a failure. Their files are deleted unless [#commit] got far
    /// enough for a manifest on disk to name them; then the next start decides.
    public void giveUp() {
      for (Block block : added) {
        block.release();
        if (!mayBeNamed) {
          deleteQuietly(block.path());
        }
      }
      added.clear();
    }

    /// Lets go of the removed blocks and deletes their files. After [#commit].
    public void deleteRemoved() throws IOException {
      for (Block block : removed) {
        block.release();
        disk.delete(block.path());
      }
      if (!removed.isEmpty()) {
        disk.syncDirectory(folder);
      }
    }
  }

  /// Begins a change.
  public Change change() {
    return new Change();
  }

  private @Nullable Block write(Iterable<Selected> series, TimeRange window) throws IOException {
    long id = nextBlock++;
    Path target = path(id);
    Path temporary = folder.resolve(target.getFileName() + TEMPORARY);
    boolean whole = false;
    try {
      boolean empty;
      try (BlockWriter writer = new BlockWriter(disk, temporary)) {
        for (Selected one : series) {
          List<Chunk> chunks = Rechunk.within(one.run(), window);
          if (!chunks.isEmpty()) {
            writer.add(one.labels(), chunks);
          }
        }
        empty = writer.isEmpty();
        if (!empty) {
          writer.finish();
        }
      }
      if (empty) {
        return null;
      }
      disk.rename(temporary, target);
      Block block = Block.open(disk, id, target);
      whole = true;
      return block;
    } finally {
      if (!whole) {
        deleteQuietly(temporary);
        deleteQuietly(target);
      }
    }
  }

  private void deleteQuietly(Path path) {
    try {
      disk.delete(path);
    } catch (IOException e) {
      // The manifest does not name it: the next start removes it.
      LOG.atWarn()
          .addKeyValue("file", path)
          .setCause(e)
          .log("a left-over block file could not be deleted");
    }
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
