package dev.mangru.logindex.ingest;

import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.Labels;

/// The fields of one OTLP log record as they are read, from protobuf or JSON. Confined to one
/// thread.
final class OtlpRecord {

  long timeUnixNano;
  long observedTimeUnixNano;
  int severityNumber;
  String severityText = "";
  String body = "";
  String traceId = "";
  String spanId = "";
  String eventName = "";

  private final Labels.Builder attributes;

  /// @param shared attributes of the resource and scope
  OtlpRecord(Labels shared) {
    this.attributes = shared.toBuilder();
  }

  void attribute(String name, String value) {
    attributes.set(ResourceLabels.labelName(name), value);
  }

  /// The record.
  ///
  /// The time is the record's own, else when it was observed, else now (the data model asks for
  /// that order). The severity is the number's, else the text's.
  ///
  /// Source: OpenTelemetry, “Logs Data Model”.
  LogRecord toRecord(Labels stream, long nowNs) {
    long timestampNs =
        timeUnixNano != 0 ? timeUnixNano : observedTimeUnixNano != 0 ? observedTimeUnixNano : nowNs;
    Severity severity = Severity.ofOtlpNumber(severityNumber);
    if (severity == Severity.UNKNOWN) {
      severity = SeverityDetector.ofName(severityText);
    }
    if (!severityText.isEmpty()) {
      attributes.set("severity_text", severityText);
    }
    if (!eventName.isEmpty()) {
      attributes.set("event_name", eventName);
    }
    if (!traceId.isEmpty()) {
      attributes.set(LogRecord.TRACE_ID, traceId);
    }
    if (!spanId.isEmpty()) {
      attributes.set(LogRecord.SPAN_ID, spanId);
    }
    return new LogRecord(timestampNs, stream, severity, body, attributes.build());
  }
}
