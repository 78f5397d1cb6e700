package dev.mangru.tsdb.chunk;

import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.codec.ByteWriter;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Decoders end on any bytes with samples or with the one exception that says what is wrong.
class HostileBytesTest {

  private static final int INPUTS = 20_000;

  @Test
  void any_bytes_are_times_or_malformed() {
    torment(
        TimeCodecFuzz::fuzzerTestOneInput,
        random -> {
          ByteWriter out = new ByteWriter(16);
          ColumnMaker maker = new ColumnMaker(random);
          int count = 1 + random.nextInt(60);
          TimeCodec.encode(
              random.nextBoolean() ? maker.times(count) : maker.longs(count), 0, count, out);
          return Mutations.input(count, out.toByteArray());
        });
  }

  @Test
  void any_bytes_are_values_or_malformed() {
    ValueCodec codec = new ValueCodec();
    torment(
        ValueCodecFuzz::fuzzerTestOneInput,
        random -> {
          ByteWriter out = new ByteWriter(16);
          int count = 1 + random.nextInt(60);
          codec.encode(new ColumnMaker(random).values(count), 0, count, out);
          return Mutations.input(count, out.toByteArray());
        });
  }

  @Test
  void any_bytes_are_a_chunk_or_malformed() {
    ChunkCodec codec = new ChunkCodec();
    torment(
        ChunkCodecFuzz::fuzzerTestOneInput,
        random -> {
          ByteWriter out = new ByteWriter(16);
          SampleColumns samples = ChunkCodecTest.samples(random, 40);
          codec.encode(samples, 0, samples.count(), out);
          return Mutations.input(samples.count(), out.toByteArray());
        });
  }

  private static void torment(Consumer<byte[]> decoder, Function<Random, byte[]> good) {
    Random random = new Random(7);
    byte[] input = good.apply(random);
    for (int i = 0; i < INPUTS; i++) {
      if (i % 8 == 0) {
        input = good.apply(random);
      }
      decoder.accept(i % 8 == 1 ? Mutations.noise(random) : Mutations.mutate(random, input));
    }
  }
}
