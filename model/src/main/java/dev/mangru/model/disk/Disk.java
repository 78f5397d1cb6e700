package dev.mangru.model.disk;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// Everything that Mangru's engines do to a disk. Thread-safe; the files it hands out are not.
///
/// A name is durable after [#syncDirectory] of its folder, bytes after [WritableFile#sync]. Nothing
/// is ever written through a mapping: on a full disk that kills the process at a random
/// instruction. Tests hand in a disk that throws, tears writes and forgets what was never synced.
public interface Disk {

  /// The machine's file system.
  Disk REAL = new FileDisk();

  /// Makes a folder and its parents, durably. Does nothing if it is there.
  void createDirectories(Path directory) throws IOException;

  /// Creates a file and opens it for writing; fails if it is there.
  WritableFile create(Path file) throws IOException;

  /// Opens an existing file for writing at its end.
  WritableFile append(Path file) throws IOException;

  /// Opens a file for reading.
  ReadableFile open(Path file) throws IOException;

  /// The entries of a folder, sorted by name.
  List<Path> list(Path directory) throws IOException;

  /// Whether a file or folder is there.
  boolean exists(Path path);

  /// Removes a file or an empty folder, if it is there.
  void delete(Path path) throws IOException;

  /// Renames atomically, replacing what had the new name.
  void rename(Path from, Path to) throws IOException;

  /// Gives a file a second name on the same file system (a hard link): both names share the bytes,
  /// and removing one leaves the other. Fails if `to` is there. The name is durable after
  /// [#syncDirectory] of its folder.
  void link(Path from, Path to) throws IOException;

  /// Makes the folder's names durable.
  void syncDirectory(Path directory) throws IOException;

  /// Claims an existing folder for this process until the claim is closed or the process ends.
  ///
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if another process or another
  ///   user of this one holds it, naming the folder and the holder's process id; or if the folder
  ///   cannot be read and written
  Closeable lock(Path directory) throws IOException;

  /// Free bytes on the file system that holds `path`.
  long usableBytes(Path path) throws IOException;

  /// A file being written. Confined to one thread.
  interface WritableFile extends Closeable {

    /// Writes all of `bytes` at the end.
    void write(ByteBuffer bytes) throws IOException;

    /// Returns once every byte written so far is on stable storage. After a failure nothing is
    /// known about them, and trying again cannot tell: give the file up.
    void sync() throws IOException;

    /// Cuts the file to `length` bytes; the next write goes there.
    void truncate(long length) throws IOException;

    /// Bytes in the file.
    long length() throws IOException;
  }

  /// A file being read. Thread-safe: an interrupted reader reads on and does not disturb others.
  interface ReadableFile extends Closeable {

    /// Fills `target` from `offset`.
    ///
    /// @throws java.io.EOFException if the file ends before
    void readFully(long offset, ByteBuffer target) throws IOException;

    /// All of the file as read-only memory that is there until `arena` is closed, whether this file
    /// is closed before or not. For sealed files with checksums only: who cuts or overwrites the
    /// file meanwhile, or loses the disk under it, gives its readers an [InternalError].
    MemorySegment map(Arena arena) throws IOException;

    /// Bytes in the file.
    long length() throws IOException;
  }
}
