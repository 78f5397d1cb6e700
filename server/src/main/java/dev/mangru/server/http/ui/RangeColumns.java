package dev.mangru.server.http.ui;

import dev.mangru.model.metric.QueryValue;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.RangeParams;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// A range result as columns that a browser draws without parsing. Little-endian:
///
/// ```
/// u32 seriesCount | u32 pointCount | u32 metaBytes | u32 zero
/// f64 times[pointCount]                    seconds since the epoch
/// f64 values[seriesCount][pointCount]      one row per series, NaN where there is no sample
/// u8  meta[metaBytes]                      UTF-8 JSON: series, warnings, infos, dropped
/// ```
///
/// Two series of three points and 60 bytes of JSON take 16 + 24 + 48 + 60 = 148 bytes. Every column
/// is 8-byte aligned, so `new Float64Array(buffer, 16, pointCount)` works as it is.
final class RangeColumns {

  private static final int HEADER_BYTES = 16;
  private static final JsonFactory JSON = new JsonFactory();

  private RangeColumns() {}

  /// @param limit series that are told; the others are counted as dropped
  static byte[] encode(
      QueryValue.Matrix matrix,
      RangeParams range,
      int limit,
      List<String> warnings,
      List<String> infos) {
    List<QueryValue.Points> shown =
        matrix.series().subList(0, Math.min(limit, matrix.series().size()));
    int dropped = matrix.series().size() - shown.size();
    byte[] meta = meta(shown, warnings, infos, dropped);
    int points = range.points();
    int size =
        Math.toIntExact(HEADER_BYTES + 8L * points + 8L * points * shown.size() + meta.length);
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(shown.size()).putInt(points).putInt(meta.length).putInt(0);
    for (int i = 0; i < points; i++) {
      out.putDouble((range.startMs() + i * range.stepMs()) / 1000.0);
    }
    double[] row = new double[points];
    for (QueryValue.Points series : shown) {
      Arrays.fill(row, Double.NaN);
      for (int i = 0; i < series.count(); i++) {
        row[(int) ((series.timestampsMs()[i] - range.startMs()) / range.stepMs())] =
            series.values()[i];
      }
      for (double value : row) {
        out.putDouble(value);
      }
    }
    return out.put(meta).array();
  }

  private static byte[] meta(
      List<QueryValue.Points> shown, List<String> warnings, List<String> infos, int dropped) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeName("series");
      json.writeStartArray();
      for (QueryValue.Points series : shown) {
        json.writeStartObject();
        json.writeName("metric");
        JsonAnswer.labels(json, series.labels());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeName("warnings");
      JsonAnswer.strings(json, warnings);
      json.writeName("infos");
      JsonAnswer.strings(json, infos);
      json.writeNumberProperty("dropped", dropped);
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
