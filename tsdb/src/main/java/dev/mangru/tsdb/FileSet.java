package dev.mangru.tsdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.block.PartFile;
import dev.mangru.tsdb.compact.Tombstones;
import dev.mangru.tsdb.head.Registry;
import dev.mangru.tsdb.head.SeriesTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files that count, and the manifest that says so. Thread-safe.
///
/// A change writes its new files first, then the manifest, then tells [Tsdb] of the new files, and
/// deletes what no manifest names any more last. Should writing the manifest fail half way, both
/// the old and the new one may be the one that a start finds: then nothing is deleted until a later
/// change is through.
final class FileSet {

  private static final Logger LOG = LoggerFactory.getLogger(FileSet.class);

  static final List<String> FOLDERS =
      List.of("parts", "blocks", "summaries", "series", "tombstones");

  private final Disk disk;
  private final Path directory;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private Manifest manifest;

  @GuardedBy("lock")
  private Map<Long, StoreFile> files;

  @GuardedBy("lock")
  private Map<Long, SummaryFile> summaries;

  @GuardedBy("lock")
  private Tombstones tombstones;

  @GuardedBy("lock")
  private long nextFile;

  @GuardedBy("lock")
  private long nextSeq;

  private final Set<Long> damagedSummaries = ConcurrentHashMap.newKeySet();

  /// Files that may be deleted once a manifest has been written.
  @GuardedBy("lock")
  private final Set<Path> garbage = new HashSet<>();

  @GuardedBy("lock")
  private Registry registry;

  private FileSet(
      Disk disk,
      Path directory,
      Manifest manifest,
      Map<Long, StoreFile> files,
      Map<Long, SummaryFile> summaries,
      Tombstones tombstones,
      Registry registry) {
    this.disk = disk;
    this.directory = directory;
    this.manifest = manifest;
    this.files = files;
    this.summaries = summaries;
    this.tombstones = tombstones;
    this.registry = registry;
    this.nextFile = manifest.nextFile();
    this.nextSeq = manifest.nextSeq();
  }

  // ---- opening ---------------------------------------------------------------------------------

  /// Opens what the manifest names, makes an empty store if there is none, and removes what a crash
  /// has left behind. A part, block or file of summaries that cannot be opened is set aside, told
  /// of and left out.
  ///
  /// @param table takes the series; has none yet
  /// @throws CorruptDataException if the manifest is damaged, or missing beside data
  static FileSet open(Disk disk, Path directory, SeriesTable table, Stats stats)
      throws IOException {
    Manifest manifest = manifest(disk, directory);
    removeLeftOvers(disk, directory, manifest);
    Quarantine quarantine = new Quarantine(disk, directory, stats);
    Registry registry;
    try {
      registry =
          Registry.open(disk, manifest.registryPath(directory), manifest.registryLength(), table);
    } catch (CorruptDataException e) {
      throw new DamagedRegistry(e);
    }
    Map<Long, StoreFile> files = new TreeMap<>();
    Map<Long, SummaryFile> summaries = new TreeMap<>();
    boolean whole = false;
    try {
      Tombstones tombstones = Tombstones.NONE;
      if (manifest.tombstones() != 0) {
        tombstones = Tombstones.read(disk, manifest.tombstonesPath(directory));
      }
      for (Manifest.Entry entry : manifest.files()) {
        try {
          files.put(entry.number(), StoreFile.open(disk, directory, entry));
        } catch (CorruptDataException | java.nio.file.NoSuchFileException e) {
          quarantine.setAside(entry.path(directory), "its samples", e);
        }
      }
      for (Manifest.Summary entry : manifest.summaries()) {
        try {
          summaries.put(entry.stored().number(), SummaryFile.open(disk, directory, entry));
        } catch (CorruptDataException | java.nio.file.NoSuchFileException e) {
          quarantine.setAside(
              entry.path(directory),
              "its summaries; they are made again if block %06d is there"
                  .formatted(entry.stored().source()),
              e);
        }
      }
      FileSet set = new FileSet(disk, directory, manifest, files, summaries, tombstones, registry);
      if (files.size() < manifest.files().size()
          || summaries.size() < manifest.summaries().size()) {
        set.change().commit();
      }
      whole = true;
      return set;
    } finally {
      if (!whole) {
        files.values().forEach(StoreFile::release);
        summaries.values().forEach(SummaryFile::release);
        registry.close();
      }
    }
  }

