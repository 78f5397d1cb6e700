/// Log ingestion over OTLP and Loki push, and the part of Loki's query API that clients need. Start
/// with [PushApi] and [LokiQueryApi].
@NullMarked
package dev.mangru.server.http.logs;

import org.jspecify.annotations.NullMarked;
