package dev.mangru.tsdb;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.tsdb.block.BlockCheck;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.block.FileCheck;
import dev.mangru.tsdb.block.Sealed;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.SummaryPlanner.StoredSummary;
import dev.mangru.tsdb.compact.Tombstones;
import dev.mangru.tsdb.head.Registry;
import dev.mangru.tsdb.head.SeriesTable;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Makes a damaged store sound again: what is broken goes to `quarantine/`, what can be read of it
/// is written anew, the manifest is rewritten, and each loss is told. What is sound is not touched.
///
/// A file gets its second name in `quarantine/` before the manifest stops naming it, so a crash at
/// any moment leaves the bytes; repairing again goes on.
public final class TsdbRepair {

  private final Path directory;
  private final Disk disk;
  private final InstantSource clock;
  private final List<String> done = new ArrayList<>();

  private TsdbRepair(Path directory, Disk disk, InstantSource clock) {
    this.directory = directory;
    this.disk = disk;
    this.clock = clock;
  }

  /// What a repair did.
  ///
  /// @param done each thing set aside, rewritten or lost, a line each; empty if all was sound
  /// @param after what a check found afterwards
  public record Outcome(List<String> done, CheckReport after) {
    public Outcome {
      done = List.copyOf(done);
    }
  }

  /// Repairs the store in `directory`, which nobody may have open.
  ///
  /// @throws MangruException `UNAVAILABLE` if the directory is in use or of another format
  /// @throws IOException if the disk fails
  public static Outcome repair(Path directory) throws IOException {
    return repair(directory, Disk.REAL, InstantSource.system());
  }

  /// As [#repair(Path)], on another disk and by another clock.
  public static Outcome repair(Path directory, Disk disk, InstantSource clock) throws IOException {
    CheckReport before = TsdbCheck.check(directory, disk);
    if (before.sound()) {
      return new Outcome(List.of(), before);
    }
    TsdbRepair repair = new TsdbRepair(directory, disk, clock);
    if (Upgrade.isDue(disk, directory)) {
      repair.salvage();
    } else {
      repair.run();
    }
    return new Outcome(repair.done, TsdbCheck.check(directory, disk));
  }

  /// A damaged store of the first format is upgraded as far as it can be read.
  private void salvage() throws IOException {
    long windowMs = TsdbOptions.defaults(directory).blockRange().toMillis();
    try (Closeable _ = disk.lock(directory)) {
      Upgrade.salvage(disk, directory, windowMs, clock.millis(), done);
    }
    done.add("upgraded to the second format; the old files are in " + quarantine());
  }

  private void run() throws IOException {
    Set<String> quarantined = quarantined();
    try (Closeable _ = disk.lock(directory)) {
      for (String folder : FileSet.FOLDERS) {
        disk.createDirectories(directory.resolve(folder));
      }
      Manifest manifest = tombstones(manifest());
      files(manifest);
    }
    open();
    for (String name : quarantined()) {
      if (!quarantined.contains(name)) {
        done.add("quarantine/" + name + ": what was broken is here");
      }
    }
  }

  private Set<String> quarantined() throws IOException {
    Set<String> names = new TreeSet<>();
    Path folder = quarantine();
    if (disk.exists(folder)) {
      disk.list(folder).forEach(path -> names.add(path.getFileName().toString()));
    }
    return names;
  }

  private Path quarantine() {
    return directory.resolve("quarantine");
  }

  /// Gives the file a second name in the quarantine; the first one is still there then.
  private void keep(Path file) throws IOException {
    Path folder = quarantine();
    disk.createDirectories(folder);
    Path target = folder.resolve(file.getFileName().toString());
    for (int i = 1; disk.exists(target); i++) {
      target = folder.resolve(file.getFileName() + "." + i);
    }
    disk.link(file, target);
    disk.syncDirectory(folder);
  }

  // ---- the manifest ----------------------------------------------------------------------------

  private Manifest manifest() throws IOException {
    Path path = directory.resolve(Manifest.NAME);
    try {
      return Manifest.read(disk, directory);
    } catch (CorruptDataException e) {
      keep(path);
      done.add(e.getMessage() + ": written anew from the files that are there");
    } catch (NoSuchFileException _) {
      done.add(path + ": it was missing; written anew from the files that are there");
    }
    Manifest found = fromFiles();
    found.write(disk, directory);
    return found;
  }

