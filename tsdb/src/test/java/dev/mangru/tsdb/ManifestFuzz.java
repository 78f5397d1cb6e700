package dev.mangru.tsdb;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.model.testkit.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// For a fuzzer: any text is a manifest, one of another version, or corrupt; a manifest is read
/// again from what it writes. An input that does not end in a checksum gets the right one.
public final class ManifestFuzz {

  private static final Path FOLDER = Path.of("/data");

  private ManifestFuzz() {}

  /// Manifests of a few files, without checksums, and one with.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int files = 0; files < 6; files++) {
      List<Manifest.Entry> entries = new ArrayList<>();
      for (int i = 0; i < files; i++) {
        entries.add(new Manifest.Entry(i % 2 == 0, i + 3L, 1_790_000_000_000L + i));
      }
      byte[] bytes =
          new Manifest(7 + files, 12, 9, 1, 4_096, files % 2, entries, List.of()).bytes();
      seeds.add(bytes);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      seeds.add(
          text.substring(0, text.lastIndexOf("crc32c")).getBytes(StandardCharsets.ISO_8859_1));
    }
    seeds.add("mangru-tsdb 1\nwal-first-segment 7\n".getBytes(StandardCharsets.ISO_8859_1));
    seeds.add("mangru-tsdb 3\n".getBytes(StandardCharsets.ISO_8859_1));
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    long before = FuzzTarget.allocated();
    Manifest manifest = read(sealed(input));
    FuzzTarget.bounded(before, input.length);
    if (manifest != null && !manifest.equals(read(manifest.bytes()))) {
      throw new AssertionError("written again it is another: " + manifest);
    }
  }

  private static Manifest read(byte[] bytes) throws IOException {
    try {
      return Manifest.read(new BytesDisk().put(FOLDER.resolve(Manifest.NAME), bytes), FOLDER);
    } catch (CorruptDataException | MangruException refused) {
      return null;
    }
  }

  private static byte[] sealed(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    if (text.contains("crc32c ")) {
      return input;
    }
    CRC32C crc = new CRC32C();
    crc.update(input);
    String sealed = text + "crc32c %08x\n".formatted((int) crc.getValue());
    return sealed.getBytes(StandardCharsets.ISO_8859_1);
  }
}
