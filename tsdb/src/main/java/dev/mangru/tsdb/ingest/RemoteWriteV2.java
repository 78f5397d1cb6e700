package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.wire.ProtobufReader;
import java.util.Arrays;
import java.util.Objects;

/// Decodes remote write 2.0: `io.prometheus.write.v2.Request`. An instance decodes one body.
///
/// ```
/// Request     symbols = 4, timeseries = 5
/// TimeSeries  labels_refs = 1 (name, value, name, value, … as numbers of symbols), samples = 2,
///             histograms = 3 (see HistogramReader), exemplars = 4, metadata = 5,
///             created_timestamp = 6
/// Sample      value = 1 (double), timestamp = 2 (milliseconds), start_timestamp = 3
/// Exemplar    labels_refs = 1, value = 2 (double), timestamp = 3
/// Metadata    type = 1, help_ref = 3, unit_ref = 4
/// ```
///
/// Each symbol is hashed once; a series is known by the hashes of its symbols in their order, and
/// strings are made only for one that is not. A start timestamp of a sample comes before the
/// created timestamp of its series, which drafts of the specification had instead.
///
/// Source: prometheus.io, “Prometheus Remote-Write 2.0 specification”.
public final class RemoteWriteV2 {

  /// `created_timestamp`, a varint.
  private static final byte CREATED = 6 << 3;

  /// Tags of a sample's fields.
  private static final byte VALUE = 1 << 3 | 1;

  private static final byte TIME = 2 << 3;
  private static final byte START = 3 << 3;

  /// Bytes of a sample with value, time and start, each time six bytes.
  private static final int STARTED_SAMPLE = 9 + 7 + 7;

  private final byte[] bytes;
  private final Symbols symbols;
  private final SampleBatch batch;
  private final SeriesSink sink;
  private final LabelHash hash = new LabelHash();
  private final HistogramReader histograms = new HistogramReader();
  private final SampleMessage sample = new SampleMessage(true);

  /// References of the series' labels; a first one that is beyond the symbols.
  private int[] references = new int[64];

  private int count;
  private long beyond;
  private boolean anyBeyond;
  private long createdMs;
  private boolean samplesOnly;

  private RemoteWriteV2(byte[] bytes, Symbols symbols, SampleBatch batch, Extras extras) {
    this.bytes = bytes;
    this.symbols = symbols;
    this.batch = batch;
    this.sink = new SeriesSink(batch, extras);
  }

  /// Appends every sample of `body`, a decompressed message; exemplars and metadata are only
  /// counted. The caller commits, and drops the appender if this throws.
  ///
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if the body is malformed or its
  ///   first symbol is not empty, `BODY_TOO_LARGE` if it has more samples than the store takes at
  ///   once
  public static RemoteWriteSummary decode(byte[] body, Appender appender) {
    return decode(body, 0, body.length, appender, new Extras(false, false));
  }

