package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.wire.ProtobufReader;

/// Decodes remote write 1.0: `prometheus.WriteRequest`. Thread-safe, has no state.
///
/// ```
/// WriteRequest  timeseries = 1, metadata = 3
/// TimeSeries    labels = 1, samples = 2, exemplars = 3, histograms = 4
/// Label         name = 1, value = 2
/// Sample        value = 1 (double), timestamp = 2 (milliseconds)
/// ```
///
/// Source: prometheus.io, “Prometheus Remote-Write 1.0 specification”.
public final class RemoteWriteV1 {

  private RemoteWriteV1() {}

  /// Appends every sample of `body`, a decompressed message. The caller commits, and drops the
  /// appender if this throws.
  ///
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if the body is malformed,
  ///   `BODY_TOO_LARGE` if it has more samples than the store takes at once
  public static RemoteWriteSummary decode(byte[] body, Appender appender) {
    SeriesSink sink = new SeriesSink(appender);
    ProtobufReader request = new ProtobufReader(body);
    while (request.nextField()) {
      switch (request.field()) {
        case 1 -> series(request.readMessage(), sink);
        case 3 -> {
          request.readMessage();
          sink.metadata();
        }
        default -> request.skip();
      }
    }
    return sink.summary();
  }

  private static void series(ProtobufReader series, SeriesSink sink) {
    sink.beginSeries();
    // Senders write labels first, but a message may have its fields in any order.
    ProtobufReader labels = series.fork();
    while (labels.nextField()) {
      if (labels.field() == 1) {
        label(labels.readMessage(), sink);
      } else {
        labels.skip();
      }
    }
    sink.endLabels();
    while (series.nextField()) {
      switch (series.field()) {
        case 2 -> sample(series.readMessage(), sink);
        case 3 -> {
          series.readMessage();
          sink.exemplar();
        }
        case 4 -> {
          series.readMessage();
          sink.histogram();
        }
        default -> series.skip();
      }
    }
    sink.endSeries();
  }

  private static void label(ProtobufReader label, SeriesSink sink) {
    String name = "";
    String value = "";
    while (label.nextField()) {
      switch (label.field()) {
        case 1 -> name = label.readString();
        case 2 -> value = label.readString();
        default -> label.skip();
      }
    }
    sink.label(name, value);
  }

  /// Reads a sample; both versions number its first two fields alike.
  static void sample(ProtobufReader sample, SeriesSink sink) {
    double value = 0;
    long timestampMs = 0;
    while (sample.nextField()) {
      switch (sample.field()) {
        case 1 -> value = sample.readDouble();
        case 2 -> timestampMs = sample.readVarint();
        default -> sample.skip();
      }
    }
    sink.sample(timestampMs, value);
  }
}
