package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.wire.ProtobufReader;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// One data point of any kind. Confined to one thread; reused from point to point.
///
/// ```
///                       attributes start time                              exemplars flags
/// NumberDataPoint                7     2    3  double = 4, int = 6                 5     8
/// HistogramDataPoint             9     2    3  count = 4, sum = 5, buckets = 6,    8    10
///                                              bounds = 7
/// ExponentialHistogram…          1     2    3  count = 4, sum = 5, scale = 6,     11    10
///                                              zero = 7, positive = 8,
///                                              negative = 9, threshold = 14
/// SummaryDataPoint               7     2    3  count = 4, sum = 5, quantiles = 6         8
/// ```
final class Point {

  private static final long NO_RECORDED_VALUE = 1;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /// Most exemplars of a point; further ones are left out. Chosen.
  private static final int MAX_EXEMPLARS = 1_000;

  private static final HexFormat HEX = HexFormat.of();

  final Attributes attributes = new Attributes();
  final List<Exemplar> exemplars = new ArrayList<>();
  final BucketLayout positive = new BucketLayout();
  final BucketLayout negative = new BucketLayout();
  final Doubles bounds = new Doubles();

  /// Quantile, value, quantile, value, ….
  final Doubles quantiles = new Doubles();

  long timeNs;
  long startNs;
  double value;
  long count;
  double sum;
  boolean hasSum;
  long zeroCount;
  double zeroThreshold;
  int scale;
  int positiveOffset;
  int negativeOffset;
  private long flags;

  private final Attributes ofExemplar = new Attributes();

  private void clear() {
    attributes.clear();
    exemplars.clear();
    positive.clear();
    negative.clear();
    bounds.clear();
    quantiles.clear();
    timeNs = 0;
    startNs = 0;
    value = 0;
    count = 0;
    sum = 0;
    hasSum = false;
    zeroCount = 0;
    zeroThreshold = 0;
    scale = 0;
    positiveOffset = 0;
    negativeOffset = 0;
    flags = 0;
  }

  long timeMs() {
    return timeNs / NANOS_PER_MILLI;
  }

  /// When the counter began; not after the point.
  long startMs() {
    long startMs = startNs / NANOS_PER_MILLI;
    return startMs > 0 && startMs <= timeMs() ? startMs : SampleCursor.NO_START;
  }

  /// Whether the point says that its series has ended.
  boolean stale() {
    return (flags & NO_RECORDED_VALUE) != 0;
  }

  // ---- kinds of points ------------------------------------------------------------------------

  void number(ProtobufReader in) {
    clear();
    while (in.nextField()) {
      switch (in.field()) {
        case 2 -> startNs = in.readFixed64();
        case 3 -> timeNs = in.readFixed64();
        case 4 -> value = in.readDouble();
        case 5 -> exemplar(in.readMessage());
        case 6 -> value = (double) in.readFixed64();
        case 7 -> AnyValues.attribute(in.readMessage(), attributes);
        case 8 -> flags = in.readVarint();
        default -> in.skip();
      }
    }
  }

  void histogram(ProtobufReader in) {
    clear();
    while (in.nextField()) {
      switch (in.field()) {
        case 2 -> startNs = in.readFixed64();
        case 3 -> timeNs = in.readFixed64();
        case 4 -> count = in.readFixed64();
        case 5 -> sum(in);
        case 6 -> fixed(in, positive);
        case 7 -> doubles(in, bounds);
        case 8 -> exemplar(in.readMessage());
        case 9 -> AnyValues.attribute(in.readMessage(), attributes);
        case 10 -> flags = in.readVarint();
        default -> in.skip();
      }
    }
  }

