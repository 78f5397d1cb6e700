package dev.mangru.collector.send;

import dev.mangru.collector.pipeline.MetricMetadata;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes samples as `io.prometheus.write.v2.Request`: every text once in a table, series refer to
/// it. Confined to one thread; reusable.
///
/// Source: Prometheus Remote-Write 2.0 specification (2.0-rc.4); the start timestamp is field 3 of
/// `Sample`.
public final class RemoteWriteV2Encoder {

  private static final int REQUEST_SYMBOLS = 4;
  private static final int REQUEST_TIMESERIES = 5;
  private static final int SERIES_LABELS_REFS = 1;
  private static final int SERIES_SAMPLES = 2;
  private static final int SERIES_METADATA = 5;
  private static final int SAMPLE_VALUE = 1;
  private static final int SAMPLE_TIMESTAMP = 2;
  private static final int SAMPLE_START_TIMESTAMP = 3;
  private static final int METADATA_TYPE = 1;
  private static final int METADATA_HELP_REF = 3;
  private static final int METADATA_UNIT_REF = 4;

  private final ProtobufWriter series = new ProtobufWriter();
  private final ProtobufWriter request = new ProtobufWriter();
  private final Map<String, Integer> symbols = new LinkedHashMap<>();

  /// The samples from position `from` to `to`, exclusive, with their metadata.
  public byte[] encode(SampleBatch batch, int from, int to) {
    series.clear();
    symbols.clear();
    symbols.put("", 0);
    for (int i = from; i < to; i++) {
      timeSeries(batch, i);
    }
    request.clear();
    symbols.keySet().forEach(symbol -> request.string(REQUEST_SYMBOLS, symbol));
    return concatenated(request.toByteArray(), series.toByteArray());
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private void timeSeries(SampleBatch batch, int position) {
    Labels labels = batch.labels(position);
    MetricMetadata metadata = MetadataLookup.of(labels.metricName(), batch.metadata());
    series.message(
        REQUEST_TIMESERIES,
        message -> {
          message.message(
              SERIES_LABELS_REFS,
              refs -> {
                for (int i = 0; i < labels.count(); i++) {
                  refs.rawVarint(symbol(labels.name(i))).rawVarint(symbol(labels.value(i)));
                }
              });
          message.message(SERIES_SAMPLES, sample -> sample(sample, batch, position));
          if (metadata != null) {
            message.message(SERIES_METADATA, about -> metadata(about, metadata));
          }
        });
  }

  private static void sample(ProtobufWriter sample, SampleBatch batch, int position) {
    sample
        .doubleField(SAMPLE_VALUE, batch.value(position))
        .varint(SAMPLE_TIMESTAMP, batch.timestampMs(position));
    if (batch.startTimestampMs(position) != SampleBatch.NO_START) {
      sample.varint(SAMPLE_START_TIMESTAMP, batch.startTimestampMs(position));
    }
  }

  private void metadata(ProtobufWriter about, MetricMetadata metadata) {
    about.varint(METADATA_TYPE, MetadataLookup.typeNumber(metadata.type()));
    if (!metadata.help().isEmpty()) {
      about.varint(METADATA_HELP_REF, symbol(metadata.help()));
    }
    if (!metadata.unit().isEmpty()) {
      about.varint(METADATA_UNIT_REF, symbol(metadata.unit()));
    }
  }

  private int symbol(String text) {
    @Nullable Integer known = symbols.get(text);
    if (known != null) {
      return known;
    }
    int next = symbols.size();
    symbols.put(text, next);
    return next;
  }
}
