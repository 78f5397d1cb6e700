package dev.mangru.tsdb.ingest;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.wire.ProtobufReader;
import java.util.ArrayList;
import java.util.List;

/// Decodes remote write 2.0: `io.prometheus.write.v2.Request`. Thread-safe, has no state.
///
/// ```
/// Request     symbols = 4, timeseries = 5
/// TimeSeries  labels_refs = 1 (name, value, name, value, … as numbers of symbols), samples = 2,
///             histograms = 3, exemplars = 4, metadata = 5, created_timestamp = 6
/// Sample      value = 1 (double), timestamp = 2 (milliseconds), start_timestamp = 3
/// ```
///
/// Start timestamps are not stored.
///
/// Source: prometheus.io, “Prometheus Remote-Write 2.0 specification”.
public final class RemoteWriteV2 {

  /// Symbols of one body. Prometheus sends 2,000 samples a body, which take a few thousand; chosen
  /// so that a body of nothing but symbols cannot take more than some 50 MB.
  static final int MAX_SYMBOLS = 1_000_000;

  private RemoteWriteV2() {}

  /// Appends every sample of `body`, a decompressed message. The caller commits, and drops the
  /// appender if this throws.
  ///
  /// @throws MangruException `BAD_DATA` if the body is malformed or its first symbol is not empty,
  ///   `BODY_TOO_LARGE` if it has more samples than the store takes at once
  public static RemoteWriteSummary decode(byte[] body, Appender appender) {
    SeriesSink sink = new SeriesSink(appender);
    List<String> symbols = symbols(body);
    ProtobufReader request = new ProtobufReader(body);
    while (request.nextField()) {
      if (request.field() == 5) {
        series(request.readMessage(), symbols, sink);
      } else {
        request.skip();
      }
    }
    return sink.summary();
  }

  /// The symbols come first from every sender known, but need not.
  private static List<String> symbols(byte[] body) {
    List<String> symbols = new ArrayList<>();
    ProtobufReader request = new ProtobufReader(body);
    boolean series = false;
    while (request.nextField()) {
      if (request.field() != 4) {
        series |= request.field() == 5;
        request.skip();
        continue;
      }
      String symbol = request.readString();
      if (symbols.isEmpty() && !symbol.isEmpty()) {
        throw MangruException.badData(
            "the first symbol must be the empty string, not one of "
                + symbol.length()
                + " characters");
      }
      if (symbols.size() == MAX_SYMBOLS) {
        throw MangruException.badData(
            "more than the limit of " + MAX_SYMBOLS + " symbols: send smaller requests");
      }
      symbols.add(symbol);
    }
    if (series && symbols.isEmpty()) {
      throw MangruException.badData(
          "the request has series and no symbols; is it a remote write 1.0 body?");
    }
    return symbols;
  }

  private static void series(ProtobufReader series, List<String> symbols, SeriesSink sink) {
    sink.beginSeries();
    ProtobufReader labels = series.fork();
    int references = 0;
    String name = "";
    while (labels.nextField()) {
      if (labels.field() != 1) {
        labels.skip();
        continue;
      }
      if (labels.wireType() == ProtobufReader.VARINT) {
        String symbol = symbol(labels.readVarint(), symbols, sink);
        name = take(references++, name, symbol, sink);
        continue;
      }
      ProtobufReader packed = labels.readMessage();
      while (packed.hasMore()) {
        String symbol = symbol(packed.nextPackedVarint(), symbols, sink);
        name = take(references++, name, symbol, sink);
      }
    }
    if (references % 2 != 0) {
      sink.bad("an odd number of label references: " + references);
    }
    sink.endLabels();
    while (series.nextField()) {
      switch (series.field()) {
        case 2 -> RemoteWriteV1.sample(series.readMessage(), sink);
        case 3 -> {
          series.readMessage();
          sink.histogram();
        }
        case 4 -> {
          series.readMessage();
          sink.exemplar();
        }
        case 5 -> {
          series.readMessage();
          sink.metadata();
        }
        default -> series.skip();
      }
    }
    sink.endSeries();
  }

  /// Takes a reference, of a name or of a value by turns; returns the name that is open.
  private static String take(int position, String name, String symbol, SeriesSink sink) {
    if (position % 2 == 0) {
      return symbol;
    }
    sink.label(name, symbol);
    return "";
  }

  private static String symbol(long reference, List<String> symbols, SeriesSink sink) {
    if (reference < 0 || reference >= symbols.size()) {
      sink.bad(
          "label reference "
              + Long.toUnsignedString(reference)
              + " is beyond the "
              + symbols.size()
              + " symbols");
      return "";
    }
    return symbols.get((int) reference);
  }
}
