package dev.mangru.autoscaler.playground.api;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Files that nobody but their owner may read.
final class OwnerOnly {

  private OwnerOnly() {}

  /// Takes everybody else's rights away, where the file system knows them.
  static void restrict(Path file) throws IOException {
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }
}
