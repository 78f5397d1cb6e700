package dev.mangru.model.disk;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A process' claim to a folder: a lock on the file `LOCK` in it, which holds the process id. The
/// system lets go of it when the process ends, however it ends. Thread-safe.
///
/// POSIX drops all of a process' locks on a file as soon as the process closes any channel to it.
/// So a folder that this process holds is known here by its real path and its file is not opened a
/// second time.
final class DirectoryLock implements Closeable {

  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path realPath;
  private final FileChannel channel;

  private DirectoryLock(Path realPath, FileChannel channel) {
    this.realPath = realPath;
    this.channel = channel;
  }

  static DirectoryLock acquire(Path directory) throws IOException {
    Path realPath = directory.toRealPath();
    if (!Files.isReadable(realPath) || !Files.isWritable(realPath)) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "cannot read and write the data directory "
              + directory
              + (Files.getFileStore(realPath).isReadOnly()
                  ? ": its file system is mounted read-only; mount it for writing"
                  : ": give user " + System.getProperty("user.name") + " access to it")
              + ", or choose another one");
    }
    if (!HELD.add(realPath)) {
      throw inUse(directory, "this process");
    }
    boolean locked = false;
    try {
      FileChannel channel =
          FileChannel.open(
              realPath.resolve("LOCK"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          throw inUse(directory, "process " + read(channel));
        }
        byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        channel.write(ByteBuffer.wrap(pid), 0);
        channel.truncate(pid.length);
        locked = true;
        return new DirectoryLock(realPath, channel);
      } finally {
        if (!locked) {
          channel.close();
        }
      }
    } finally {
      if (!locked) {
        HELD.remove(realPath);
      }
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(32);
    channel.read(text, 0);
    return StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
  }

  private static MangruException inUse(Path directory, String holder) {
    return new MangruException(
        ErrorCode.UNAVAILABLE,
        "the data directory "
            + directory
            + " is in use by "
            + holder
            + ": stop it first, or choose another directory");
  }

  @Override
  public void close() throws IOException {
    channel.close();
    HELD.remove(realPath);
  }
}
