package dev.mangru.autoscaler.playground.sim.log;

import dev.mangru.model.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A container's log file as a kubelet keeps it: `<restarts>.log`, renamed to
/// `<restarts>.log.<time>` when it has grown, of which the newest stays. These are a program's
/// output, not a store: they are not synced. When the disk refuses, that is said once, lines are
/// lost, and the next ones are tried again. Confined to its log's lock.
final class LogFile {

  private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

  /// Chosen: small, so that a collector meets rotation in every demonstration; kubelets take 10
  /// MiB.
  static final long MOST_BYTES = 1 << 20;

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final Disk disk;
  private final Path directory;
  private Disk.@Nullable WritableFile out;
  private int restarts;
  private long whole;
  private boolean broken;

  LogFile(Disk disk, Path directory, int restarts) {
    this.disk = disk;
    this.directory = directory;
    this.restarts = restarts;
  }

  private Path path() {
    return directory.resolve(restarts + ".log");
  }

  void append(byte[] bytes, Instant now) {
    try {
      Disk.WritableFile open = open();
      if (open.length() > 0 && open.length() + bytes.length > MOST_BYTES) {
        rotate(now);
        open = open();
      }
      whole = open.length();
      open.write(ByteBuffer.wrap(bytes));
      broken = false;
    } catch (IOException refused) {
      if (!broken) {
        broken = true;
        LOG.atWarn()
            .setCause(refused)
            .addKeyValue("file", path())
            .log("a simulated container's log file cannot be written; lines are lost until it can");
      }
      cutOff();
    }
  }

  /// Takes back half a line. Should that fail too, its rest stays: a reader skips such a line.
  private void cutOff() {
    Disk.WritableFile open = out;
    if (open == null) {
      return;
    }
    try {
      if (open.length() > whole) {
        open.truncate(whole);
      }
    } catch (IOException refused) {
      LOG.atDebug().setCause(refused).addKeyValue("file", path()).log("half a line stays");
    }
    close();
  }

  private Disk.WritableFile open() throws IOException {
    Disk.WritableFile present = out;
    if (present != null) {
      return present;
    }
    disk.createDirectories(directory);
    Disk.WritableFile fresh = disk.exists(path()) ? disk.append(path()) : disk.create(path());
    out = fresh;
    return fresh;
  }

  private void rotate(Instant now) throws IOException {
    close();
    for (Path old : disk.list(directory)) {
      if (old.getFileName().toString().contains(".log.")) {
        disk.delete(old);
      }
    }
    disk.rename(path(), directory.resolve(restarts + ".log." + STAMP.format(now)));
  }

  void next(int newRestarts) {
    close();
    restarts = newRestarts;
  }

  void close() {
    Disk.WritableFile open = out;
    out = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException refused) {
        LOG.atWarn()
            .setCause(refused)
            .addKeyValue("file", path())
            .log("a simulated container's log file did not close");
      }
    }
  }

  /// Removes a folder with the folders of files in it.
  static void remove(Disk disk, Path pod) throws IOException {
    if (!disk.exists(pod)) {
      return;
    }
    for (Path container : List.copyOf(disk.list(pod))) {
      for (Path file : List.copyOf(disk.list(container))) {
        disk.delete(file);
      }
      disk.delete(container);
    }
    disk.delete(pod);
  }
}
