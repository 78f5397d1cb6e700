package dev.mangru.tsdb;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.block.BlockCheck;
import dev.mangru.tsdb.block.FileCheck;
import dev.mangru.tsdb.compact.Tombstones;
import dev.mangru.tsdb.head.Registry;
import dev.mangru.tsdb.head.Rows;
import dev.mangru.tsdb.head.SeriesTable;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Checks a data directory: every checksum, every chunk, every name, every log record, and what
/// must agree between them. Changes nothing. The tests run it after every crash they make.
public final class TsdbCheck {

  private TsdbCheck() {}

  /// Checks the store in `directory`, which nobody may have open.
  ///
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if the directory is in use or
  ///   cannot be read
  /// @throws IOException if the disk fails; bytes that cannot be right are problems in the report
  public static CheckReport check(Path directory) throws IOException {
    return check(directory, Disk.REAL);
  }

  /// As [#check(Path)], on another disk.
  public static CheckReport check(Path directory, Disk disk) throws IOException {
    if (!disk.exists(directory)) {
      throw new NoSuchFileException(
          directory.toString(), null, "there is no such data directory; name an existing one");
    }
    if (Upgrade.isDue(disk, directory)) {
      return dev.mangru.tsdb.v1.TsdbCheck.check(directory, disk);
    }
    List<String> checked = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    try (Closeable _ = disk.lock(directory)) {
      Path path = directory.resolve(Manifest.NAME);
      if (!disk.exists(path)) {
        problems.add(directory + ": there is no manifest");
        return new CheckReport(checked, problems);
      }
      Manifest manifest;
      try {
        manifest = Manifest.read(disk, directory);
      } catch (CorruptDataException e) {
        problems.add(String.valueOf(e.getMessage()));
        return new CheckReport(checked, problems);
      }
      SeriesTable table = new SeriesTable();
      registry(disk, directory, manifest, table, checked, problems);
      tombstones(disk, directory, manifest, checked, problems);
      files(disk, directory, manifest, checked, problems);
      log(disk, directory, manifest, table, checked, problems);
    }
    return new CheckReport(checked, problems);
  }

  private static void registry(
      Disk disk,
      Path directory,
      Manifest manifest,
      SeriesTable table,
      List<String> checked,
      List<String> problems)
      throws IOException {
    Path path = manifest.registryPath(directory);
    try {
      Registry.Contents contents = Registry.check(disk, path, manifest.registryLength());
      checked.add("%,d series names".formatted(contents.series()));
      Registry.salvage(disk, path, manifest.registryLength(), table);
    } catch (CorruptDataException | NoSuchFileException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  private static void tombstones(
      Disk disk, Path directory, Manifest manifest, List<String> checked, List<String> problems)
      throws IOException {
    if (manifest.tombstones() == 0) {
      return;
    }
    try {
      Tombstones tombstones = Tombstones.read(disk, manifest.tombstonesPath(directory));
      checked.add("%,d tombstones".formatted(tombstones.all().size()));
    } catch (CorruptDataException | NoSuchFileException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  private static void files(
      Disk disk, Path directory, Manifest manifest, List<String> checked, List<String> problems)
      throws IOException {
    long samples = 0;
    int parts = 0;
    for (Manifest.Entry entry : manifest.files()) {
      Path path = entry.path(directory);
      if (!disk.exists(path)) {
        problems.add(path + ": the manifest names this file, and it is not there");
        continue;
      }
      FileCheck report = entry.block() ? BlockCheck.block(disk, path) : BlockCheck.part(disk, path);
      problems.addAll(report.problems());
      samples += report.samples();
      parts += entry.block() ? 0 : 1;
    }
    checked.add(
        "%,d parts and %,d blocks with %,d samples"
            .formatted(parts, manifest.files().size() - parts, samples));
    for (Manifest.Summary entry : manifest.summaries()) {
      Path path = entry.path(directory);
      if (disk.exists(path)) {
        problems.addAll(BlockCheck.block(disk, path).problems());
      } else {
        problems.add(path + ": the manifest names this file, and it is not there");
      }
    }
    if (!manifest.summaries().isEmpty()) {
      checked.add("%,d files of summaries".formatted(manifest.summaries().size()));
    }
  }

  private static void log(
      Disk disk,
      Path directory,
      Manifest manifest,
      SeriesTable table,
      List<String> checked,
      List<String> problems)
      throws IOException {
    Path wal = directory.resolve(Tsdb.WAL_FOLDER);
    try (Rows rows = new Rows()) {
      Replay replay = new Replay(table, rows, wal);
      try {
        RecordLog.read(disk, wal, manifest.firstSegment(), replay);
      } catch (CorruptDataException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
      checked.add(
          "%,d bytes of log records with %,d samples".formatted(replay.bytes(), replay.samples()));
    }
  }
}
