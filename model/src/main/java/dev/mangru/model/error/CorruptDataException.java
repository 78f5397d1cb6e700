package dev.mangru.model.error;

import java.io.IOException;
import java.nio.file.Path;

/// Bytes that cannot be right, and where they are.
public final class CorruptDataException extends IOException {

  private static final long serialVersionUID = 1L;

  /// Names file, offset in bytes, what was expected and what was found.
  public CorruptDataException(Path file, long offset, String expected, String found) {
    super(file + " at offset " + offset + ": expected " + expected + ", found " + found);
  }
}
