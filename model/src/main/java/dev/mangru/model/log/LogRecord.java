package dev.mangru.model.log;

import dev.mangru.model.metric.Labels;

/// One log record.
///
/// @param timestampNs nanoseconds since the epoch, UTC
/// @param stream the labels of the stream it belongs to; few distinct values
/// @param severity how bad it is; `UNKNOWN` lets the store find out from the line
/// @param line the text, without its end of line
/// @param attributes further fields of this record alone (structured metadata): trace id, span id
///   and whatever the sender added
public record LogRecord(
    long timestampNs, Labels stream, Severity severity, String line, Labels attributes) {

  /// The attribute that holds a record's trace id, in lower-case hexadecimal.
  public static final String TRACE_ID = "trace_id";

  /// The attribute that holds a record's span id, in lower-case hexadecimal.
  public static final String SPAN_ID = "span_id";
}
