package dev.mangru.tsdb.codec;

import dev.mangru.model.error.CorruptDataException;
import java.nio.file.Path;

/// Bytes in memory that cannot be right. Decoders of mapped bytes know no file; who does turns this
/// into a [CorruptDataException] with [#in].
///
/// It has no stack trace: whoever reads hostile bytes may see millions of them.
public final class MalformedBytesException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long offset;
  private final String expected;
  private final String found;

  /// Names the place in the memory segment, what was expected there and what was found.
  public MalformedBytesException(long offset, String expected, String found) {
    super(
        "at offset " + offset + ": expected " + expected + ", found " + found, null, false, false);
    this.offset = offset;
    this.expected = expected;
    this.found = found;
  }

  /// Where it was noticed, in bytes from the start of the memory segment.
  public long offset() {
    return offset;
  }

  /// The same with a name: the file whose bytes from `segmentStart` on are the memory segment.
  public CorruptDataException in(Path file, long segmentStart) {
    CorruptDataException named =
        new CorruptDataException(file, segmentStart + offset, expected, found);
    named.initCause(this);
    return named;
  }
}
