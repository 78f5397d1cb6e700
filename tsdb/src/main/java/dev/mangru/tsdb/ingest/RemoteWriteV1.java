package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.wire.ProtobufReader;
import dev.mangru.model.wire.ProtobufWriter;
import java.util.Objects;

/// Decodes remote write 1.0: `prometheus.WriteRequest`. An instance decodes one body.
///
/// ```
/// WriteRequest    timeseries = 1, metadata = 3
/// TimeSeries      labels = 1, samples = 2, exemplars = 3, histograms = 4 (see HistogramReader)
/// Label           name = 1, value = 2
/// Sample          value = 1 (double), timestamp = 2 (milliseconds)
/// Exemplar        labels = 1, value = 2 (double), timestamp = 3
/// MetricMetadata  type = 1, metric_family_name = 2, help = 4, unit = 5
/// ```
///
/// A sender repeats the labels of a series with each sample, byte for byte. So labels are not read
/// but hashed: the end of the message is where the samples are, seen by their shape ([Wire]), and
/// everything before is hashed at once. If the batch knows that hash, these bytes were read as
/// labels before, and where one of them ends does not matter. If not, the labels are walked, and
/// read if the batch does not know them either way. A message whose fields come in an order that
/// encoders do not produce takes the general path, which reads it field by field.
///
/// Source: prometheus.io, “Prometheus Remote-Write 1.0 specification”.
public final class RemoteWriteV1 {

  private final byte[] bytes;
  private final SampleBatch batch;
  private final SeriesSink sink;
  private final LabelReader labels;
  private final LabelHash hash = new LabelHash();
  private final HistogramReader histograms = new HistogramReader();
  private final SampleMessage sample = new SampleMessage(false);

  /// Labels of a series whose labels do not come in a row.
  private final ProtobufWriter row = new ProtobufWriter();

  private RemoteWriteV1(byte[] bytes, SampleBatch batch, Extras extras) {
    this.bytes = bytes;
    this.batch = batch;
    this.sink = new SeriesSink(batch, extras);
    this.labels = new LabelReader(bytes);
  }

  /// Appends every sample of `body`, a decompressed message; exemplars and metadata are only
  /// counted. The caller commits, and drops the appender if this throws.
  ///
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if the body is malformed,
  ///   `BODY_TOO_LARGE` if it has more samples than the store takes at once
  public static RemoteWriteSummary decode(byte[] body, Appender appender) {
    return decode(body, 0, body.length, appender, new Extras(false, false));
  }

