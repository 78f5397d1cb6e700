/// Reads what senders push: OTLP logs and Loki's push format. Also decides how bad a line is. Start
/// with [OtlpLogs], [LokiPush] and [SeverityDetector].
@NullMarked
package dev.mangru.logindex.ingest;

import org.jspecify.annotations.NullMarked;
