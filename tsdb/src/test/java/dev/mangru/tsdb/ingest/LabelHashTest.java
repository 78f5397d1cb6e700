package dev.mangru.tsdb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LabelHashTest {

  private final LabelHash hash = new LabelHash();

  private long[] of(byte[] bytes, int from, int to) {
    hash.of(bytes, from, to);
    return new long[] {hash.first(), hash.second()};
  }

  private long[] of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  @Seeds(200)
  void only_the_bytes_in_the_range_count_wherever_they_are(long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[(int) seed * 3];
    random.nextBytes(bytes);
    int offset = random.nextInt(20);
    byte[] elsewhere = new byte[offset + bytes.length + random.nextInt(20)];
    random.nextBytes(elsewhere);
    System.arraycopy(bytes, 0, elsewhere, offset, bytes.length);
    assertThat(of(elsewhere, offset, offset + bytes.length)).isEqualTo(of(bytes));
  }

  /// Each half alone tells apart what differs in a bit, a byte more, or the order of words; about
  /// half of the bits change.
  @Seeds(100)
  void both_halves_change_with_every_bit(long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[1 + (int) (seed * 7 % 600)];
    random.nextBytes(bytes);
    if (seed % 4 == 0) {
      Arrays.fill(bytes, (byte) 0);
    }
    long[] before = of(bytes);
    long changed = 0;
    int tried = Math.min(bytes.length * 8, 400);
    for (int i = 0; i < tried; i++) {
      int bit = tried < 400 ? i : random.nextInt(bytes.length * 8);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      long[] after = of(bytes);
      assertThat(after[0]).isNotEqualTo(before[0]);
      assertThat(after[1]).isNotEqualTo(before[1]);
      changed += Long.bitCount(after[0] ^ before[0]) + Long.bitCount(after[1] ^ before[1]);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
    assertThat((double) changed / tried).isBetween(40.0, 88.0);
    assertThat(of(Arrays.copyOf(bytes, bytes.length + 1))[0]).isNotEqualTo(before[0]);
    assertThat(of(Arrays.copyOf(bytes, bytes.length + 1))[1]).isNotEqualTo(before[1]);
  }

  @Test
  void words_that_change_places_are_another_input() {
    byte[] bytes = new byte[256];
    new Random(1).nextBytes(bytes);
    long[] before = of(bytes);
    for (int i = 0; i < 32; i++) {
      for (int j = i + 1; j < 32; j++) {
        byte[] turned = bytes.clone();
        System.arraycopy(bytes, 8 * i, turned, 8 * j, 8);
        System.arraycopy(bytes, 8 * j, turned, 8 * i, 8);
        assertThat(of(turned)[0]).isNotEqualTo(before[0]);
        assertThat(of(turned)[1]).isNotEqualTo(before[1]);
      }
    }
  }

  /// 32 bits of either half meet among 200,000 labels about as often as chance says: 4.7 times.
  @Test
  void labels_that_differ_in_a_number_are_spread_evenly() {
    int count = 200_000;
    long[] first = new long[count];
    long[] second = new long[count];
    for (int i = 0; i < count; i++) {
      String text =
          "pod=\"checkout-" + i % 1000 + "\", container=\"c\", node=\"n-" + i / 1000 + "\"";
      long[] value = of(text.repeat(1 + i % 3).getBytes(StandardCharsets.UTF_8));
      first[i] = value[0];
      second[i] = value[1];
    }
    for (int shift = 0; shift <= 32; shift += 32) {
      assertThat(meetings(first, shift)).isLessThan(25);
      assertThat(meetings(second, shift)).isLessThan(25);
    }
  }

  private static long meetings(long[] values, int shift) {
    int[] parts = Arrays.stream(values).mapToInt(value -> (int) (value >>> shift)).toArray();
    return parts.length - Arrays.stream(parts).distinct().count();
  }

  @Seeds(200)
  void a_sequence_is_told_by_its_elements_and_their_order(long seed) {
    Random random = new Random(seed);
    long[] firsts = random.longs(40).toArray();
    long[] seconds = random.longs(40).toArray();
    int count = 1 + (int) seed * 2;
    int[] places = random.ints(count, 0, 40).toArray();
    long[] before = ofSequence(firsts, seconds, places, count);
    assertThat(ofSequence(firsts, seconds, Arrays.copyOf(places, count + 5), count))
        .isEqualTo(before);
    assertThat(ofSequence(firsts, seconds, places, count - 1)[0]).isNotEqualTo(before[0]);
    int at = random.nextInt(count);
    int[] other = places.clone();
    other[at] = (other[at] + 1) % 40;
    assertThat(ofSequence(firsts, seconds, other, count)[0]).isNotEqualTo(before[0]);
    assertThat(ofSequence(firsts, seconds, other, count)[1]).isNotEqualTo(before[1]);
    int with = random.nextInt(count);
    if (places[with] != places[at]) {
      int[] turned = places.clone();
      turned[at] = places[with];
      turned[with] = places[at];
      assertThat(ofSequence(firsts, seconds, turned, count)[0]).isNotEqualTo(before[0]);
      assertThat(ofSequence(firsts, seconds, turned, count)[1]).isNotEqualTo(before[1]);
    }
  }

  private long[] ofSequence(long[] firsts, long[] seconds, int[] places, int count) {
    hash.ofSequence(firsts, seconds, places, count);
    return new long[] {hash.first(), hash.second()};
  }
}
