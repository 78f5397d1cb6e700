package dev.mangru.tsdb.transfer;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// For a fuzzer: any bytes are labels and samples of an import's temporary file or corrupt, and
/// come back from what they write.
public final class SpillFileFuzz {

  private static final Path FILE = Path.of("spill");

  private SpillFileFuzz() {}

  /// Up to seven samples of every kind.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int count = 0; count < 8; count++) {
      SampleBuffer samples = new SampleBuffer();
      for (int i = 0; i < count; i++) {
        NativeHistogram histogram =
            i % 3 < 2
                ? null
                : NativeHistogram.builder(i % 2 == 0)
                    .schema(3)
                    .zero(0.5, i)
                    .total(9, 2)
                    .positive(new int[] {1, 2}, new long[] {4, 5})
                    .customBounds(new double[] {i})
                    .build();
        samples.add(1_790_000_000_000L + i, count % 2 == 0 ? 0 : 5, i / 4.0, histogram);
      }
      ByteWriter out = new ByteWriter(64);
      SampleBytes.write(Labels.of("__name__", "up", "job", "j" + count), out);
      SampleBytes.write(samples, out);
      seeds.add(out.toByteArray());
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    long before = FuzzTarget.allocated();
    byte[] written;
    try {
      written = again(input);
    } catch (CorruptDataException refused) {
      FuzzTarget.bounded(before, input.length);
      return;
    }
    FuzzTarget.bounded(before, input.length);
    try {
      if (!Arrays.equals(written, again(written))) {
        throw new AssertionError("written again they are others");
      }
    } catch (CorruptDataException e) {
      throw new AssertionError("what was written is corrupt", e);
    }
  }

  private static byte[] again(byte[] bytes) throws CorruptDataException {
    ByteReader in = new ByteReader(bytes, FILE, 8);
    SampleBuffer samples = new SampleBuffer();
    ByteWriter out = new ByteWriter(bytes.length);
    SampleBytes.write(SampleBytes.readLabels(in), out);
    SampleBytes.read(in, samples);
    SampleBytes.write(samples, out);
    return out.toByteArray();
  }
}
