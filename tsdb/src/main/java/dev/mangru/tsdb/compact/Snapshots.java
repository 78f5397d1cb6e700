package dev.mangru.tsdb.compact;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies of a store at one moment, in `snapshots/NAME` of its directory. Not thread-safe: one
/// change at a time.
///
/// Files that never change are linked, so a snapshot costs no bytes until the store drops them; a
/// file that only grows is copied up to a length. The manifest is written last: a snapshot without
/// one is unfinished and counts for nothing ([#removeUnfinished]). A snapshot is itself a directory
/// of a store: to restore it, start with it.
public final class Snapshots {

  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int COPY_BYTES = 1 << 20;

  /// Longest name. Chosen.
  private static final int MAX_NAME = 128;

  private final Disk disk;
  private final Path store;
  private final String manifestName;

  /// The beginning of a file that only grows.
  ///
  /// @param file in the store's directory
  /// @param length bytes of it that belong to the snapshot
  public record Copy(Path file, long length) {}

  /// Snapshots of a store.
  ///
  /// @param store its directory
  /// @param manifestName the file in it that makes a directory a store
  public Snapshots(Disk disk, Path store, String manifestName) {
    this.disk = disk;
    this.store = store;
    this.manifestName = manifestName;
  }

  private Path folder() {
    return store.resolve("snapshots");
  }

  /// A new name, as Prometheus gives them: `20261121T190000Z-0123456789abcdef`.
  public static String name(Instant now, RandomGenerator random) {
    return TIME.format(now) + "-%016x".formatted(random.nextLong() >>> 1);
  }

  /// Makes a snapshot. Returns once all of it is durable; a failure leaves nothing that counts.
  ///
  /// @param name from [#name]
  /// @param links files in the store's directory that never change
  /// @param copies files in it that only grow
  /// @param manifest the bytes of the snapshot's manifest
  /// @return the snapshot's directory
  public Path create(String name, List<Path> links, List<Copy> copies, byte[] manifest)
      throws IOException {
    Path target = folder().resolve(checked(name));
    if (disk.exists(target)) {
      throw new MangruException(
          ErrorCode.BAD_DATA, "a snapshot " + name + " is there already: choose another name");
    }
    fill(target, links, copies, manifest);
    return target;
  }

  /// As [#create], to any folder of the same file system. What is in it already is from an attempt
  /// that a crash has ended, and goes first.
  public void fill(Path target, List<Path> links, List<Copy> copies, byte[] manifest)
      throws IOException {
    boolean done = false;
    try {
      removeTree(target);
      disk.createDirectories(target);
      Set<Path> folders = new LinkedHashSet<>();
      for (Path file : links) {
        disk.link(file, placeOf(file, target, folders));
      }
      for (Copy copy : copies) {
        copy(copy, placeOf(copy.file(), target, folders));
      }
      for (Path used : folders) {
        disk.syncDirectory(used);
      }
      try (WritableFile out = disk.create(target.resolve(manifestName))) {
        out.write(ByteBuffer.wrap(manifest));
        out.sync();
      }
      disk.syncDirectory(target);
      done = true;
    } finally {
      if (!done) {
        giveUp(target);
      }
    }
  }

  private Path placeOf(Path file, Path target, Set<Path> folders) throws IOException {
    Path place = target.resolve(store.relativize(file).toString());
    Path parent = place.getParent();
    if (parent != null && folders.add(parent)) {
      disk.createDirectories(parent);
    }
    return place;
  }

  private void copy(Copy copy, Path place) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_BYTES, copy.length()));
    try (ReadableFile in = disk.open(copy.file());
        WritableFile out = disk.create(place)) {
      long at = 0;
      while (at < copy.length()) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), copy.length() - at));
        in.readFully(at, buffer);
        at += buffer.position();
        out.write(buffer.flip());
      }
      out.sync();
    }
  }

  private void giveUp(Path target) {
    try {
      removeTree(target);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("snapshot", target)
          .setCause(e)
          .log("an unfinished snapshot could not be removed; the next start tries again");
    }
  }

  /// The names of all finished snapshots, oldest first.
  public List<String> list() throws IOException {
    List<String> names = new ArrayList<>();
    if (disk.exists(folder())) {
      for (Path entry : disk.list(folder())) {
        if (disk.exists(entry.resolve(manifestName))) {
          names.add(String.valueOf(entry.getFileName()));
        }
      }
    }
    return names;
  }

  /// Removes a snapshot.
  ///
  /// @throws MangruException `NOT_FOUND` if there is none of that name
  public void delete(String name) throws IOException {
    Path target = folder().resolve(checked(name));
    if (!disk.exists(target.resolve(manifestName))) {
      throw new MangruException(ErrorCode.NOT_FOUND, "there is no snapshot " + name);
    }
    disk.delete(target.resolve(manifestName));
    disk.syncDirectory(target);
    removeTree(target);
  }

  /// Removes what a crash left of snapshots that were never finished.
  public void removeUnfinished() throws IOException {
    if (disk.exists(folder())) {
      for (Path entry : disk.list(folder())) {
        if (!disk.exists(entry.resolve(manifestName))) {
          removeTree(entry);
        }
      }
    }
  }

  private void removeTree(Path target) throws IOException {
    if (disk.exists(target)) {
      removeAll(target);
      Path parent = target.getParent();
      if (parent != null) {
        disk.syncDirectory(parent);
      }
    }
  }

  private void removeAll(Path path) throws IOException {
    try {
      disk.delete(path);
    } catch (DirectoryNotEmptyException e) {
      LOG.atTrace().setCause(e).log("a folder goes after what is in it");
      for (Path entry : disk.list(path)) {
        removeAll(entry);
      }
      disk.delete(path);
    }
  }

  private static String checked(String name) {
    boolean ok = !name.isEmpty() && name.length() <= MAX_NAME;
    for (int i = 0; ok && i < name.length(); i++) {
      char c = name.charAt(i);
      ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    }
    if (!ok) {
      throw MangruException.badData(
          "a snapshot's name has letters, digits and hyphens, at most "
              + MAX_NAME
              + ": \""
              + name
              + "\"");
    }
    return name;
  }
}
