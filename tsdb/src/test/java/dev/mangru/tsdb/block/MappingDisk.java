package dev.mangru.tsdb.block;

import dev.mangru.model.disk.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A disk that remembers every mapping. Confined to one thread.
final class MappingDisk implements Disk {

  private final Disk disk;
  private final List<MemorySegment> mappings = new ArrayList<>();

  MappingDisk(Disk disk) {
    this.disk = disk;
  }

  int mapped() {
    return mappings.size();
  }

  long alive() {
    return mappings.stream().filter(mapping -> mapping.scope().isAlive()).count();
  }

  @Override
  public ReadableFile open(Path file) throws IOException {
    ReadableFile opened = disk.open(file);
    return new ReadableFile() {
      @Override
      public void readFully(long offset, ByteBuffer target) throws IOException {
        opened.readFully(offset, target);
      }

      @Override
      public MemorySegment map(Arena arena) throws IOException {
        MemorySegment mapping = opened.map(arena);
        mappings.add(mapping);
        return mapping;
      }

      @Override
      public long length() throws IOException {
        return opened.length();
      }

      @Override
      public void close() throws IOException {
        opened.close();
      }
    };
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    disk.createDirectories(directory);
  }

  @Override
  public WritableFile create(Path file) throws IOException {
    return disk.create(file);
  }

  @Override
  public WritableFile append(Path file) throws IOException {
    return disk.append(file);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public boolean exists(Path path) {
    return disk.exists(path);
  }

  @Override
  public void delete(Path path) throws IOException {
    disk.delete(path);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void link(Path from, Path to) throws IOException {
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
    return disk.usableBytes(path);
  }
}
