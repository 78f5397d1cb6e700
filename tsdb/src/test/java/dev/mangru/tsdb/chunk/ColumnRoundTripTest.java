package dev.mangru.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import dev.mangru.tsdb.codec.ByteWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever goes in comes out, bit for bit, from heap and mapped memory, with and without bytes
/// behind.
class ColumnRoundTripTest {

  @Seeds(1_000)
  void any_longs_come_back(long seed) {
    Random random = new Random(seed);
    ColumnMaker maker = new ColumnMaker(random);
    int count = maker.count();
    assertTimes(random.nextBoolean() ? maker.longs(count) : maker.times(count), random);
  }

  @Seeds(1_000)
  void any_doubles_come_back(long seed) {
    Random random = new Random(seed);
    ValueCodec codec = new ValueCodec();
    for (int i = 0; i < 3; i++) { // what one column leaves in the scratch arrays hurts no other
      assertValues(codec, new ColumnMaker(random).values(new ColumnMaker(random).count()), random);
    }
  }

  @Test
  void columns_of_every_length_come_back() {
    Random random = new Random(1);
    ValueCodec codec = new ValueCodec();
    for (int count = 0; count <= ChunkCodec.MAX_SAMPLES; count++) {
      assertTimes(new ColumnMaker(random).longs(count), random);
      assertValues(codec, random.longs(count).toArray(), random);
      assertValues(
          codec,
          random.ints(count).mapToLong(i -> Double.doubleToRawLongBits(i / 100.0)).toArray(),
          random);
    }
  }

  @Test
  void every_width_of_bits_comes_back() {
    Random random = new Random(2);
    for (int width = 0; width <= Long.SIZE; width++) {
      for (int count : new int[] {1, 2, 7, 8, 9, 63, 64, 65, 1_000}) {
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
          numbers[i] = random.nextLong() & Bits.mask(width);
        }
        ByteWriter out = new ByteWriter(16);
        Bits.pack(numbers, 0, count, 0, width, out);
        assertThat(out.length()).isEqualTo(Bits.bytes(count, width));
        long[] back = new long[count];
        byte[] padded = Arrays.copyOf(out.toByteArray(), out.length() + ChunkBytes.PADDING);
        Bits.unpack(padded, 0, count, width, back, 0);
        assertThat(back).as("width %d", width).isEqualTo(numbers);
      }
    }
  }

  @Test
  void the_longest_possible_steps_come_back() {
    Random random = new Random(3);
    long[] zigzag = new long[100];
    for (int i = 0; i < zigzag.length; i++) {
      zigzag[i] = i % 2 == 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    assertTimes(zigzag, random);
    assertTimes(new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, random);
    assertTimes(new long[] {Long.MAX_VALUE, 0, Long.MIN_VALUE}, random);
    assertTimes(new long[] {0, Long.MIN_VALUE, 0, Long.MIN_VALUE}, random);
  }

  private static void assertTimes(long[] times, Random random) {
    ByteWriter out = new ByteWriter(16);
    int before = random.nextInt(4);
    long[] longer = new long[times.length + 2 * before];
    System.arraycopy(times, 0, longer, before, times.length);
    TimeCodec.encode(longer, before, times.length, out);
    long[] back = new long[times.length + before];
    try (Arena arena = Arena.ofConfined()) {
      Placed placed = place(arena, out, random);
      TimeCodec.decode(placed.segment(), placed.offset(), out.length(), times.length, back, before);
    }
    assertThat(Arrays.copyOfRange(back, before, back.length)).isEqualTo(times);
  }

  private static void assertValues(ValueCodec codec, long[] bits, Random random) {
    ByteWriter out = new ByteWriter(16);
    codec.encode(bits, 0, bits.length, out);
    double[] back = new double[bits.length + 1];
    try (Arena arena = Arena.ofConfined()) {
      Placed placed = place(arena, out, random);
      codec.decode(placed.segment(), placed.offset(), out.length(), bits.length, back, 1);
    }
    long[] backBits = new long[bits.length];
    for (int i = 0; i < bits.length; i++) {
      backBits[i] = Double.doubleToRawLongBits(back[i + 1]);
    }
    assertThat(backBits).isEqualTo(bits);
  }

  private record Placed(MemorySegment segment, long offset) {}

  private static Placed place(Arena arena, ByteWriter bytes, Random random) {
    int before = random.nextInt(3);
    int behind = random.nextBoolean() ? 0 : random.nextInt(12);
    byte[] all = new byte[before + bytes.length() + behind];
    random.nextBytes(all);
    System.arraycopy(bytes.toByteArray(), 0, all, before, bytes.length());
    return random.nextBoolean()
        ? new Placed(MemorySegment.ofArray(all), before)
        : new Placed(arena.allocateFrom(ValueLayout.JAVA_BYTE, all), before);
  }
}
