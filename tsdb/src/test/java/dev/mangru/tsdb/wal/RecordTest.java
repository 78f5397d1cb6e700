package dev.mangru.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.tsdb.codec.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordTest {

  private static final Path FILE = Path.of("wal/00000001.log");

  /// Writes down what it visits, and keeps bases as a store does.
  private static final class Notes implements RecordReader.Visitor {
    final List<String> lines = new ArrayList<>();
    final Map<Integer, Long> bases = new HashMap<>();
    final RecordReader reader = new RecordReader();

    @Override
    public void begin(long epoch) {
      lines.add("epoch " + epoch);
    }

    @Override
    public void define(int ref, Labels labels) {
      lines.add(ref + " is " + labels);
    }

    @Override
    public long base(int ref) {
      return bases.getOrDefault(ref, 0L);
    }

    @Override
    public void sample(int ref, long timestampMs, long bits) {
      bases.put(ref, bits);
      lines.add(ref + " @" + timestampMs + " " + Long.toHexString(bits));
    }

    @Override
    public void newest(int ref, long newestMs, long newestBits, boolean extended) {
      bases.put(ref, newestBits);
      lines.add(ref + " newest @" + newestMs + " " + Long.toHexString(newestBits) + extended);
    }

    @Override
    public void extended(
        int ref, long timestampMs, long startMs, long bits, @Nullable NativeHistogram histogram) {
      lines.add(
          ref + " @" + timestampMs + " from " + startMs + " " + Long.toHexString(bits) + histogram);
    }
  }

  private static List<String> read(ByteBuffer record, Notes notes) throws CorruptDataException {
    notes.lines.clear();
    notes.reader.read(record, FILE, 8, notes);
    return List.copyOf(notes.lines);
  }

  @Test
  void the_worked_example_of_the_format() throws CorruptDataException {
    RecordWriter writer = new RecordWriter();
    writer.begin(1);
    writer.define(0, Labels.of("__name__", "up"));
    writer.sample(0, 1_000, Double.doubleToRawLongBits(1), 0);
    ByteBuffer record = writer.finish();
    byte[] bytes = new byte[record.remaining()];
    record.get(0, bytes);
    assertThat(HexFormat.ofDelimiter(" ").formatHex(bytes))
        .isEqualTo(
            "03 01 01 00 01 03 08 5f 5f 6e 61 6d 65 5f 5f 02 75 70 01 01 00 02 a0 1f 01 01 01 01 01"
                + " 00");
    assertThat(read(record, new Notes()))
        .containsExactly("epoch 1", "0 is up", "0 @1000 3ff0000000000000");
  }

  private static double value(Random random, double before) {
    return switch (random.nextInt(12)) {
      case 9 -> Math.rint(before);
      case 10 -> Math.rint(before / 4096) * 4096 + 4096 * random.nextInt(9);
      case 11 -> (float) before + random.nextInt(3) / 3f;
      case 0 -> before;
      case 1 -> before + random.nextInt(100);
      case 2 -> Math.round(before * 100 + random.nextInt(1_000)) / 100.0;
      case 3 -> Math.round(before * 1e9 + random.nextInt(1_000_000_000)) / 1e9;
      case 4 -> Double.longBitsToDouble(random.nextLong());
      case 5 -> StaleMarker.VALUE;
      case 6 -> random.nextBoolean() ? -0.0 : 0.0;
      case 7 -> random.nextLong();
      default -> random.nextDouble() * 4096;
    };
  }

  private static NativeHistogram histogram(Random random) {
    boolean integer = random.nextBoolean();
    long[] counts = random.longs(random.nextInt(4)).toArray();
    return NativeHistogram.builder(integer)
        .schema(random.nextInt(8) - 4)
        .zero(random.nextDouble(), random.nextLong())
        .total(random.nextLong(), value(random, 1))
        .resetHint(List.of(NativeHistogram.ResetHint.values()).get(random.nextInt(4)))
        .positive(new int[] {random.nextInt(5), counts.length}, counts)
        .customBounds(random.doubles(random.nextInt(3)).toArray())
        .build();
  }

  /// Several records in a row, as a store makes them.
  @Seeds(300)
  void what_is_written_is_read(long seed) throws CorruptDataException {
    Random random = new Random(seed);
    RecordWriter writer = new RecordWriter();
    SeriesStates states = new SeriesStates();
    Map<Integer, Long> bases = new HashMap<>();
    Notes notes = new Notes();
    int defined = 0;
    for (int r = 0; r < 6; r++) {
      List<String> expected = new ArrayList<>();
      writer.begin(seed, states);
      expected.add("epoch " + seed);
      for (int more = random.nextInt(5); more > 0; more--, defined++) {
        Labels.Builder labels = Labels.builder().set("__name__", "m" + random.nextInt(3));
        for (int i = random.nextInt(6); i > 0; i--) {
          labels.set("l" + random.nextInt(9), "v" + random.nextInt(2));
        }
        writer.define(defined, labels.build());
        expected.add(defined + " is " + labels.build());
      }
      int ref = 0;
      long time = 1_700_000_000_000L;
      for (int i = random.nextInt(1 + (int) seed); i > 0; i--) {
        ref = random.nextInt(4) > 0 ? ref + 1 : random.nextInt(40);
        time += random.nextInt(4) > 0 ? 0 : random.nextInt(40_000) - 10_000;
        long base = bases.getOrDefault(ref, 0L);
        long bits = Double.doubleToRawLongBits(value(random, Double.longBitsToDouble(base)));
        NativeHistogram histogram = random.nextInt(20) == 0 ? histogram(random) : null;
        ByteWriter encoded = null;
        if (histogram != null) {
          encoded = new ByteWriter(64);
          HistogramBytes.write(histogram, encoded);
          bits = 0;
        }
        long start = random.nextInt(10) == 0 ? time - random.nextInt(100_000) : 0;
        String extended =
            ref + " @" + time + " from " + start + " " + Long.toHexString(bits) + histogram;
        if (random.nextInt(20) == 0) {
          long newestBits = random.nextLong();
          writer.late(ref, time, start, bits, encoded, time + 5, newestBits, i % 2 == 0);
          expected.add(
              ref + " newest @" + (time + 5) + " " + Long.toHexString(newestBits) + (i % 2 == 0));
          expected.add(extended);
          bases.put(ref, newestBits);
        } else if (start != 0 || histogram != null) {
          writer.extended(ref, time, start, bits, encoded);
          expected.add(extended);
        } else {
          writer.sample(ref, time, bits, base);
          expected.add(ref + " @" + time + " " + Long.toHexString(bits));
          bases.put(ref, bits);
        }
      }
      assertThat(read(writer.finish(), notes)).isEqualTo(expected);
    }
  }

  @Seeds(300)
  void a_histogram_comes_back_bit_for_bit(long seed) throws CorruptDataException {
    NativeHistogram histogram = histogram(new Random(seed));
    ByteWriter out = new ByteWriter(16);
    HistogramBytes.write(histogram, out);
    assertThat(
            HistogramBytes.read(new dev.mangru.tsdb.codec.ByteReader(out.toByteArray(), FILE, 0)))
        .isEqualTo(histogram);
  }

  /// Whatever the bytes, the answer is samples or an error of the data.
  @Seeds(300)
  void broken_bytes_are_an_error_of_the_data(long seed) {
    Random random = new Random(seed);
    RecordWriter writer = new RecordWriter();
    writer.begin(3);
    writer.define(7, Labels.of("__name__", "up", "a", "b"));
    writer.define(8, Labels.of("__name__", "up", "a", "c"));
    ByteWriter encoded = new ByteWriter(64);
    HistogramBytes.write(histogram(random), encoded);
    for (int i = 0; i < 20; i++) {
      writer.sample(i, 5_000 + i / 7, Double.doubleToRawLongBits(value(random, i)), 0);
    }
    writer.extended(8, 6_000, 5_000, 0, encoded);
    ByteBuffer record = writer.finish();
    byte[] bytes = new byte[record.remaining()];
    record.get(0, bytes);
    for (int i = 0; i < 200; i++) {
      byte[] broken = bytes.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      }
      int length = random.nextBoolean() ? broken.length : random.nextInt(broken.length);
      try {
        read(ByteBuffer.wrap(broken, 0, length), new Notes());
      } catch (CorruptDataException e) {
        assertThat(e).hasMessageContaining("00000001.log");
      }
    }
  }

  /// Written by the writer of version 2.
  @Test
  void a_record_of_version_2_is_read() throws CorruptDataException {
    byte[] record =
        HexFormat.of()
            .parseHex(
                "020402000203085f5f6e616d655f5f027570030161016202000101631a1a01000700070007000700"
                    + "0700070007000700070007000700020635a11f00e1d40300e1d40300e1d40300e1d40300e1d40300"
                    + "e1d40300e1d40300e1d40300e1d40300e1d40300e1d40300c0db20beb8025150e2e3d4e5d515150d"
                    + "edeeff700222bc0212fa560202eb3f882002020800209fe90b55555555555525405205c717a80402"
                    + "30001232555555555555d47f13060149823c3f3b1f842922883ce4373e9c7500883ce437fe027001"
                    + "02e0bf02407902d00f0000000000001c4001904e000000000000e03f0000000000002040");
    double[] first = {1, 1, 300, 70_000, 1e8, 1.25, 1.5, 1.503, 2.000000001, 1e300, -0.0, 0.5};
    double[] second = {
      3.5,
      4.75,
      Double.NaN,
      Double.POSITIVE_INFINITY,
      1.0 / 3,
      2.0 / 3,
      17,
      16,
      0,
      0,
      0x1p-1000,
      0x1p900
    };
    List<String> expected = new ArrayList<>();
    expected.add("epoch 4");
    expected.add("0 is " + Labels.of("__name__", "up", "a", "b"));
    expected.add("1 is " + Labels.of("__name__", "up", "a", "c"));
    for (int i = 0; i < first.length; i++) {
      String time = " @" + (1_000 + i * 15_000) + " ";
      expected.add("0" + time + Long.toHexString(Double.doubleToRawLongBits(first[i])));
      expected.add("1" + time + Long.toHexString(Double.doubleToRawLongBits(second[i])));
    }
    expected.add("1 @300000 from 299000 401c000000000000null");
    expected.add("0 newest @295000 3fe0000000000000false");
    expected.add("0 @290000 from 0 4020000000000000null");
    assertThat(read(ByteBuffer.wrap(record), new Notes())).isEqualTo(expected);
  }

  @Test
  void a_record_of_another_version_is_refused() {
    assertThatThrownBy(() -> read(ByteBuffer.wrap(new byte[] {9, 1}), new Notes()))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("version 9");
  }
}
