package dev.mangru.server.http.logs;

import dev.mangru.logindex.ingest.LokiPush;
import dev.mangru.logindex.ingest.OtlpLogs;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore;
import dev.mangru.server.http.Bodies;
import dev.mangru.server.http.ContentCoding;
import dev.mangru.server.http.MediaType;
import dev.mangru.server.http.OtlpAnswers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/loki/api/v1/push` and `/v1/logs` (OTLP over HTTP). An answer of success means that the records
/// are on stable storage.
///
/// Sources: Loki `pkg/loghttp/push`; OpenTelemetry protocol specification, “OTLP/HTTP”.
@RestController
public final class PushApi {

  private final LogStore store;
  private final OtlpLogs otlp;
  private final Bodies bodies;

  /// @param clock the time of records that have none
  public PushApi(LogStore store, Bodies bodies, InstantSource clock) {
    this.store = store;
    this.otlp = new OtlpLogs(clock);
    this.bodies = bodies;
  }

  @PostMapping("/loki/api/v1/push")
  void loki(HttpServletRequest request, HttpServletResponse response) throws IOException {
    MediaType type = MediaType.of(request.getContentType());
    boolean json = OtlpAnswers.isJson(type, "Loki push");
    ContentCoding coding =
        ContentCoding.of(
            request.getHeader("Content-Encoding"),
            json ? ContentCoding.IDENTITY : ContentCoding.SNAPPY,
            json
                ? EnumSet.of(ContentCoding.IDENTITY, ContentCoding.GZIP)
                : EnumSet.of(ContentCoding.SNAPPY));
    LogStore.AppendReport report =
        append(request, coding, json ? LokiPush::fromJson : LokiPush::fromProtobuf);
    if (!report.rejected().isEmpty()) {
      throw MangruException.badData(rejections(report));
    }
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
  }

  @PostMapping({"/v1/logs", "/otlp/v1/logs"})
  void otlp(HttpServletRequest request, HttpServletResponse response) throws IOException {
    MediaType type = MediaType.of(request.getContentType());
    boolean json = OtlpAnswers.isJson(type, "OTLP");
    try {
      ContentCoding coding =
          ContentCoding.of(
              request.getHeader("Content-Encoding"), ContentCoding.IDENTITY, OtlpAnswers.CODINGS);
      LogStore.AppendReport report =
          append(request, coding, json ? otlp::fromJson : otlp::fromProtobuf);
      int rejected = rejected(report);
      OtlpAnswers.exported(
          response, json, "rejectedLogRecords", rejected, rejected > 0 ? rejections(report) : "");
    } catch (MangruException e) {
      OtlpAnswers.error(response, json, e);
    }
  }

  private LogStore.AppendReport append(
      HttpServletRequest request, ContentCoding coding, Function<byte[], List<LogRecord>> decode)
      throws IOException {
    try (Bodies.Body body = bodies.read(request, coding)) {
      return store.append(decode.apply(body.bytes()));
    }
  }

  private static int rejected(LogStore.AppendReport report) {
    return report.rejected().values().stream().mapToInt(Integer::intValue).sum();
  }

  private static String rejections(LogStore.AppendReport report) {
    return report.accepted()
        + " records stored, "
        + rejected(report)
        + " rejected: "
        + new TreeMap<>(report.rejected())
            .entrySet().stream()
                .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                .collect(Collectors.joining("; "));
  }
}
