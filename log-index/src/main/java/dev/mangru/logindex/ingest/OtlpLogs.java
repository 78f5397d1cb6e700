package dev.mangru.logindex.ingest;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Reads the body of `POST /v1/logs`, already decompressed: an `ExportLogsServiceRequest` as
/// protobuf or as JSON. Thread-safe.
///
/// A resource's attributes become stream labels or attributes as [ResourceLabels] says; a record's
/// own attributes win over its resource's, and dots in their names become underscores. A body or
/// value that is not text is written as JSON.
///
/// Source: OpenTelemetry, “OTLP Specification” and `opentelemetry/proto/logs/v1/logs.proto`.
public final class OtlpLogs {

  private final InstantSource clock;

  /// @param clock the time of records that have none
  public OtlpLogs(InstantSource clock) {
    this.clock = clock;
  }

  /// The protobuf form.
  ///
  /// @throws MangruException `BAD_DATA` naming the byte
  public List<LogRecord> fromProtobuf(byte[] body) {
    return OtlpProtobuf.read(body, nowNs());
  }

  /// The JSON form.
  ///
  /// @throws MangruException `BAD_DATA` naming the byte or the field
  public List<LogRecord> fromJson(byte[] body) {
    return OtlpJson.read(JsonValue.parse(body), nowNs());
  }

  private long nowNs() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
