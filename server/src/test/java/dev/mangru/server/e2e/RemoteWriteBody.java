package dev.mangru.server.e2e;

import dev.mangru.model.wire.ProtobufWriter;
import java.io.IOException;
import org.xerial.snappy.Snappy;

/// Remote write 1.0 bodies for tests.
final class RemoteWriteBody {

  private final ProtobufWriter request = new ProtobufWriter();

  /// Adds one sample; labels are `name, value, …`, sorted.
  RemoteWriteBody sample(long timestampMs, double value, String... labels) {
    request.message(
        1,
        series -> {
          for (int i = 0; i < labels.length; i += 2) {
            String name = labels[i];
            String text = labels[i + 1];
            series.message(1, label -> label.string(1, name).string(2, text));
          }
          series.message(2, sample -> sample.doubleField(1, value).varint(2, timestampMs));
        });
    return this;
  }

  byte[] snappy() throws IOException {
    return Snappy.compress(request.toByteArray());
  }
}