  /// The registry is damaged: what is whole of it has to go to a new one first.
  static final class DamagedRegistry extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedRegistry(CorruptDataException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /// Writes a new registry of what is whole in the damaged one, which is set aside.
  static void salvageRegistry(Disk disk, Path directory, Stats stats, DamagedRegistry damage)
      throws IOException {
    Manifest before = Manifest.read(disk, directory);
    SeriesTable table = new SeriesTable();
    Registry.Contents contents = Registry.salvage(disk, before.registryPath(directory), table);
    Quarantine quarantine = new Quarantine(disk, directory, stats);
    boolean endKnown = contents.wholeEnd() >= before.registryLength();
    replaceRegistry(disk, directory, before, table, endKnown, quarantine);
    quarantine.setAside(
        before.registryPath(directory),
        "the names of some series; %,d were saved, samples of the others are called %s"
            .formatted(contents.series(), Maintenance.NAMELESS),
        damage);
  }

  /// Writes a new registry of the series of `table`, and the manifest that names it. Refs of lost
  /// series are not given to others, because their samples are in the parts still: where nobody can
  /// say which refs a damaged part has, it is set aside.
  ///
  /// @param endKnown whether no ref after those of `table` was ever given
  static void replaceRegistry(
      Disk disk,
      Path directory,
      Manifest before,
      SeriesTable table,
      boolean endKnown,
      Quarantine quarantine)
      throws IOException {
    List<Manifest.Entry> kept = new ArrayList<>();
    for (Manifest.Entry entry : before.files()) {
      Refs refs = entry.block() ? Refs.NONE : refs(disk, entry.path(directory));
      table.reserve(refs.end());
      CorruptDataException damage = refs.damage();
      if (damage == null || endKnown) {
        kept.add(entry);
      } else {
        quarantine.keep(
            entry.path(directory),
            "its samples: the registry is damaged too, and their series might be taken for others",
            damage);
      }
    }
    long number = before.nextFile();
    Manifest named =
        before.withFiles(number, kept, before.summaries()).withRegistry(number + 1, number, 0);
    Path path = named.registryPath(directory);
    disk.delete(path);
    try (Registry salvaged = Registry.create(disk, path)) {
      salvaged.append(table, 0, table.endRef());
      salvaged.sync();
      named.withRegistry(named.nextFile(), number, salvaged.durableLength()).write(disk, directory);
    }
  }

  /// The refs of a part.
  ///
  /// @param end after the last one that can be read
  /// @param damage why there may be others, or null
  private record Refs(int end, @Nullable CorruptDataException damage) {
    static final Refs NONE = new Refs(0, null);
  }

  private static Refs refs(Disk disk, Path path) throws IOException {
    PartFile part;
    try {
      part = PartFile.open(disk, path);
    } catch (CorruptDataException | java.nio.file.NoSuchFileException e) {
      LOG.atWarn().addKeyValue("file", path).setCause(e).log("cannot read the refs of a part");
      return Refs.NONE; // it will be set aside for this
    }
    try {
      return refs(part.cursor());
    } catch (CorruptDataException e) {
      return new Refs(0, e);
    } finally {
      part.release();
    }
  }

  private static Refs refs(ChunkCursor cursor) throws IOException {
    int end = 0;
    CorruptDataException damage = null;
    while (true) {
      try {
        if (!cursor.next()) {
          return new Refs(end, damage);
        }
        end = cursor.ref() + 1; // they ascend
        damage = null;
      } catch (CorruptDataException e) {
        damage = e;
      }
    }
  }

  private static Manifest manifest(Disk disk, Path directory) throws IOException {
    boolean there = disk.exists(directory.resolve(Manifest.NAME));
    List<String> data = new ArrayList<>();
    for (String folder : List.of("parts", "blocks", "series", Tsdb.WAL_FOLDER)) {
      Path path = directory.resolve(folder);
      if (disk.exists(path) && !there) {
        disk.list(path).forEach(file -> data.add(folder + "/" + file.getFileName()));
      }
    }
    if (there) {
      Manifest manifest = Manifest.read(disk, directory);
      for (String folder : FOLDERS) {
        disk.createDirectories(directory.resolve(folder));
      }
      return manifest;
    }
    // A crash while the first manifest was written leaves an empty registry, and nothing else.
    if (!data.isEmpty() && !data.equals(List.of("series/00000001.reg"))) {
      throw new CorruptDataException(
          directory.resolve(Manifest.NAME),
          0,
          "a manifest beside " + data.getFirst() + " and " + (data.size() - 1) + " other files",
          "no such file; restore it, or move the folder away to begin with an empty store");
    }
    for (String folder : FOLDERS) {
      disk.createDirectories(directory.resolve(folder));
    }
    Manifest empty = new Manifest(1, 1, 2, 1, 0, 0, List.of(), List.of());
    Path path = empty.registryPath(directory);
    disk.delete(path);
    try (Registry registry = Registry.create(disk, path)) {
      Manifest first = empty.withRegistry(2, 1, registry.durableLength());
      first.write(disk, directory);
      return first;
    }
  }

  private static void removeLeftOvers(Disk disk, Path directory, Manifest manifest)
      throws IOException {
    Set<Path> wanted = new HashSet<>();
    wanted.add(manifest.registryPath(directory));
    wanted.add(manifest.tombstonesPath(directory));
    manifest.files().forEach(entry -> wanted.add(entry.path(directory)));
    manifest.summaries().forEach(entry -> wanted.add(entry.path(directory)));
    for (String folder : FOLDERS) {
      for (Path path : disk.list(directory.resolve(folder))) {
        if (!wanted.contains(path)) {
          disk.delete(path);
        }
      }
    }
  }

  // ---- asking ----------------------------------------------------------------------------------

  List<StoreFile> files() {
    lock.lock();
    try {
      return List.copyOf(files.values());
    } finally {
      lock.unlock();
    }
  }

  List<SummaryFile> summaries() {
    lock.lock();
    try {
      return List.copyOf(summaries.values());
    } finally {
      lock.unlock();
    }
  }

  /// Numbers of files of summaries in which a query found damage: the next round of maintenance
  /// forgets them.
  Set<Long> damagedSummaries() {
    return damagedSummaries;
  }

  /// Everything that counts, beside rows from `firstRow` on.
  View view(long firstRow) {
    lock.lock();
    try {
      return new View(
          firstRow, List.copyOf(files.values()), List.copyOf(summaries.values()), tombstones);
    } finally {
      lock.unlock();
    }
  }

  Tombstones tombstones() {
    lock.lock();
    try {
      return tombstones;
    } finally {
      lock.unlock();
    }
  }

  Manifest manifest() {
    lock.lock();
    try {
      return manifest;
    } finally {
      lock.unlock();
    }
  }

  /// A number for a new file, or for a tombstone; higher than every one before.
  long nextNumber() {
    lock.lock();
    try {
      return nextFile++;
    } finally {
      lock.unlock();
    }
  }

  /// The sequence number of a new file whose samples come after those of every file there is.
  long takeSeq() {
    lock.lock();
    try {
      return nextSeq++;
    } finally {
      lock.unlock();
    }
  }

  // ---- the registry ----------------------------------------------------------------------------

  /// Adds series to the registry, durably; they count with the next change. After a failure the
  /// registry is written anew the next time.
  void register(SeriesTable table, int from, int end) throws IOException {
    lock.lock();
    try {
      boolean done = false;
      try {
        if (registryFailed) {
          rewriteRegistry(table, end);
        } else if (from < end) {
          registry.append(table, from, end);
          registry.sync();
        }
        done = true;
      } finally {
        registryFailed = !done;
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean registryFailed;

  /// Writes the registry anew, without series that were dropped; it counts with the next change.
  /// After a failure nothing more goes to the old one: it has series that may come again.
  void rewriteRegistryFor(SeriesTable table, int end) throws IOException {
    lock.lock();
    try {
      registryFailed = true;
      rewriteRegistry(table, end);
      registryFailed = false;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void rewriteRegistry(SeriesTable table, int end) throws IOException {
    long number = nextFile++;
    Path path = directory.resolve("series").resolve("%08d.reg".formatted(number));
    Registry fresh = Registry.create(disk, path);
    boolean done = false;
    try {
      fresh.append(table, 0, end);
      fresh.sync();
      done = true;
    } finally {
      if (!done) {
        fresh.close();
        garbage.add(path);
      }
    }
    garbage.add(registry.file());
    registry.close();
    registry = fresh;
    registryNumber = number;
  }

  /// The number of a registry that was written anew, or 0.
  @GuardedBy("lock")
  private long registryNumber;

  // ---- changing --------------------------------------------------------------------------------

  Change change() {
    return new Change();
  }

  /// One change of what counts. Confined to one thread; used once.
  final class Change {
    private final List<Manifest.Entry> added = new ArrayList<>();
    private final Set<Long> removed = new HashSet<>();
    private final List<Manifest.Summary> addedSummaries = new ArrayList<>();
    private long firstSegment;
    private @Nullable Tombstones newTombstones;

    /// A file that was written and is durable.
    void add(Manifest.Entry entry) {
      added.add(entry);
    }

    /// A file of summaries that was written and is durable.
    void add(Manifest.Summary entry) {
      addedSummaries.add(entry);
    }

    /// Parts, blocks and files of summaries that go.
    void remove(Collection<Long> numbers) {
      removed.addAll(numbers);
    }

    /// Removes the files that were added: there will be no change.
    void giveUp() {
      lock.lock();
      try {
        added.removeIf(entry -> deleted(entry.path(directory)));
        added.forEach(entry -> garbage.add(entry.path(directory)));
        added.clear();
      } finally {
        lock.unlock();
      }
    }

    /// Log segments before this one are in files.
    void sealed(long segment) {
      firstSegment = segment;
    }

    void tombstones(Tombstones after) {
      newTombstones = after;
    }

    /// Makes the change count. The files that go are let go of, and deleted once it is certain that
    /// no manifest names them.
    void commit() throws IOException {
      lock.lock();
      try {
        Map<Long, StoreFile> after = new TreeMap<>(files);
        Map<Long, SummaryFile> summariesAfter = new TreeMap<>(summaries);
        List<StoreFile> opened = new ArrayList<>();
        List<SummaryFile> openedSummaries = new ArrayList<>();
        List<StoreFile> gone = new ArrayList<>();
        List<SummaryFile> goneSummaries = new ArrayList<>();
        boolean done = false;
        try {
          for (long number : removed) {
            StoreFile file = after.remove(number);
            if (file != null) {
              gone.add(file);
            }
            SummaryFile summary = summariesAfter.remove(number);
            if (summary != null) {
              goneSummaries.add(summary);
            }
          }
          for (Manifest.Entry entry : added) {
            StoreFile file = StoreFile.open(disk, directory, entry);
            opened.add(file);
            after.put(entry.number(), file);
          }
          for (Manifest.Summary entry : addedSummaries) {
            SummaryFile file = SummaryFile.open(disk, directory, entry);
            openedSummaries.add(file);
            summariesAfter.put(entry.stored().number(), file);
          }
          Manifest next = next(after, summariesAfter);
          next.write(disk, directory);
          summaries = summariesAfter;
          for (SummaryFile file : goneSummaries) {
            file.release();
            garbage.add(file.entry().path(directory));
          }
          finish(next, after, gone);
          done = true;
        } finally {
          if (!done) {
            opened.forEach(StoreFile::release);
            openedSummaries.forEach(SummaryFile::release);
            added.forEach(entry -> garbage.add(entry.path(directory)));
            addedSummaries.forEach(entry -> garbage.add(entry.path(directory)));
          }
        }
      } finally {
        lock.unlock();
      }
    }

    @GuardedBy("lock")
    private Manifest next(Map<Long, StoreFile> after, Map<Long, SummaryFile> summariesAfter)
        throws IOException {
      long tombstoneFile = manifest.tombstones();
      Tombstones changed = newTombstones;
      if (changed != null) {
        tombstoneFile = 0;
        if (!changed.isEmpty()) {
          tombstoneFile = nextFile++;
          changed.write(disk, directory.resolve("tombstones/%06d.del".formatted(tombstoneFile)));
        }
      }
      return new Manifest(
          Math.max(manifest.firstSegment(), firstSegment),
          nextSeq,
          nextFile,
          registryNumber == 0 ? manifest.registry() : registryNumber,
          registry.durableLength(),
          tombstoneFile,
          after.values().stream().map(StoreFile::entry).toList(),
          summariesAfter.values().stream().map(SummaryFile::entry).toList());
    }

    @GuardedBy("lock")
    private void finish(Manifest next, Map<Long, StoreFile> after, List<StoreFile> gone) {
      if (manifest.tombstones() != next.tombstones() && manifest.tombstones() != 0) {
        garbage.add(manifest.tombstonesPath(directory));
      }
      manifest = next;
      files = after;
      if (newTombstones != null) {
        tombstones = newTombstones;
      }
      for (StoreFile file : gone) {
        file.release();
        garbage.add(file.entry().path(directory));
      }
      garbage.removeIf(path -> deleted(path));
    }

    private boolean deleted(Path path) {
      try {
        disk.delete(path);
        return true;
      } catch (IOException e) {
        LOG.atDebug().addKeyValue("file", path).setCause(e).log("to be deleted later");
        return false;
      }
    }
  }

  void close() throws IOException {
    lock.lock();
    try {
      files.values().forEach(StoreFile::release);
      files = Map.of();
      summaries.values().forEach(SummaryFile::release);
      summaries = Map.of();
      registry.close();
    } finally {
      lock.unlock();
    }
  }
}
