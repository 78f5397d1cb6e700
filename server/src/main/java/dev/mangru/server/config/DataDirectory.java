package dev.mangru.server.config;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.MangruException;
import dev.mangru.tsdb.Restore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The data directory, held by this process alone until it is closed.
public final class DataDirectory implements AutoCloseable {

  /// The folder of the time-series store.
  private static final String METRICS = "metrics";

  private final Path path;
  private final Closeable lock;

  private DataDirectory(Path path, Closeable lock) {
    this.path = path;
    this.lock = lock;
  }

  /// Makes the directory if it is not there, and takes it. A snapshot of the time-series store
  /// becomes a data directory with what it holds.
  ///
  /// @throws StartFailure if it cannot be made, read or written, or if another process holds it
  public static DataDirectory take(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw unusable("the data directory " + path + " cannot be made: " + reason(e), e);
    }
    if (!Files.isReadable(path) || !Files.isWritable(path) || !Files.isExecutable(path)) {
      throw unusable(
          "the data directory "
              + path
              + " cannot be read and written by user "
              + System.getProperty("user.name"),
          null);
    }
    try {
      Closeable lock = Disk.REAL.lock(path);
      boolean usable = false;
      try {
        Restore.run(Disk.REAL, path, METRICS);
        usable = true;
        return new DataDirectory(path, lock);
      } finally {
        if (!usable) {
          lock.close();
        }
      }
    } catch (MangruException e) {
      throw new StartFailure(StartFailure.INPUT_OUTPUT, e.text() + " with --data", e);
    } catch (IOException e) {
      throw unusable("the data directory " + path + " cannot be taken: " + reason(e), e);
    }
  }

  private static StartFailure unusable(String what, @Nullable Throwable cause) {
    return new StartFailure(
        StartFailure.CANNOT_CREATE, what + "; change that, or name another with --data", cause);
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName() + " " + e.getMessage();
  }

  /// Where it is, absolute.
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
