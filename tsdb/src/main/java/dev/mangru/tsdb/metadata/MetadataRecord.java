package dev.mangru.tsdb.metadata;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A record of metadata; FORMAT.md draws it. Pure functions.
final class MetadataRecord {

  private static final int VERSION = 1;

  private static final MetricMetadata.Type[] TYPES = MetricMetadata.Type.values();

  private MetadataRecord() {}

  static ByteWriter write(List<Map.Entry<String, MetricMetadata>> entries) {
    ByteWriter out = new ByteWriter(64 + 64 * entries.size());
    out.u8(VERSION).varint(entries.size());
    for (Map.Entry<String, MetricMetadata> each : entries) {
      MetricMetadata about = each.getValue();
      out.text(each.getKey()).u8(code(about.type())).text(about.help()).text(about.unit());
    }
    return out;
  }

  /// Numbers are for ever; the order of the constants is not.
  private static int code(MetricMetadata.Type type) {
    return switch (type) {
      case UNKNOWN -> 0;
      case COUNTER -> 1;
      case GAUGE -> 2;
      case HISTOGRAM -> 3;
      case GAUGE_HISTOGRAM -> 4;
      case SUMMARY -> 5;
      case INFO -> 6;
      case STATE_SET -> 7;
    };
  }

  static List<Map.Entry<String, MetricMetadata>> read(ByteReader in) throws CorruptDataException {
    int version = in.u8();
    if (version != VERSION) {
      throw in.corrupt("version " + VERSION, String.valueOf(version));
    }
    int count = in.count(4);
    List<Map.Entry<String, MetricMetadata>> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String metric = in.text();
      MetricMetadata.Type type = type(in);
      String help = in.text();
      entries.add(Map.entry(metric, new MetricMetadata(type, help, in.text())));
    }
    if (in.remaining() > 0) {
      throw in.corrupt("the end of the record", in.remaining() + " more bytes");
    }
    return entries;
  }

  private static MetricMetadata.Type type(ByteReader in) throws CorruptDataException {
    int code = in.u8();
    for (MetricMetadata.Type type : TYPES) {
      if (code(type) == code) {
        return type;
      }
    }
    throw in.corrupt("a type from 0 to 7", String.valueOf(code));
  }
}
