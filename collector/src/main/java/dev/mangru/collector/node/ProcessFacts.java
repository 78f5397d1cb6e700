package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one process of a container tells about it: when it started, what its network carried, how
/// many files it has open. Nothing here keeps a file open: a handle on `net/dev` would keep the
/// network namespace alive after its pod. Confined to the scanner's thread.
final class ProcessFacts {

  /// Field 22 of `stat` is the 20th after the name, which ends with the last parenthesis.
  private static final int START_TIME_FIELD = 20;

  /// Interfaces of the host that belong to containers' networks.
  private static final List<String> VIRTUAL =
      List.of("veth", "docker", "nerdctl", "cali", "lxc", "cilium");

  private static final List<Family> COLUMNS =
      List.of(
          ContainerFamilies.RECEIVED_BYTES,
          ContainerFamilies.RECEIVED_PACKETS,
          ContainerFamilies.RECEIVE_ERRORS,
          ContainerFamilies.RECEIVE_DROPPED,
          ContainerFamilies.SENT_BYTES,
          ContainerFamilies.SENT_PACKETS,
          ContainerFamilies.SEND_ERRORS,
          ContainerFamilies.SEND_DROPPED);

  /// In `net/dev` four more columns stand between what is received and what is sent.
  private static final int COLUMNS_BETWEEN = 4;

  private final Path proc;
  private final FileBytes bytes;
  private final long bootMs;

  ProcessFacts(Path proc, FileBytes bytes, long bootMs) {
    this.proc = proc;
    this.bytes = bytes;
    this.bootMs = bootMs;
  }

  /// When a process started, milliseconds since the epoch; 0 when unknown.
  long startedMs(long pid) throws IOException {
    if (bootMs == 0 || !load("stat", pid)) {
      return 0;
    }
    String line = bytes.line();
    int end = line.lastIndexOf(')');
    String[] fields = line.substring(end + 1).strip().split(" ", -1);
    if (end < 0 || fields.length < START_TIME_FIELD) {
      return 0;
    }
    try {
      double ticks = Double.parseDouble(fields[START_TIME_FIELD - 1]);
      return bootMs + (long) (ticks * 1000 / StatCollector.TICKS_PER_SECOND);
    } catch (NumberFormatException _) {
      return 0; // “Unknown”: no such line has ever been seen, and none is worth a failed pass.
    }
  }

  /// Whether a process uses the host's network. Unknown counts as no.
  boolean onHostNetwork(long pid) {
    Path own = namespace(Long.toString(pid));
    return own != null && own.equals(namespace("1"));
  }

  private @Nullable Path namespace(String pid) {
    try {
      return Files.readSymbolicLink(proc.resolve(pid).resolve("ns/net"));
    } catch (IOException _) {
      return null; // Gone, or not ours to see.
    }
  }

  /// Writes what a process's interfaces carried.
  void network(SeriesBook.Group row, long pid) throws IOException {
    if (load("net/dev", pid)) {
      interfaces(row, false);
    }
  }

  /// Writes what the host's interfaces carried.
  void hostNetwork(SeriesBook.Group row) throws IOException {
    if (NetworkCollector.loadHostDevices(proc, bytes)) {
      interfaces(row, true);
    }
  }

  private void interfaces(SeriesBook.Group row, boolean host) {
    bytes.nextLine();
    bytes.nextLine();
    while (bytes.hasMore()) {
      String device = bytes.upTo(':').strip();
      boolean skip = device.isEmpty() || device.equals("lo") || (host && isVirtual(device));
      for (int i = 0; i < COLUMNS.size() && !skip; i++) {
        if (i == COLUMNS.size() / 2) {
          for (int j = 0; j < COLUMNS_BETWEEN; j++) {
            bytes.skipWord();
          }
        }
        row.count(COLUMNS.get(i), "interface", device, bytes.number());
      }
      bytes.nextLine();
    }
  }

  private static boolean isVirtual(String device) {
    return VIRTUAL.stream().anyMatch(device::startsWith);
  }

  /// Open files of one process and how many of them are sockets.
  record OpenFiles(int files, int sockets) {

    OpenFiles plus(OpenFiles other) {
      return new OpenFiles(files + other.files, sockets + other.sockets);
    }
  }

  /// Counts what a process has open, at most `limit`; null when it is gone or not ours to see.
  @Nullable OpenFiles openFiles(long pid, int limit) throws IOException {
    int files = 0;
    int sockets = 0;
    try (DirectoryStream<Path> descriptors =
        Files.newDirectoryStream(proc.resolve(Long.toString(pid)).resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (files == limit) {
          break;
        }
        files++;
        if (isSocket(descriptor)) {
          sockets++;
        }
      }
    } catch (DirectoryIteratorException | java.nio.file.FileSystemException _) {
      return null; // Said above: the caller counts the processes that are left.
    }
    return new OpenFiles(files, sockets);
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException _) {
      return false; // Closed since the folder was listed.
    }
  }

  /// Takes a file of a process; false when the process is gone.
  private boolean load(String file, long pid) throws IOException {
    try {
      return bytes.load(proc.resolve(Long.toString(pid)).resolve(file));
    } catch (java.nio.file.FileSystemException _) {
      return false; // Not ours to see.
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("No such process")) {
        return false;
      }
      throw e;
    }
  }
}
