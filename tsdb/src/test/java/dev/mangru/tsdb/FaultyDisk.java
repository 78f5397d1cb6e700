package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// Another disk, of which one reading operation fails, or which takes no changes. Thread-safe.
final class FaultyDisk implements Disk {

  private final Disk disk;
  private long reads;
  private long failingRead = Long.MAX_VALUE;
  private boolean readOnly;

  FaultyDisk(Disk disk) {
    this.disk = disk;
  }

  /// Opens, listings, mappings and reads so far.
  synchronized long reads() {
    return reads;
  }

  /// Lets read number [#reads] + `fromNow` fail.
  synchronized void failReadAt(long fromNow) {
    failingRead = reads + fromNow;
  }

  /// Whether the failing read has been asked for.
  synchronized boolean failed() {
    return reads > failingRead;
  }

  synchronized void readOnly(boolean value) {
    readOnly = value;
  }

  private synchronized void read(String what) throws IOException {
    if (reads++ == failingRead) {
      throw new IOException("Input/output error (" + what + ")");
    }
  }

  private synchronized void change(Path path) throws IOException {
    if (readOnly) {
      throw new IOException(path + ": Read-only file system");
    }
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    if (!disk.exists(directory)) {
      change(directory);
    }
    disk.createDirectories(directory);
  }

  @Override
  public WritableFile create(Path file) throws IOException {
    change(file);
    return new Writing(file, disk.create(file));
  }

  @Override
  public WritableFile append(Path file) throws IOException {
    change(file);
    return new Writing(file, disk.append(file));
  }

  @Override
  public ReadableFile open(Path file) throws IOException {
    read("open " + file);
    return new Reading(file, disk.open(file));
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    read("list " + directory);
    return disk.list(directory);
  }

  @Override
  public boolean exists(Path path) {
    return disk.exists(path);
  }

  @Override
  public void delete(Path path) throws IOException {
    if (disk.exists(path)) {
      change(path);
    }
    disk.delete(path);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    change(from);
    disk.rename(from, to);
  }

  @Override
  public void link(Path from, Path to) throws IOException {
    change(to);
    disk.link(from, to);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    disk.syncDirectory(directory);
  }

  @Override
  public Closeable lock(Path directory) throws IOException {
    return disk.lock(directory);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    read("statfs " + path);
    return disk.usableBytes(path);
  }

  private final class Writing implements WritableFile {
    private final Path path;
    private final WritableFile file;

    Writing(Path path, WritableFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      change(path);
      file.write(bytes);
    }

    @Override
    public void sync() throws IOException {
      file.sync();
    }

    @Override
    public void truncate(long length) throws IOException {
      change(path);
      file.truncate(length);
    }

    @Override
    public long length() throws IOException {
      return file.length();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private final class Reading implements ReadableFile {
    private final Path path;
    private final ReadableFile file;

    Reading(Path path, ReadableFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void readFully(long offset, ByteBuffer target) throws IOException {
      read("read " + path);
      file.readFully(offset, target);
    }

    @Override
    public MemorySegment map(Arena arena) throws IOException {
      read("map " + path);
      return file.map(arena);
    }

    @Override
    public long length() throws IOException {
      return file.length();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
