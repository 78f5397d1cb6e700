package dev.mangru.model.testkit;

import dev.mangru.model.disk.Disk;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A disk of a few arrays that can only be read, and costs next to nothing: for fuzzers, which open
/// a file tens of thousands of times a second. Confined to one thread.
public final class BytesDisk implements Disk {

  private final Map<Path, byte[]> files = new TreeMap<>();

  /// An empty disk; fill it with [#put].
  public BytesDisk() {}

  /// Makes or replaces a file; the array is not copied.
  @SuppressWarnings("CanIgnoreReturnValueSuggester")
  public BytesDisk put(Path file, byte[] bytes) {
    files.put(file, bytes);
    return this;
  }

  @Override
  public ReadableFile open(Path file) throws IOException {
    byte[] bytes = files.get(file);
    if (bytes == null) {
      throw new NoSuchFileException(file.toString());
    }
    return new Opened(file, bytes);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Opened(Path file, byte[] bytes) implements ReadableFile {

    @Override
    public void readFully(long offset, ByteBuffer target) throws IOException {
      if (offset < 0 || offset > bytes.length - target.remaining()) {
        throw new EOFException(
            "%s: %d bytes from %d on of a file of %d"
                .formatted(file, target.remaining(), offset, bytes.length));
      }
      target.put(bytes, (int) offset, target.remaining());
    }

    @Override
    public MemorySegment map(Arena arena) {
      return MemorySegment.ofArray(bytes).asReadOnly();
    }

    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public void close() {
      // an array
    }
  }

  @Override
  public List<Path> list(Path directory) {
    return files.keySet().stream().filter(file -> directory.equals(file.getParent())).toList();
  }

  @Override
  public boolean exists(Path path) {
    return files.containsKey(path) || files.keySet().stream().anyMatch(f -> f.startsWith(path));
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    throw readOnly(directory);
  }

  @Override
  public WritableFile create(Path file) throws IOException {
    throw readOnly(file);
  }

  @Override
  public WritableFile append(Path file) throws IOException {
    throw readOnly(file);
  }

  @Override
  public void delete(Path path) throws IOException {
    throw readOnly(path);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    throw readOnly(from);
  }

  @Override
  public void link(Path from, Path to) throws IOException {
    throw readOnly(from);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    throw readOnly(directory);
  }

  @Override
  public Closeable lock(Path directory) throws IOException {
    throw readOnly(directory);
  }

  @Override
  public long usableBytes(Path path) {
    return 0;
  }

  private static IOException readOnly(Path path) {
    return new IOException(path + ": this disk can only be read");
  }
}
