package dev.mangru.tsdb.metadata;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.codec.ByteReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// For a fuzzer: any bytes are a record of metadata or corrupt, and a record comes back from what
/// it writes.
public final class MetadataRecordFuzz {

  private static final Path FILE = Path.of("/data/metadata/00000001.log");

  private MetadataRecordFuzz() {}

  /// Records of up to nine metrics, of every type.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    List<MetricMetadata.Type> types = List.of(MetricMetadata.Type.values());
    for (int count = 0; count < 10; count++) {
      List<Map.Entry<String, MetricMetadata>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        MetricMetadata.Type type = types.get(i % types.size());
        String help = i % 2 == 0 ? "" : "How long 요청 takes.";
        all.add(Map.entry("metric_" + i, new MetricMetadata(type, help, "seconds")));
      }
      seeds.add(MetadataRecord.write(all).toByteArray());
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    long before = FuzzTarget.allocated();
    List<Map.Entry<String, MetricMetadata>> read;
    try {
      read = MetadataRecord.read(new ByteReader(input, FILE, 8));
    } catch (CorruptDataException refused) {
      FuzzTarget.bounded(before, input.length);
      return;
    }
    FuzzTarget.bounded(before, input.length);
    byte[] written = MetadataRecord.write(read).toByteArray();
    try {
      if (!MetadataRecord.read(new ByteReader(written, FILE, 8)).equals(read)) {
        throw new AssertionError("written again they are others: " + read);
      }
    } catch (CorruptDataException e) {
      throw new AssertionError("what was written from a record is none", e);
    }
  }
}
