package dev.mangru.logindex;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.testkit.CrashDisk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A crash disk under real paths: the write-ahead log lies on it, while Lucene, which has a
/// directory of its own, writes to the real folder of the same name.
record MappedDisk(Path realRoot, CrashDisk crash) implements Disk {

  private Path map(Path real) {
    return crash.root().resolve(realRoot.relativize(real).toString());
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    crash.createDirectories(map(directory));
  }

  @Override
  public WritableFile create(Path file) throws IOException {
    return crash.create(map(file));
  }

  @Override
  public WritableFile append(Path file) throws IOException {
    return crash.append(map(file));
  }

  @Override
  public ReadableFile open(Path file) throws IOException {
    return crash.open(map(file));
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return crash.list(map(directory)).stream()
        .map(path -> realRoot.resolve(crash.root().relativize(path).toString()))
        .toList();
  }

  @Override
  public boolean exists(Path path) {
    return crash.exists(map(path));
  }

  @Override
  public void delete(Path path) throws IOException {
    crash.delete(map(path));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    crash.rename(map(from), map(to));
  }

  @Override
  public void link(Path from, Path to) throws IOException {
    crash.link(map(from), map(to));
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    crash.syncDirectory(map(directory));
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return crash.usableBytes(map(path));
  }

  @Override
  public Closeable lock(Path directory) throws IOException {
    return crash.lock(map(directory));
  }
}
