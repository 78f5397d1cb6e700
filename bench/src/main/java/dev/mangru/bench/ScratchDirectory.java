package dev.mangru.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder for one benchmark, on the disk named by `-Dmangru.bench.dir` or else where temporary
/// files go. On a memory file system a sync costs nothing: the figure would mean nothing.
final class ScratchDirectory implements AutoCloseable {

  private final Path path;

  private ScratchDirectory(Path path) {
    this.path = path;
  }

  static ScratchDirectory create() throws IOException {
    String parent = System.getProperty("mangru.bench.dir", System.getProperty("java.io.tmpdir"));
    return new ScratchDirectory(
        Files.createTempDirectory(Files.createDirectories(Path.of(parent)), "mangru-bench-"));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    List<Path> entries;
    try (Stream<Path> walk = Files.walk(path)) {
      entries = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path entry : entries) {
      Files.delete(entry);
    }
  }
}