  /// Everything that can be opened counts. What was merged twice is read once: of two samples at
  /// one time the first written counts. What was deleted and not yet cleaned is there again.
  private Manifest fromFiles() throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    long nextFile = 1;
    long nextSeq = 1;
    for (boolean block : new boolean[] {false, true}) {
      for (Path path : disk.list(directory.resolve(block ? "blocks" : "parts"))) {
        long number = number(path);
        if (number < 0) {
          continue;
        }
        nextFile = Math.max(nextFile, number + 1);
        Manifest.Entry entry = new Manifest.Entry(block, number, clock.millis());
        try {
          StoreFile file = StoreFile.open(disk, directory, entry);
          Sealed sealed =
              switch (file) {
                case StoreFile.Part part -> part.file().sealed();
                case StoreFile.Block one -> one.file().sealed();
              };
          file.release();
          nextSeq = Math.max(nextSeq, sealed.lastSeq() + 1);
          entries.add(entry);
        } catch (CorruptDataException e) {
          keep(path);
          done.add(e.getMessage() + ": all of its samples are lost");
        }
      }
    }
    long registry = 0;
    for (Path path : disk.list(directory.resolve("series"))) {
      registry = Math.max(registry, number(path));
    }
    for (Path path : disk.list(directory.resolve("tombstones"))) {
      nextFile = Math.max(nextFile, number(path) + 1);
      keep(path);
    }
    List<Manifest.Summary> summaries = summariesFromFiles();
    for (Manifest.Summary summary : summaries) {
      nextFile = Math.max(nextFile, summary.stored().number() + 1);
    }
    nextFile = Math.max(nextFile, registry + 1);
    long length = 0;
    if (registry == 0) {
      registry = nextFile++; // missing, as any registry may be: see below
    } else {
      Manifest named = new Manifest(1, nextSeq, nextFile, registry, 0, 0, entries, summaries);
      length = registryLength(named.registryPath(directory));
    }
    return new Manifest(1, nextSeq, nextFile, registry, length, 0, entries, summaries);
  }

  /// Summaries count as those of blocks that are gone, for which block they are of is not known:
  /// where the block is there they are made again. Their times are the window of the block.
  private List<Manifest.Summary> summariesFromFiles() throws IOException {
    List<Manifest.Summary> found = new ArrayList<>();
    Path folder = directory.resolve("summaries");
    for (Path path : disk.exists(folder) ? disk.list(folder) : List.<Path>of()) {
      for (Resolution resolution : Resolution.values()) {
        if (number(path) >= 0 && path.toString().endsWith("." + resolution.suffix())) {
          try {
            BlockFile file = BlockFile.open(disk, path);
            StoredSummary stored =
                new StoredSummary(number(path), 0, resolution, file.sealed().window());
            file.release();
            found.add(new Manifest.Summary(stored, clock.millis()));
          } catch (CorruptDataException e) {
            keep(path);
            done.add(e.getMessage() + ": all of its summaries are lost");
          }
        }
      }
    }
    return found;
  }

  private long registryLength(Path path) throws IOException {
    try (Disk.ReadableFile file = disk.open(path)) {
      return file.length();
    }
  }

  /// The number that names a file, or -1.
  private static long number(Path path) {
    String name = path.getFileName().toString();
    int dot = name.indexOf('.');
    try {
      return dot < 1 ? -1 : Long.parseLong(name.substring(0, dot));
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  // ---- tombstones, parts and blocks ------------------------------------------------------------

  private Manifest tombstones(Manifest manifest) throws IOException {
    if (manifest.tombstones() == 0) {
      return manifest;
    }
    Path path = manifest.tombstonesPath(directory);
    try {
      Tombstones.read(disk, path);
      return manifest;
    } catch (NoSuchFileException _) {
      done.add(path + ": it was missing; samples deleted and not yet cleaned are there again");
    } catch (CorruptDataException e) {
      keep(path);
      done.add(e.getMessage() + ": samples deleted and not yet cleaned are there again");
    }
    Manifest without =
        new Manifest(
            manifest.firstSegment(),
            manifest.nextSeq(),
            manifest.nextFile(),
            manifest.registry(),
            manifest.registryLength(),
            0,
            manifest.files(),
            manifest.summaries());
    without.write(disk, directory);
    return without;
  }

  private void files(Manifest manifest) throws IOException {
    List<Manifest.Entry> after = new ArrayList<>();
    List<Path> broken = new ArrayList<>();
    long nextFile = manifest.nextFile();
    for (Manifest.Entry entry : manifest.files()) {
      Path path = entry.path(directory);
      if (!disk.exists(path)) {
        done.add(path + ": it was missing; its samples are lost");
        continue;
      }
      FileCheck check = entry.block() ? BlockCheck.block(disk, path) : BlockCheck.part(disk, path);
      if (check.sound()) {
        after.add(entry);
        continue;
      }
      keep(path);
      broken.add(path);
      Manifest.Entry fresh = new Manifest.Entry(entry.block(), nextFile++, entry.createdMs());
      Path target = fresh.path(directory);
      disk.delete(target); // of a repair that did not come to its end
      FileCheck rescued =
          entry.block()
              ? BlockCheck.rescueBlock(disk, path, target)
              : BlockCheck.rescuePart(disk, path, target);
      boolean any = disk.exists(target);
      if (any) {
        after.add(fresh);
      }
      done.add(loss(path, rescued, any ? target : null));
    }
    List<Manifest.Summary> summaries = summaries(manifest, broken);
    if (after.equals(manifest.files()) && summaries.equals(manifest.summaries())) {
      return;
    }
    manifest.withFiles(nextFile, after, summaries).write(disk, directory);
    for (Path path : broken) {
      disk.delete(path);
    }
  }

  /// Those that are sound. A damaged one goes as a whole: it is made again from its block.
  private List<Manifest.Summary> summaries(Manifest manifest, List<Path> broken)
      throws IOException {
    List<Manifest.Summary> sound = new ArrayList<>();
    for (Manifest.Summary entry : manifest.summaries()) {
      Path path = entry.path(directory);
      boolean there = disk.exists(path);
      if (there && BlockCheck.block(disk, path).sound()) {
        sound.add(entry);
        continue;
      }
      if (there) {
        keep(path);
        broken.add(path);
      }
      boolean source =
          manifest.files().stream().anyMatch(f -> f.number() == entry.stored().source());
      done.add(
          path
              + (there ? ": damaged; " : ": it was missing; ")
              + (source
                  ? "its summaries will be made again from their block"
                  : "its summaries are lost, and their block is gone"));
    }
    return sound;
  }

  private static String loss(Path path, FileCheck check, @Nullable Path to) {
    StringBuilder text = new StringBuilder(path + ": ");
    if (check.samples() < 0) {
      text.append("cannot be read at all; all of its samples are lost, how many nobody knows");
    } else {
      text.append("%,d of %,d samples are lost".formatted(check.samplesLost(), check.samples()));
      long series = check.lost().stream().mapToInt(FileCheck.LostChunk::ref).distinct().count();
      if (series > 0) {
        text.append(", of %,d series".formatted(series));
        text.append(check.lost().size() >= BlockCheck.MAX_LISTED ? " or more" : "");
      }
    }
    return text.append(to == null ? "" : "; the others are in " + to).toString();
  }

  // ---- registry and log ------------------------------------------------------------------------

  /// Opening the store sets damage of the registry and of the log aside and saves the rest.
  private void open() throws IOException {
    TsdbOptions options =
        TsdbOptions.builder(directory)
            .retention(Duration.ofDays(36_500))
            .minFreeBytes(0)
            .maxSeries(Integer.MAX_VALUE)
            .build();
    Manifest manifest = Manifest.read(disk, directory);
    Path registry = manifest.registryPath(directory);
    if (!disk.exists(registry)) {
      emptyRegistry(manifest);
    } else {
      try {
        Registry.check(disk, registry, manifest.registryLength());
      } catch (CorruptDataException e) {
        long saved = Registry.salvage(disk, registry, new SeriesTable()).series();
        lostNames(e.getMessage() + ": ", saved);
      }
    }
    try (Tsdb store = Tsdb.open(options, clock, disk)) {
      long replayed = store.stats().replayedSamples;
      done.add("the write-ahead log gave %,d samples".formatted(replayed));
    }
  }

  private void emptyRegistry(Manifest manifest) throws IOException {
    FileSet.replaceRegistry(
        disk,
        directory,
        manifest,
        new SeriesTable(),
        false,
        new Quarantine(disk, directory, new Stats()));
    lostNames(manifest.registryPath(directory) + ": it was missing; ", 0);
  }

  private void lostNames(String what, long saved) {
    done.add(
        what
            + "the names of %,d series were saved; samples of others in parts are called %s"
                .formatted(saved, Maintenance.NAMELESS));
  }
}
