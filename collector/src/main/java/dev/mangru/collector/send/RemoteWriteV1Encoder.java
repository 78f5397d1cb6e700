package dev.mangru.collector.send;

import dev.mangru.collector.pipeline.MetricMetadata;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufWriter;
import java.util.Map;

/// Writes samples as `prometheus.WriteRequest`, for servers that know only remote write 1.0. Start
/// timestamps have no place there. Confined to one thread; reusable.
///
/// Source: Prometheus Remote-Write 1.0 specification; `prompb/remote.proto`, `prompb/types.proto`.
public final class RemoteWriteV1Encoder {

  private static final int REQUEST_TIMESERIES = 1;
  private static final int REQUEST_METADATA = 3;
  private static final int SERIES_LABELS = 1;
  private static final int SERIES_SAMPLES = 2;
  private static final int LABEL_NAME = 1;
  private static final int LABEL_VALUE = 2;
  private static final int SAMPLE_VALUE = 1;
  private static final int SAMPLE_TIMESTAMP = 2;
  private static final int METADATA_TYPE = 1;
  private static final int METADATA_FAMILY = 2;
  private static final int METADATA_HELP = 4;
  private static final int METADATA_UNIT = 5;

  private final ProtobufWriter request = new ProtobufWriter();

  /// The samples from position `from` to `to`, exclusive, and all metadata of the batch.
  public byte[] encode(SampleBatch batch, int from, int to) {
    request.clear();
    for (int i = from; i < to; i++) {
      int position = i;
      request.message(REQUEST_TIMESERIES, series -> series(series, batch, position));
    }
    for (Map.Entry<String, MetricMetadata> family : batch.metadata().entrySet()) {
      request.message(
          REQUEST_METADATA,
          about ->
              about
                  .varint(METADATA_TYPE, MetadataLookup.typeNumber(family.getValue().type()))
                  .string(METADATA_FAMILY, family.getKey())
                  .string(METADATA_HELP, family.getValue().help())
                  .string(METADATA_UNIT, family.getValue().unit()));
    }
    return request.toByteArray();
  }

  private static void series(ProtobufWriter series, SampleBatch batch, int position) {
    Labels labels = batch.labels(position);
    for (int i = 0; i < labels.count(); i++) {
      String name = labels.name(i);
      String value = labels.value(i);
      series.message(
          SERIES_LABELS, label -> label.string(LABEL_NAME, name).string(LABEL_VALUE, value));
    }
    series.message(
        SERIES_SAMPLES,
        sample ->
            sample
                .doubleField(SAMPLE_VALUE, batch.value(position))
                .varint(SAMPLE_TIMESTAMP, batch.timestampMs(position)));
  }
}
