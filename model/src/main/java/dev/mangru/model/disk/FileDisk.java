package dev.mangru.model.disk;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/// The machine's file system, through [FileChannel].
final class FileDisk implements Disk {

  @Override
  public void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      createDirectories(parent);
    }
    Files.createDirectories(directory);
    if (parent != null) {
      syncDirectory(parent);
    }
  }

  @Override
  public WritableFile create(Path file) throws IOException {
    return writable(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public WritableFile append(Path file) throws IOException {
    return writable(file, StandardOpenOption.WRITE);
  }

  private static WritableFile writable(Path file, OpenOption... options) throws IOException {
    FileChannel channel = FileChannel.open(file, options);
    channel.position(channel.size());
    return new WritableFile() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }

      @Override
      public void sync() throws IOException {
        channel.force(false);
      }

      @Override
      public void truncate(long length) throws IOException {
        channel.truncate(length);
        channel.position(length);
      }

      @Override
      public long length() throws IOException {
        return channel.size();
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  @Override
  public ReadableFile open(Path file) throws IOException {
    return new Reading(file);
  }

  /// A file being read. An interrupt closes a [FileChannel] under everyone who reads through it:
  /// one query that is given up must not take the file from all the others, so it is opened again.
  private static final class Reading implements ReadableFile {
    private final Path file;
    private volatile FileChannel channel;
    private boolean closed;

    Reading(Path file) throws IOException {
      this.file = file;
      this.channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    @Override
    public void readFully(long offset, ByteBuffer target) throws IOException {
      long at = offset;
      boolean interrupted = false;
      try {
        while (target.hasRemaining()) {
          FileChannel current = channel;
          try {
            int read = current.read(target, at);
            if (read < 0) {
              throw new EOFException(
                  file + ": the file ends at " + at + ", " + target.remaining() + " bytes short");
            }
            at += read;
          } catch (ClosedChannelException e) {
            interrupted |= Thread.interrupted();
            reopen(current, e);
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public MemorySegment map(Arena arena) throws IOException {
      boolean interrupted = false;
      try {
        while (true) {
          FileChannel current = channel;
          try {
            return current.map(FileChannel.MapMode.READ_ONLY, 0, current.size(), arena);
          } catch (ClosedChannelException e) {
            interrupted |= Thread.interrupted();
            reopen(current, e);
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private synchronized void reopen(FileChannel broken, ClosedChannelException cause)
        throws IOException {
      if (closed) {
        throw cause;
      }
      if (channel.equals(broken)) {
        channel = FileChannel.open(file, StandardOpenOption.READ);
      }
    }

    @Override
    public synchronized long length() throws IOException {
      if (!closed && !channel.isOpen()) {
        channel = FileChannel.open(file, StandardOpenOption.READ);
      }
      return channel.size();
    }

    @Override
    public synchronized void close() throws IOException {
      closed = true;
      channel.close();
    }
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void link(Path from, Path to) throws IOException {
    Files.createLink(to, from);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Closeable lock(Path directory) throws IOException {
    return DirectoryLock.acquire(directory);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return Files.getFileStore(path).getUsableSpace();
  }
}