  /// Appends every sample of the message of `length` bytes at `offset`, and gathers exemplars and
  /// metadata. The caller commits, and drops the appender if this throws.
  ///
  /// @param appender a [SampleBatch] if the store has one: any other is several times slower
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if the body is malformed,
  ///   `BODY_TOO_LARGE` if it has more samples than the store takes at once
  public static RemoteWriteSummary decode(
      byte[] bytes, int offset, int length, Appender appender, Extras extras) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    return new RemoteWriteV1(bytes, AppenderBatch.of(appender), extras)
        .request(offset, offset + length);
  }

  private RemoteWriteSummary request(int offset, int end) {
    int at = offset;
    while (at < end) {
      long series = bytes[at] == Wire.FIELD_1 ? Wire.extent(bytes, at + 1, end) : Wire.ODD;
      if (series != Wire.ODD && plain(Wire.from(series), Wire.to(series))) {
        at = Wire.to(series);
      } else {
        at = field(new ProtobufReader(bytes, at, end - at));
      }
    }
    return sink.summary();
  }

  /// Any field of the request; returns the place after it.
  private int field(ProtobufReader request) {
    request.nextField();
    switch (request.field()) {
      case 1 -> any(request.readMessage());
      case 3 -> metadata(request.readMessage());
      default -> request.skip();
    }
    return request.position();
  }

  // ---- series as encoders write them ------------------------------------------------------------

  /// A series that has labels first; false, and nothing has happened, if it is not one.
  private boolean plain(int from, int to) {
    int samplesFrom = Wire.samplesFrom(bytes, from, to);
    if (samplesFrom > from && samplesFrom < to) {
      hash.of(bytes, from, samplesFrom);
      int ref = batch.seriesOf(hash.first(), hash.second());
      if (ref >= 0) {
        sink.known(samples(ref, samplesFrom, to));
        return true;
      }
    }
    int labelsTo = Wire.labelsTo(bytes, from, to);
    if (labelsTo <= from || !Wire.isFields2To4(bytes, labelsTo, to)) {
      return false;
    }
    int ref = -1;
    if (labelsTo != samplesFrom || samplesFrom == to) {
      hash.of(bytes, from, labelsTo);
      ref = batch.seriesOf(hash.first(), hash.second());
    }
    sink.begin();
    if (ref < 0) {
      labels.readAll(from, labelsTo, sink);
      ref = sink.define(hash.first(), hash.second());
    }
    rest(new ProtobufReader(bytes, labelsTo, to - labelsTo), ref, from, labelsTo);
    sink.end();
    return true;
  }

  /// Samples of the two shapes in [Wire]; returns how many.
  private int samples(int ref, int from, int to) {
    int count = 0;
    int at = from;
    while (at < to) {
      boolean zero = bytes[at + 1] == Wire.ZERO_SAMPLE - 2;
      int end = at + (zero ? Wire.ZERO_SAMPLE : Wire.SAMPLE);
      long timestampMs = Wire.time(bytes, end);
      if (timestampMs != Wire.ODD) {
        long valueBits = zero ? 0 : Wire.fixed64(bytes, at + 3);
        batch.add(ref, timestampMs, SampleCursor.NO_START, valueBits);
      } else {
        sample.read(new ProtobufReader(bytes, at + 2, end - at - 2));
        batch.add(ref, sample.timestampMs(), SampleCursor.NO_START, sample.valueBits());
      }
      count++;
      at = end;
    }
    return count;
  }

  // ---- series of any shape
  // ------------------------------------------------------------------------

  /// A series with its fields in any order. Its labels are hashed as if they came in a row.
  private void any(ProtobufReader series) {
    sink.begin();
    labels.begin();
    row.clear();
    ProtobufReader first = series.fork();
    while (first.nextField()) {
      if (first.field() == 1) {
        ProtobufReader label = first.readMessage();
        row.bytes(1, bytes, label.position(), first.position() - label.position());
        labels.read(label.position(), first.position(), sink);
      } else {
        first.skip();
      }
    }
    hash.of(row.toByteArray(), 0, row.length());
    int ref = batch.seriesOf(hash.first(), hash.second());
    rest(series, ref < 0 ? sink.define(hash.first(), hash.second()) : ref, 0, 0);
    sink.end();
  }

  /// All fields but labels. Labels that were not read yet are in `[labelsFrom, labelsTo)`, for
  /// whoever needs them.
  private void rest(ProtobufReader series, int known, int labelsFrom, int labelsTo) {
    int ref = known;
    while (series.nextField()) {
      switch (series.field()) {
        case 2 -> {
          sample.read(series.readMessage());
          ref = sink.add(ref, sample.timestampMs(), SampleCursor.NO_START, sample.valueBits());
        }
        case 3 -> {
          ProtobufReader exemplar = series.readMessage();
          if (sink.extras().wantsExemplars()) {
            readLabels(labelsFrom, labelsTo);
            exemplar(exemplar);
          } else {
            sink.exemplars(1);
          }
        }
        case 4 -> {
          NativeHistogram histogram = histograms.read(series.readMessage());
          if (histogram != null) {
            ref = sink.add(ref, histograms.timestampMs(), SampleCursor.NO_START, histogram);
          } else {
            readLabels(labelsFrom, labelsTo);
            sink.badHistogram(histograms.problem());
          }
        }
        default -> series.skip();
      }
    }
  }

  private void readLabels(int from, int to) {
    if (!sink.hasLabels()) {
      labels.readAll(from, to, sink);
    }
  }

  // ---- beside samples
  // -----------------------------------------------------------------------------

  private void exemplar(ProtobufReader exemplar) {
    Labels.Builder about = Labels.builder();
    boolean nameless = false;
    double value = 0;
    long timestampMs = 0;
    while (exemplar.nextField()) {
      switch (exemplar.field()) {
        case 1 -> nameless |= !label(exemplar.readMessage(), about);
        case 2 -> value = exemplar.readDouble();
        case 3 -> timestampMs = exemplar.readVarint();
        default -> exemplar.skip();
      }
    }
    if (nameless) {
      sink.badExtra("an exemplar", "a label name is empty");
    } else {
      sink.exemplar(new Exemplar(about.build(), value, timestampMs));
    }
  }

  /// Adds a label; false if it has no name.
  private static boolean label(ProtobufReader label, Labels.Builder about) {
    String name = "";
    String value = "";
    while (label.nextField()) {
      switch (label.field()) {
        case 1 -> name = label.readString();
        case 2 -> value = label.readString();
        default -> label.skip();
      }
    }
    if (name.isEmpty()) {
      return false;
    }
    about.set(name, value);
    return true;
  }

  private void metadata(ProtobufReader metadata) {
    if (!sink.extras().wantsMetadata()) {
      sink.metadata();
      return;
    }
    long type = 0;
    String metric = "";
    String help = "";
    String unit = "";
    while (metadata.nextField()) {
      switch (metadata.field()) {
        case 1 -> type = metadata.readVarint();
        case 2 -> metric = metadata.readString();
        case 4 -> help = metadata.readString();
        case 5 -> unit = metadata.readString();
        default -> metadata.skip();
      }
    }
    sink.metadata(metric, new MetricMetadata(SeriesSink.type(type), help, unit));
  }
}
