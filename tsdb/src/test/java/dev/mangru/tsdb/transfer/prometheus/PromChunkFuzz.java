package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.FuzzTarget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// For a fuzzer: any bytes are a chunk as Prometheus writes them, of floats or of histograms, or
/// corrupt.
public final class PromChunkFuzz {

  private static final Path FILE = Path.of("chunks/000001");

  private static final SampleColumns SAMPLES = new SampleColumns();

  private PromChunkFuzz() {}

  /// A chunk of three floats, and the beginnings of histograms of all kinds.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (String hex :
        List.of(
            "010003" + "a8aab5eef968" + "3ff0000000000000" + "9875" + "00" + "00000000",
            "02000100" + "00" + "c8f7e2ab" + "0000000000000000000000000000",
            "020002c0" + "ff" + "3ff0000000000000" + "8123456789abcdef0123456789abcdef01234567",
            "03000200" + "01" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789",
            "03000100" + "7f" + "f8f0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabb")) {
      seeds.add(HexFormat.of().parseHex(hex));
    }
    seeds.addAll(PromIndexFuzz.realChunks());
    return seeds;
  }

  /// One input: from the byte that tells the encoding to the end of the chunk.
  public static void fuzzerTestOneInput(byte[] input) {
    long before = FuzzTarget.allocated();
    SAMPLES.clear();
    try {
      ChunkReader.read(input, input.length, FILE, 8, SAMPLES);
      int count = (input[1] & 0xff) << 8 | (input[2] & 0xff);
      if (SAMPLES.count() != count) {
        throw new AssertionError(SAMPLES.count() + " samples, and the chunk has " + count);
      }
    } catch (CorruptDataException refused) {
      // one of the two ways to end
    }
    FuzzTarget.bounded(before, 20 * input.length); // a stale marker of one bit is an object
  }
}
