package dev.mangru.tsdb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.wire.ProtobufReader;
import dev.mangru.model.wire.ProtobufWriter;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HistogramReaderTest {

  private final HistogramReader reader = new HistogramReader();

  private @Nullable NativeHistogram read(Consumer<ProtobufWriter> fields) {
    ProtobufWriter out = new ProtobufWriter();
    fields.accept(out);
    return reader.read(new ProtobufReader(out.toByteArray()));
  }

  private void refused(String reason, Consumer<ProtobufWriter> fields) {
    assertThat(read(fields.andThen(out -> out.varint(15, 1234)))).isNull();
    assertThat(reader.problem()).startsWith("at 1234: ").contains(reason);
  }

  private static void deltas(ProtobufWriter out, int field, long[] counts) {
    out.message(
        field,
        packed -> {
          long before = 0;
          for (long count : counts) {
            long delta = count - before;
            packed.rawVarint((delta << 1) ^ (delta >> 63));
            before = count;
          }
        });
  }

  private static void spans(ProtobufWriter out, int field, int[] spans) {
    for (int i = 0; i < spans.length; i += 2) {
      int offset = spans[i];
      int length = spans[i + 1];
      out.message(field, span -> span.zigZag(1, offset).varint(2, length));
    }
  }

  /// Offset and length of runs that have `buckets` together.
  private static int[] randomSpans(Random random, int buckets, boolean custom) {
    int runs = buckets == 0 ? random.nextInt(2) : 1 + random.nextInt(3);
    int[] spans = new int[2 * runs];
    int left = buckets;
    for (int i = 0; i < runs; i++) {
      spans[2 * i] = i == 0 && !custom ? random.nextInt(100) - 50 : random.nextInt(5);
      spans[2 * i + 1] = i == runs - 1 ? left : random.nextInt(left + 1);
      left -= spans[2 * i + 1];
    }
    return spans;
  }

  @Seeds(500)
  void what_is_written_is_read_back_bit_for_bit(long seed) {
    Random random = new Random(seed);
    boolean integer = random.nextBoolean();
    boolean custom = random.nextInt(3) == 0;
    long[] positive = random.longs(random.nextInt(20), 0, 1000).toArray();
    long[] negative = custom ? new long[0] : random.longs(random.nextInt(5), 0, 10).toArray();
    long zero = custom ? 0 : random.nextInt(100);
    long count = zero;
    for (long value : positive) {
      count += value;
    }
    for (long value : negative) {
      count += value;
    }
    int[] positiveSpans = randomSpans(random, positive.length, custom);
    int[] negativeSpans = custom ? new int[0] : randomSpans(random, negative.length, false);
    double[] bounds = new double[custom ? 60 : 0];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = i * 1.5 - 3;
    }
    double sum = random.nextInt(4) == 0 ? StaleMarker.VALUE : random.nextGaussian();
    int hintNumber = random.nextInt(4);
    ResetHint hint =
        List.of(ResetHint.UNKNOWN, ResetHint.RESET, ResetHint.NO_RESET, ResetHint.GAUGE)
            .get(hintNumber);
    int schema = custom ? NativeHistogram.CUSTOM_BUCKETS_SCHEMA : random.nextInt(13) - 4;
    double threshold = custom ? 0 : 0.001;
    long total = count;
    NativeHistogram read =
        read(out -> {
          spans(out, 8, negativeSpans);
          spans(out, 11, positiveSpans);
          if (integer) {
            out.varint(1, total).varint(6, zero);
            deltas(out, 9, negative);
            deltas(out, 12, positive);
          } else {
            out.doubleField(2, (double) total).doubleField(7, (double) zero);
            for (long value : negative) {
              out.doubleField(10, (double) value);
            }
            for (long value : positive) {
              out.doubleField(13, (double) value);
            }
          }
          for (double bound : bounds) {
            out.doubleField(16, bound);
          }
          out.doubleField(3, sum).zigZag(4, schema).doubleField(5, threshold);
          out.varint(14, hintNumber).varint(15, 77).varint(17, 66);
        });
    NativeHistogram expected =
        NativeHistogram.builder(integer)
            .schema(schema)
            .resetHint(hint)
            .zero(threshold, inKind(zero, integer))
            .total(inKind(total, integer), sum)
            .positive(positiveSpans, inKind(positive, integer))
            .negative(negativeSpans, inKind(negative, integer))
            .customBounds(bounds)
            .build();
    assertThat(read).as(reader.problem()).isEqualTo(expected);
    assertThat(reader.timestampMs()).isEqualTo(77);
    assertThat(reader.startMs()).isEqualTo(66);
  }

  private static long inKind(long count, boolean integer) {
    return integer ? count : Double.doubleToRawLongBits((double) count);
  }

  private static long[] inKind(long[] counts, boolean integer) {
    long[] result = counts.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] = inKind(result[i], integer);
    }
    return result;
  }

  @Test
  void a_stale_marker_is_a_histogram_of_nothing() {
    NativeHistogram stale = read(out -> out.doubleField(3, StaleMarker.VALUE).varint(15, 5));
    assertThat(stale).isNotNull();
    assertThat(stale.stale()).isTrue();
  }

  @Test
  void one_histogram_leaves_nothing_to_the_next() {
    read(out -> {
      out.varint(1, 3).varint(14, 3).varint(17, 9).zigZag(4, 2).doubleField(16, 1);
      spans(out, 11, new int[] {0, 1});
      deltas(out, 12, new long[] {3});
    });
    assertThat(read(out -> out.varint(15, 1))).isEqualTo(NativeHistogram.builder(true).build());
    assertThat(reader.startMs()).isZero();
  }

  @Test
  void what_contradicts_itself_is_refused_with_the_reason() {
    refused(
        "the positive spans name 2 buckets, and there are 0", o -> spans(o, 11, new int[] {0, 2}));
    refused(
        "the negative spans name 0 buckets, and there are 1", o -> deltas(o, 9, new long[] {1}));
    refused("schema 9 is not supported", o -> o.zigZag(4, 9));
    refused("schema -5 is not supported", o -> o.zigZag(4, -5));
    refused("the reset hint is 7", o -> o.varint(14, 7));
    refused("0 observations are in buckets, and the count is 5", o -> o.varint(1, 5));
    refused("custom bounds with schema 0", o -> o.doubleField(16, 1));
    refused(
        "a positive span has the negative offset -1",
        o -> {
          spans(o, 11, new int[] {0, 1, -1, 1});
          deltas(o, 12, new long[] {1, 1});
          o.varint(1, 2);
        });
    refused(
        "a count of observations is negative: -1",
        o -> {
          spans(o, 11, new int[] {0, 1});
          deltas(o, 12, new long[] {-1});
        });
    refused("a count of observations is negative: -2.0", o -> o.doubleField(2, -2));
    refused(
        "a count of observations is negative: -3.0", o -> o.doubleField(2, 1).doubleField(7, -3));
  }

  @Test
  void custom_buckets_have_rules_of_their_own() {
    Consumer<ProtobufWriter> custom = o -> o.zigZag(4, NativeHistogram.CUSTOM_BUCKETS_SCHEMA);
    refused(
        "custom bounds must ascend: 1.0 comes after 1.0",
        custom.andThen(o -> o.doubleField(16, 1).doubleField(16, 1)));
    refused("custom bounds must ascend: NaN", custom.andThen(o -> o.doubleField(16, Double.NaN)));
    refused(
        "custom bounds must be finite",
        custom.andThen(o -> o.doubleField(16, Double.POSITIVE_INFINITY)));
    refused("no zero bucket", custom.andThen(o -> o.varint(1, 1).varint(6, 1)));
    refused("no zero bucket", custom.andThen(o -> o.doubleField(5, 0.1)));
    refused("no negative side", custom.andThen(o -> spans(o, 8, new int[] {0, 0})));
    refused(
        "the spans reach 4 custom buckets, and there are 3",
        custom.andThen(o -> {
          o.doubleField(16, 1).doubleField(16, 2).varint(1, 1);
          spans(o, 11, new int[] {3, 1});
          deltas(o, 12, new long[] {1});
        }));
  }

  @Test
  void observations_of_nan_are_in_no_bucket() {
    assertThat(read(o -> o.varint(1, 5).doubleField(3, Double.NaN))).isNotNull();
    refused(
        "6 observations are in buckets, and the count is 5",
        o -> o.varint(1, 5).varint(6, 6).doubleField(3, Double.NaN));
  }

  @Test
  void a_side_has_a_limit_of_buckets() {
    refused(
        "65537 positive buckets; the limit is 65536",
        o -> {
          spans(o, 11, new int[] {0, HistogramChecks.MAX_BUCKETS + 1});
          deltas(o, 12, new long[HistogramChecks.MAX_BUCKETS + 1]);
        });
  }
}