  /// Appends every sample of the message of `length` bytes at `offset`, and gathers exemplars and
  /// metadata. The caller commits, and drops the appender if this throws.
  ///
  /// @param appender a [SampleBatch] if the store has one: any other is several times slower
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if the body is malformed or its
  ///   first symbol is not empty, `BODY_TOO_LARGE` if it has more samples than the store takes at
  ///   once
  public static RemoteWriteSummary decode(
      byte[] bytes, int offset, int length, Appender appender, Extras extras) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    Symbols symbols = Symbols.take();
    try {
      symbols.read(bytes, offset, offset + length);
      return new RemoteWriteV2(bytes, symbols, AppenderBatch.of(appender), extras)
          .request(offset, offset + length);
    } finally {
      symbols.release();
    }
  }

  private RemoteWriteSummary request(int offset, int end) {
    int at = offset;
    while (at < end) {
      long field = Wire.extent(bytes, at + 1, end);
      byte tag = bytes[at];
      if (field != Wire.ODD && tag == Wire.FIELD_4) {
        at = Wire.to(field);
      } else if (field != Wire.ODD
          && tag == Wire.FIELD_5
          && plain(Wire.from(field), Wire.to(field))) {
        at = Wire.to(field);
      } else {
        ProtobufReader request = new ProtobufReader(bytes, at, end - at);
        request.nextField();
        if (request.field() == 5) {
          any(request.readMessage());
        } else {
          request.skip();
        }
        at = request.position();
      }
    }
    return sink.summary();
  }

  // ---- series as encoders write them ------------------------------------------------------------

  /// A series with all its references first; false, and nothing has happened, if it is not one.
  private boolean plain(int from, int to) {
    if (from == to || bytes[from] != Wire.FIELD_1) {
      return false;
    }
    long packed = Wire.extent(bytes, from + 1, to);
    if (packed == Wire.ODD
        || !scan(Wire.to(packed), to)
        || !readReferences(Wire.from(packed), Wire.to(packed))) {
      return false;
    }
    symbols.hash(references, count, hash);
    int ref = batch.seriesOf(hash.first(), hash.second());
    if (ref >= 0 && samplesOnly) {
      sink.known(samples(ref, Wire.to(packed), to));
      return true;
    }
    sink.begin();
    if (ref < 0) {
      readLabels();
      ref = sink.define(hash.first(), hash.second());
    }
    rest(new ProtobufReader(bytes, Wire.to(packed), to - Wire.to(packed)), ref);
    sink.end();
    return true;
  }

  /// Looks over the fields after the references: whether there are only known ones, and whether
  /// they are only samples, a created timestamp, and metadata that nobody wants.
  private boolean scan(int from, int to) {
    createdMs = SampleCursor.NO_START;
    samplesOnly = true;
    int at = from;
    while (at < to) {
      byte tag = bytes[at];
      if (tag == CREATED) {
        long value = 0;
        int shift = 0;
        byte next;
        do {
          if (++at == to || shift > 56) {
            return false;
          }
          next = bytes[at];
          value |= (long) (next & 0x7f) << shift;
          shift += 7;
        } while (next < 0);
        createdMs = value;
        at++;
        continue;
      }
      if (tag == Wire.FIELD_3
          || tag == Wire.FIELD_4
          || (tag == Wire.FIELD_5 && sink.extras().wantsMetadata())) {
        samplesOnly = false;
      } else if (tag != Wire.FIELD_2 && tag != Wire.FIELD_5) {
        return false;
      }
      long field = Wire.extent(bytes, at + 1, to);
      if (field == Wire.ODD) {
        return false;
      }
      at = Wire.to(field);
    }
    return true;
  }

  /// References of a packed field; false if there are none, an odd number, or one is beyond the
  /// symbols.
  private boolean readReferences(int from, int to) {
    if (references.length < to - from) {
      references = Arrays.copyOf(references, Math.max(2 * references.length, to - from));
    }
    int[] target = references;
    int limit = symbols.count();
    int length = 0;
    int at = from;
    while (at < to) {
      int reference = bytes[at++];
      if (reference < 0) {
        if (at == to) {
          return false;
        }
        reference = (reference & 0x7f) | bytes[at++] << 7;
        if (reference < 0) {
          if (at == to || bytes[at] < 0) {
            return false;
          }
          reference = (reference & 0x3fff) | bytes[at++] << 14;
        }
      }
      if (reference >= limit) {
        return false;
      }
      target[length++] = reference;
    }
    count = length;
    anyBeyond = false;
    return length > 0 && length % 2 == 0;
  }

  /// Samples of a series with nothing else that matters; returns how many.
  private int samples(int ref, int from, int to) {
    int samples = 0;
    int at = from;
    while (at < to) {
      byte tag = bytes[at];
      if (tag == CREATED) {
        do {
          at++;
        } while (bytes[at] < 0);
        at++;
        continue;
      }
      long field = Wire.extent(bytes, at + 1, to);
      if (tag == Wire.FIELD_5) {
        sink.metadata();
      } else {
        sample(ref, Wire.from(field), Wire.to(field));
        samples++;
      }
      at = Wire.to(field);
    }
    return samples;
  }

  private void sample(int ref, int from, int to) {
    if (to - from == Wire.SAMPLE - 2 && bytes[from] == VALUE && bytes[from + 9] == TIME) {
      long timestampMs = Wire.time(bytes, to);
      if (timestampMs != Wire.ODD) {
        batch.add(ref, timestampMs, createdMs, Wire.fixed64(bytes, from + 1));
        return;
      }
    } else if (to - from == STARTED_SAMPLE
        && bytes[from] == VALUE
        && bytes[from + 9] == TIME
        && bytes[from + 16] == START) {
      long timestampMs = Wire.time(bytes, to - 7);
      long startMs = Wire.time(bytes, to);
      if (timestampMs != Wire.ODD && startMs != Wire.ODD) {
        batch.add(ref, timestampMs, startMs, Wire.fixed64(bytes, from + 1));
        return;
      }
    }
    sample.read(new ProtobufReader(bytes, from, to - from));
    batch.add(ref, sample.timestampMs(), startMs(sample.startMs()), sample.valueBits());
  }

  private long startMs(long ofSample) {
    return ofSample == SampleCursor.NO_START ? createdMs : ofSample;
  }

  // ---- series of any shape
  // ------------------------------------------------------------------------

  private void any(ProtobufReader series) {
    sink.begin();
    count = 0;
    anyBeyond = false;
    createdMs = SampleCursor.NO_START;
    ProtobufReader first = series.fork();
    while (first.nextField()) {
      switch (first.field()) {
        case 1 -> references(first, true);
        case 6 -> createdMs = first.readVarint();
        default -> first.skip();
      }
    }
    if (count % 2 != 0) {
      sink.bad("an odd number of label references: " + count);
    }
    symbols.hash(references, count, hash);
    boolean known = !anyBeyond && count % 2 == 0;
    int ref = known ? batch.seriesOf(hash.first(), hash.second()) : SeriesSink.BAD;
    rest(series, ref < 0 ? sink.define(hash.first(), hash.second()) : ref);
    sink.end();
  }

  /// @param ofSeries whether they are labels of the series, which the sink is told of
  private void references(ProtobufReader in, boolean ofSeries) {
    if (in.wireType() == ProtobufReader.VARINT) {
      reference(in.readVarint(), ofSeries);
      return;
    }
    ProtobufReader packed = in.readMessage();
    while (packed.hasMore()) {
      reference(packed.nextPackedVarint(), ofSeries);
    }
  }

  private void reference(long reference, boolean ofSeries) {
    if (count == references.length) {
      references = Arrays.copyOf(references, 2 * count);
    }
    if (isBeyond(reference)) {
      if (!anyBeyond) {
        beyond = reference;
      }
      anyBeyond = true;
      if (ofSeries) {
        sink.bad(beyond("label", reference));
      }
      references[count++] = 0; // the empty string
    } else {
      references[count++] = (int) reference;
    }
    if (ofSeries && count % 2 == 0) {
      sink.label(symbols.text(references[count - 2]), symbols.text(references[count - 1]));
    }
  }

  /// Gives the series' labels to the sink.
  private void readLabels() {
    for (int i = 0; i + 1 < count; i += 2) {
      sink.label(symbols.text(references[i]), symbols.text(references[i + 1]));
    }
  }

  private String beyond(String what, long reference) {
    return what
        + " reference "
        + Long.toUnsignedString(reference)
        + " is beyond the "
        + symbols.count()
        + " symbols";
  }

  /// All fields but references.
  private void rest(ProtobufReader series, int known) {
    int ref = known;
    while (series.nextField()) {
      switch (series.field()) {
        case 2 -> {
          sample.read(series.readMessage());
          ref = sink.add(ref, sample.timestampMs(), startMs(sample.startMs()), sample.valueBits());
        }
        case 3 -> {
          NativeHistogram histogram = histograms.read(series.readMessage());
          if (histogram != null) {
            ref = sink.add(ref, histograms.timestampMs(), startMs(histograms.startMs()), histogram);
          } else {
            needLabels();
            sink.badHistogram(histograms.problem());
          }
        }
        case 4 -> {
          ProtobufReader exemplar = series.readMessage();
          if (sink.extras().wantsExemplars()) {
            needLabels();
            exemplar(exemplar);
          } else {
            sink.exemplars(1);
          }
        }
        case 5 -> {
          ProtobufReader metadata = series.readMessage();
          if (sink.extras().wantsMetadata()) {
            metadata(metadata);
          } else {
            sink.metadata();
          }
        }
        default -> series.skip();
      }
    }
  }

  private void needLabels() {
    if (!sink.hasLabels()) {
      readLabels();
    }
  }

  // ---- beside samples
  // -----------------------------------------------------------------------------

  private void exemplar(ProtobufReader exemplar) {
    int labelsAt = count; // behind the references of the series
    boolean beyondBefore = anyBeyond;
    anyBeyond = false;
    double value = 0;
    long timestampMs = 0;
    while (exemplar.nextField()) {
      switch (exemplar.field()) {
        case 1 -> references(exemplar, false);
        case 2 -> value = exemplar.readDouble();
        case 3 -> timestampMs = exemplar.readVarint();
        default -> exemplar.skip();
      }
    }
    int end = count;
    count = labelsAt;
    boolean wrong = anyBeyond;
    anyBeyond = beyondBefore;
    if (wrong) {
      sink.badExtra("an exemplar", beyond("label", beyond));
      return;
    }
    if ((end - labelsAt) % 2 != 0) {
      sink.badExtra("an exemplar", "an odd number of label references: " + (end - labelsAt));
      return;
    }
    Labels.Builder about = Labels.builder();
    for (int i = labelsAt; i < end; i += 2) {
      String name = symbols.text(references[i]);
      if (name.isEmpty()) {
        sink.badExtra("an exemplar", "a label name is empty");
        return;
      }
      about.set(name, symbols.text(references[i + 1]));
    }
    sink.exemplar(new Exemplar(about.build(), value, timestampMs));
  }

  private void metadata(ProtobufReader metadata) {
    long type = 0;
    long help = 0;
    long unit = 0;
    while (metadata.nextField()) {
      switch (metadata.field()) {
        case 1 -> type = metadata.readVarint();
        case 3 -> help = metadata.readVarint();
        case 4 -> unit = metadata.readVarint();
        default -> metadata.skip();
      }
    }
    if (isBeyond(help) || isBeyond(unit)) {
      needLabels();
      sink.badExtra("metadata", isBeyond(help) ? beyond("help", help) : beyond("unit", unit));
      return;
    }
    sink.metadata(
        metric(),
        new MetricMetadata(
            SeriesSink.type(type), symbols.text((int) help), symbols.text((int) unit)));
  }

  private boolean isBeyond(long reference) {
    return reference < 0 || reference >= symbols.count();
  }

  private String metric() {
    for (int i = 0; i + 1 < count; i += 2) {
      if (symbols.isMetricName(references[i])) {
        return symbols.text(references[i + 1]);
      }
    }
    return "";
  }
}
