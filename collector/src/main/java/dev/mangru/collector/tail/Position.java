package dev.mangru.collector.tail;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// How far one file is safely sent, with proof of which file that is.
///
/// The proof is content, not the inode: the CRC of the first bytes and of the bytes just before
/// `offset`. Inodes are reused within milliseconds on ext4, and a header that all rotated files
/// share does not tell them apart, but what stands before the offset does.
///
/// @param path where the file was last seen
/// @param origin the path that its stream labels tell; differs after a rotation
/// @param fileKey device and inode: a hint where to look first
/// @param offset bytes that are safe; reading goes on here
/// @param skipping whether `offset` is inside a line that was too long and is being passed over
/// @param head of the first bytes, not beyond `offset`
/// @param before of the last bytes before `offset`
/// @param sizeBytes the file's size when last looked at
/// @param seenMs when that was, milliseconds since the epoch
record Position(
    Path path,
    Path origin,
    String fileKey,
    long offset,
    boolean skipping,
    Fingerprint head,
    Fingerprint before,
    long sizeBytes,
    long seenMs) {

  /// Whether `file` holds the bytes that were sent up to [#offset].
  boolean matches(FileChannel file) throws IOException {
    return file.size() >= offset
        && head.matches(file, 0)
        && before.matches(file, offset - before.length());
  }

  /// A position at the very start tells nothing about the content.
  boolean hasProof() {
    return offset > 0;
  }
}
