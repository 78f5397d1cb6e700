package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.tsdb.compact.Snapshots;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes a snapshot usable where a whole data directory is expected, which has the store in a
/// folder of its own. Pure functions over a disk.
public final class Restore {

  private Restore() {}

  /// If `directory` is a snapshot, copies it to `directory/folder`, by hard links; the snapshot
  /// stays as it is. Does nothing if it is none, or was copied before. A copy that a crash has
  /// ended has no manifest, and is made anew.
  ///
  /// @return whether the folder was made
  /// @throws MangruException `BAD_DATA` if the directory is no snapshot but the store of a data
  ///   directory, whose log would be left out
  public static boolean run(Disk disk, Path directory, String folder) throws IOException {
    Path target = directory.resolve(folder);
    boolean begun =
        disk.exists(target.resolve(Manifest.NAME)) || disk.exists(target.resolve(Tsdb.WAL_FOLDER));
    if (begun || !disk.exists(directory.resolve(Manifest.NAME))) {
      return false;
    }
    if (disk.exists(directory.resolve(Tsdb.WAL_FOLDER))) {
      throw new MangruException(
          ErrorCode.BAD_DATA,
          directory
              + " is the time-series store inside of a data directory, not a snapshot: name the"
              + " folder above it");
    }
    Manifest manifest = Manifest.read(disk, directory);
    List<Path> links = new ArrayList<>();
    manifest.files().forEach(entry -> links.add(entry.path(directory)));
    manifest.summaries().forEach(entry -> links.add(entry.path(directory)));
    if (manifest.tombstones() != 0) {
      links.add(manifest.tombstonesPath(directory));
    }
    new Snapshots(disk, directory, Manifest.NAME)
        .fill(
            target,
            links,
            List.of(
                new Snapshots.Copy(manifest.registryPath(directory), manifest.registryLength())),
            manifest.bytes());
    return true;
  }
}
