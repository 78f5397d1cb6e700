package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where damaged files go, in `quarantine/` of the data directory: the store starts without them,
/// and someone may look at them later. Nothing goes there silently.
final class Quarantine {

  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  private final Disk disk;
  private final Path folder;
  private final Stats stats;

  Quarantine(Disk disk, Path directory, Stats stats) {
    this.disk = disk;
    this.folder = directory.resolve("quarantine");
    this.stats = stats;
  }

  /// Moves a file there, if it is there.
  ///
  /// @param lost what cannot be read any more, in words
  /// @param damage names the place in the file
  void setAside(Path file, String lost, Exception damage) throws IOException {
    keep(file, lost, damage);
    disk.delete(file); // a crash before leaves both, and the next start goes on
  }

  /// Gives a file a second name there, if it is there.
  ///
  /// @param lost what cannot be read any more, in words
  /// @param damage names the place in the file
  void keep(Path file, String lost, Exception damage) throws IOException {
    disk.createDirectories(folder);
    Path target = folder.resolve(file.getFileName().toString());
    for (int i = 1; disk.exists(target); i++) {
      target = folder.resolve(file.getFileName() + "." + i);
    }
    if (disk.exists(file)) {
      disk.link(file, target);
      disk.syncDirectory(folder);
    }
    stats.quarantined.increment();
    LOG.atError()
        .addKeyValue("file", file)
        .addKeyValue("moved_to", target)
        .addKeyValue("lost", lost)
        .setCause(damage)
        .log("a damaged file was set aside; the store goes on without it");
  }
}