  void exponential(ProtobufReader in) {
    clear();
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> AnyValues.attribute(in.readMessage(), attributes);
        case 2 -> startNs = in.readFixed64();
        case 3 -> timeNs = in.readFixed64();
        case 4 -> count = in.readFixed64();
        case 5 -> sum(in);
        case 6 -> scale = (int) in.readZigZag();
        case 7 -> zeroCount = in.readFixed64();
        case 8 -> positiveOffset = buckets(in.readMessage(), positive);
        case 9 -> negativeOffset = buckets(in.readMessage(), negative);
        case 10 -> flags = in.readVarint();
        case 11 -> exemplar(in.readMessage());
        case 14 -> zeroThreshold = in.readDouble();
        default -> in.skip();
      }
    }
  }

  void summary(ProtobufReader in) {
    clear();
    while (in.nextField()) {
      switch (in.field()) {
        case 2 -> startNs = in.readFixed64();
        case 3 -> timeNs = in.readFixed64();
        case 4 -> count = in.readFixed64();
        case 5 -> sum(in);
        case 6 -> quantile(in.readMessage());
        case 7 -> AnyValues.attribute(in.readMessage(), attributes);
        case 8 -> flags = in.readVarint();
        default -> in.skip();
      }
    }
  }

  // ---- parts ----------------------------------------------------------------------------------

  private void sum(ProtobufReader in) {
    sum = in.readDouble();
    hasSum = true;
  }

  private static void fixed(ProtobufReader in, BucketLayout to) {
    if (in.wireType() == ProtobufReader.FIXED64) {
      to.add(in.readFixed64());
      return;
    }
    ProtobufReader packed = in.readMessage();
    while (packed.hasMore()) {
      to.add(packed.nextPackedFixed64());
    }
  }

  private static void doubles(ProtobufReader in, Doubles to) {
    if (in.wireType() == ProtobufReader.FIXED64) {
      to.add(in.readDouble());
      return;
    }
    ProtobufReader packed = in.readMessage();
    while (packed.hasMore()) {
      to.add(Double.longBitsToDouble(packed.nextPackedFixed64()));
    }
  }

  /// Reads `offset = 1, bucket_counts = 2`; returns the offset.
  private static int buckets(ProtobufReader in, BucketLayout to) {
    to.clear();
    int offset = 0;
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> offset = (int) in.readZigZag();
        case 2 -> {
          if (in.wireType() == ProtobufReader.VARINT) {
            to.add(in.readVarint());
            continue;
          }
          ProtobufReader packed = in.readMessage();
          while (packed.hasMore()) {
            to.add(packed.nextPackedVarint());
          }
        }
        default -> in.skip();
      }
    }
    return offset;
  }

  private void quantile(ProtobufReader in) {
    double quantile = 0;
    double of = 0;
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> quantile = in.readDouble();
        case 2 -> of = in.readDouble();
        default -> in.skip();
      }
    }
    quantiles.add(quantile);
    quantiles.add(of);
  }

  /// `time = 2, double = 3, span = 4, trace = 5, int = 6, filtered attributes = 7`. The attributes
  /// are left out if they make the labels longer than they may be.
  private void exemplar(ProtobufReader in) {
    ofExemplar.clear();
    long exemplarNs = 0;
    double observed = 0;
    Labels.Builder ids = Labels.builder();
    while (in.nextField()) {
      switch (in.field()) {
        case 2 -> exemplarNs = in.readFixed64();
        case 3 -> observed = in.readDouble();
        case 4 -> id(ids, "span_id", in.readBytes(), 8);
        case 5 -> id(ids, "trace_id", in.readBytes(), 16);
        case 6 -> observed = (double) in.readFixed64();
        case 7 -> AnyValues.attribute(in.readMessage(), ofExemplar);
        default -> in.skip();
      }
    }
    if (exemplars.size() == MAX_EXEMPLARS) {
      return;
    }
    Exemplar bare = new Exemplar(ids.build(), observed, exemplarNs / NANOS_PER_MILLI);
    for (Attributes.Attribute attribute : ofExemplar.all()) {
      if (!attribute.key().isEmpty()) {
        ids.set(attribute.key(), attribute.value());
      }
    }
    Exemplar whole = new Exemplar(ids.build(), observed, bare.timestampMs());
    exemplars.add(whole.labelCharacters() <= Exemplar.MAX_LABEL_CHARACTERS ? whole : bare);
  }

  /// All zero is the same as none.
  private static void id(Labels.Builder labels, String name, byte[] id, int length) {
    if (id.length == 0) {
      return;
    }
    if (id.length != length) {
      throw MangruException.badData(
          "the " + name + " of an exemplar has " + id.length + " bytes, not " + length);
    }
    String hex = HEX.formatHex(id);
    if (!hex.equals("0".repeat(2 * length))) {
      labels.set(name, hex);
    }
  }
}
