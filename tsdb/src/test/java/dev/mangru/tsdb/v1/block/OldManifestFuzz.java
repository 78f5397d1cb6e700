package dev.mangru.tsdb.v1.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.model.testkit.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// For a fuzzer: any text is a manifest of the first format, one of a newer version, or corrupt. An
/// input that has no checksum gets the right one.
public final class OldManifestFuzz {

  private static final Path FOLDER = Path.of("/data");

  private OldManifestFuzz() {}

  /// The example of the format, with its checksum and without, and what is near it.
  public static List<byte[]> seeds() {
    String text = "mangru-tsdb 1\nwal-first-segment 7\nnext-block 12\nblock 9\nblock 11\n";
    return List.of(
        bytes(text),
        bytes(text + "crc32c 5d3bd1a8\n"),
        bytes(text.replace("block 9", "block -9223372036854775808")),
        bytes(text.replace("tsdb 1", "tsdb 2")),
        bytes("mangru-tsdb 1\n"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    byte[] bytes =
        text.contains("crc32c ")
            ? input
            : bytes(text + "crc32c %08x\n".formatted(Checksums.crc32c(input, 0, input.length)));
    long before = FuzzTarget.allocated();
    try {
      Manifest manifest =
          Manifest.read(new BytesDisk().put(FOLDER.resolve(Manifest.NAME), bytes), FOLDER);
      if (manifest.firstSegment() < 1 || manifest.nextBlock() < 1) {
        throw new AssertionError("this cannot be: " + manifest);
      }
    } catch (CorruptDataException | MangruException refused) {
      // one of the two ways to end
    }
    FuzzTarget.bounded(before, input.length);
  }
}
