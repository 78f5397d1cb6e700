package dev.mangru.collector.send;

import dev.mangru.collector.pipeline.MetricMetadata;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufReader;
import java.util.ArrayList;
import java.util.List;

/// Reads back what [RemoteWriteV2Encoder] wrote: queued samples are kept in that form, and a server
/// may turn out to know only 1.0. Stateless.
final class RemoteWriteV2Decoder {

  private RemoteWriteV2Decoder() {}

  /// @throws MangruException `BAD_DATA` if the bytes are not such a request
  static SampleBatch decode(byte[] request) {
    List<String> symbols = new ArrayList<>();
    SampleBatch batch = new SampleBatch();
    ProtobufReader reader = new ProtobufReader(request);
    while (reader.nextField()) {
      switch (reader.field()) {
        case 4 -> symbols.add(reader.readString());
        case 5 -> series(reader.readMessage(), symbols, batch);
        default -> reader.skip();
      }
    }
    return batch;
  }

  private static void series(ProtobufReader reader, List<String> symbols, SampleBatch batch) {
    Labels.Builder builder = Labels.builder();
    Labels labels = Labels.empty();
    while (reader.nextField()) {
      switch (reader.field()) {
        case 1 -> {
          ProtobufReader refs = reader.readMessage();
          while (refs.hasMore()) {
            String name = symbol(symbols, refs.nextPackedVarint());
            builder.set(name, symbol(symbols, refs.nextPackedVarint()));
          }
          labels = builder.build();
        }
        case 2 -> sample(reader.readMessage(), labels, batch);
        case 5 -> metadata(reader.readMessage(), labels.metricName(), symbols, batch);
        default -> reader.skip();
      }
    }
  }

  private static void sample(ProtobufReader reader, Labels labels, SampleBatch batch) {
    double value = 0;
    long timestampMs = 0;
    long startMs = SampleBatch.NO_START;
    while (reader.nextField()) {
      switch (reader.field()) {
        case 1 -> value = reader.readDouble();
        case 2 -> timestampMs = reader.readVarint();
        case 3 -> startMs = reader.readVarint();
        default -> reader.skip();
      }
    }
    batch.add(labels, timestampMs, value, startMs);
  }

  private static void metadata(
      ProtobufReader reader, String family, List<String> symbols, SampleBatch batch) {
    long type = 0;
    String help = "";
    String unit = "";
    while (reader.nextField()) {
      switch (reader.field()) {
        case 1 -> type = reader.readVarint();
        case 3 -> help = symbol(symbols, reader.readVarint());
        case 4 -> unit = symbol(symbols, reader.readVarint());
        default -> reader.skip();
      }
    }
    batch.describe(family, new MetricMetadata(MetadataLookup.type(type), help, unit));
  }

  private static String symbol(List<String> symbols, long ref) {
    if (ref < 0 || ref >= symbols.size()) {
      throw MangruException.badData("symbol " + ref + " of " + symbols.size());
    }
    return symbols.get((int) ref);
  }
}
