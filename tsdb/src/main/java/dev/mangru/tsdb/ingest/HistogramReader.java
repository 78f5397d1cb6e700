package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.wire.ProtobufReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads one native histogram after the other; both versions of remote write encode them alike.
/// Confined to one thread.
///
/// ```
/// Histogram   count_int = 1 | count_float = 2, sum = 3, schema = 4, zero_threshold = 5,
///             zero_count_int = 6 | zero_count_float = 7,
///             negative_spans = 8, negative_deltas = 9, negative_counts = 10,
///             positive_spans = 11, positive_deltas = 12, positive_counts = 13,
///             reset_hint = 14, timestamp = 15, custom_values = 16, start_timestamp = 17 (2.0)
/// BucketSpan  offset = 1 (zigzag), length = 2
/// ```
///
/// A histogram is of floats if it has `count_float`. Integer histograms carry differences between
/// buckets, float histograms counts; what belongs to the other kind is passed over, as Prometheus
/// does.
///
/// Source: Prometheus `prompb/types.proto`, `prompb/io/prometheus/write/v2/types.proto`.
final class HistogramReader {

  private static final int[] NO_INTS = {};
  private static final long[] NO_LONGS = {};
  private static final double[] NO_DOUBLES = {};

  private boolean integer;
  private long count;
  private long zeroCountInteger;
  private long zeroCountFloat;
  private double sum;
  private int schema;
  private double zeroThreshold;
  private int hint;
  private long timestampMs;
  private long startMs;
  private final Ints negativeSpans = new Ints();
  private final Ints positiveSpans = new Ints();
  private final Longs negativeDeltas = new Longs();
  private final Longs negativeCounts = new Longs();
  private final Longs positiveDeltas = new Longs();
  private final Longs positiveCounts = new Longs();
  private final Longs customBounds = new Longs();
  private String problem = "";

  /// Reads the message that `in` stands at the beginning of.
  ///
  /// @return the histogram, or null if it contradicts itself; then [#problem] tells why
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if the bytes are not the message
  @Nullable NativeHistogram read(ProtobufReader in) {
    clear();
    while (in.nextField()) {
      field(in);
    }
    return build();
  }

  /// Time of the last histogram read.
  long timestampMs() {
    return timestampMs;
  }

  /// When the last histogram's counter began, or [SampleCursor#NO_START].
  long startMs() {
    return startMs;
  }

  /// What is wrong with the last histogram read.
  String problem() {
    return "at " + timestampMs + ": " + problem;
  }

  private void clear() {
    integer = true;
    count = 0;
    zeroCountInteger = 0;
    zeroCountFloat = 0;
    sum = 0;
    schema = 0;
    zeroThreshold = 0;
    hint = 0;
    timestampMs = 0;
    startMs = SampleCursor.NO_START;
    negativeSpans.size = 0;
    positiveSpans.size = 0;
    negativeDeltas.size = 0;
    negativeCounts.size = 0;
    positiveDeltas.size = 0;
    positiveCounts.size = 0;
    customBounds.size = 0;
    problem = "";
  }

  private void field(ProtobufReader in) {
    switch (in.field()) {
      case 1 -> {
        count = in.readVarint();
        integer = true;
      }
      case 2 -> {
        count = in.readFixed64();
        integer = false;
      }
      case 3 -> sum = in.readDouble();
      case 4 -> schema = (int) in.readZigZag();
      case 5 -> zeroThreshold = in.readDouble();
      case 6 -> zeroCountInteger = in.readVarint();
      case 7 -> zeroCountFloat = in.readFixed64();
      case 8 -> span(in.readMessage(), negativeSpans);
      case 9 -> varints(in, negativeDeltas);
      case 10 -> doubles(in, negativeCounts);
      case 11 -> span(in.readMessage(), positiveSpans);
      case 12 -> varints(in, positiveDeltas);
      case 13 -> doubles(in, positiveCounts);
      case 14 -> hint = (int) in.readVarint();
      case 15 -> timestampMs = in.readVarint();
      case 16 -> doubles(in, customBounds);
      case 17 -> startMs = in.readVarint();
      default -> in.skip();
    }
  }

  private static void span(ProtobufReader in, Ints spans) {
    int offset = 0;
    int length = 0;
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> offset = (int) in.readZigZag();
        case 2 -> length = (int) in.readVarint();
        default -> in.skip();
      }
    }
    spans.add(offset);
    spans.add(length);
  }

  private static void varints(ProtobufReader in, Longs to) {
    if (in.wireType() == ProtobufReader.VARINT) {
      to.add(in.readZigZag());
      return;
    }
    ProtobufReader packed = in.readMessage();
    while (packed.hasMore()) {
      long value = packed.nextPackedVarint();
      to.add((value >>> 1) ^ -(value & 1));
    }
  }

  private static void doubles(ProtobufReader in, Longs to) {
    if (in.wireType() == ProtobufReader.FIXED64) {
      to.add(in.readFixed64());
      return;
    }
    ProtobufReader packed = in.readMessage();
    while (packed.hasMore()) {
      to.add(packed.nextPackedFixed64());
    }
  }

  private @Nullable NativeHistogram build() {
    Longs negative = integer ? negativeDeltas : negativeCounts;
    Longs positive = integer ? positiveDeltas : positiveCounts;
    int[] positiveRuns = positiveSpans.array();
    int[] negativeRuns = negativeSpans.array();
    String wrong = HistogramChecks.sizes(positiveRuns, positive.size, "positive");
    if (wrong.isEmpty()) {
      wrong = HistogramChecks.sizes(negativeRuns, negative.size, "negative");
    }
    if (wrong.isEmpty() && (hint < 0 || hint >= HINTS.length)) {
      wrong = "the reset hint is " + hint + "; known are 0 to " + (HINTS.length - 1);
    }
    if (!wrong.isEmpty()) {
      problem = wrong;
      return null;
    }
    NativeHistogram built =
        NativeHistogram.builder(integer)
            .resetHint(HINTS[hint])
            .schema(schema)
            .zero(zeroThreshold, integer ? zeroCountInteger : zeroCountFloat)
            .total(count, sum)
            .positive(positiveRuns, integer ? positive.sums() : positive.array())
            .negative(negativeRuns, integer ? negative.sums() : negative.array())
            .customBounds(customBounds.doubles())
            .build();
    problem = HistogramChecks.check(built);
    return problem.isEmpty() ? built : null;
  }

  private static final ResetHint[] HINTS = ResetHint.values();

  /// Grows by what was read, never by what was announced.
  private static final class Ints {
    private int[] values = new int[8];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    int[] array() {
      return size == 0 ? NO_INTS : Arrays.copyOf(values, size);
    }
  }

  private static final class Longs {
    private long[] values = new long[8];
    private int size;

    void add(long value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    long[] array() {
      return size == 0 ? NO_LONGS : Arrays.copyOf(values, size);
    }

    /// Differences summed up, with wrap-around.
    long[] sums() {
      long[] sums = array();
      for (int i = 1; i < sums.length; i++) {
        sums[i] += sums[i - 1];
      }
      return sums;
    }

    double[] doubles() {
      double[] result = size == 0 ? NO_DOUBLES : new double[size];
      for (int i = 0; i < size; i++) {
        result[i] = Double.longBitsToDouble(values[i]);
      }
      return result;
    }
  }
}
