package dev.mangru.server.http.logs;

import dev.mangru.logindex.ingest.LokiPush;
import dev.mangru.logindex.ingest.OtlpLogs;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.http.Bodies;
import dev.mangru.server.http.ContentCoding;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.MediaType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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

  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";

  /// `google.rpc.Code` values of a refused OTLP request.
  private static final int RPC_INVALID_ARGUMENT = 3;

  private static final int RPC_RESOURCE_EXHAUSTED = 8;
  private static final int RPC_UNAVAILABLE = 14;
  private static final int RPC_INTERNAL = 13;

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
    boolean json = isJson(type, "Loki push");
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
    boolean json = isJson(type, "OTLP");
    try {
      ContentCoding coding =
          ContentCoding.of(
              request.getHeader("Content-Encoding"),
              ContentCoding.IDENTITY,
              Set.of(ContentCoding.IDENTITY, ContentCoding.GZIP, ContentCoding.ZSTD));
      LogStore.AppendReport report =
          append(request, coding, json ? otlp::fromJson : otlp::fromProtobuf);
      exported(response, json, report);
    } catch (MangruException e) {
      otlpError(response, json, e);
    }
  }

  private LogStore.AppendReport append(
      HttpServletRequest request, ContentCoding coding, Function<byte[], List<LogRecord>> decode)
      throws IOException {
    try (Bodies.Body body = bodies.read(request, coding)) {
      return store.append(decode.apply(body.bytes()));
    }
  }

  private static boolean isJson(MediaType type, String what) {
    return switch (type.name()) {
      case JSON -> true;
      case PROTOBUF -> false;
      default ->
          throw new MangruException(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE,
              what
                  + " takes Content-Type "
                  + PROTOBUF
                  + " or "
                  + JSON
                  + ", not \""
                  + type.name()
                  + "\"");
    };
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

  /// `ExportLogsServiceResponse`, with `partial_success` if some records were refused.
  private static void exported(
      HttpServletResponse response, boolean json, LogStore.AppendReport report) throws IOException {
    int rejected = rejected(report);
    if (json) {
      JsonAnswer.write(
          response,
          HttpServletResponse.SC_OK,
          out -> {
            out.writeStartObject();
            if (rejected > 0) {
              out.writeName("partialSuccess");
              out.writeStartObject();
              out.writeStringProperty("rejectedLogRecords", String.valueOf(rejected));
              out.writeStringProperty("errorMessage", rejections(report));
              out.writeEndObject();
            }
            out.writeEndObject();
          });
      return;
    }
    ProtobufWriter message = new ProtobufWriter();
    if (rejected > 0) {
      message.message(1, partial -> partial.varint(1, rejected).string(2, rejections(report)));
    }
    protobuf(response, HttpServletResponse.SC_OK, message);
  }

  /// A `google.rpc.Status` in the encoding of the request.
  private static void otlpError(HttpServletResponse response, boolean json, MangruException error)
      throws IOException {
    JsonAnswer.retryAfter(response, error);
    int code =
        switch (error.code()) {
          case OVERLOADED -> RPC_RESOURCE_EXHAUSTED;
          case UNAVAILABLE, TIMEOUT -> RPC_UNAVAILABLE;
          case INTERNAL -> RPC_INTERNAL;
          case BAD_DATA,
              EXECUTION,
              NOT_FOUND,
              UNSUPPORTED_MEDIA_TYPE,
              BODY_TOO_LARGE,
              QUERY_LIMIT,
              CANCELED ->
              RPC_INVALID_ARGUMENT;
        };
    int status = error.code().httpStatus();
    if (json) {
      JsonAnswer.write(
          response,
          status,
          out -> {
            out.writeStartObject();
            out.writeNumberProperty("code", code);
            out.writeStringProperty("message", error.text());
            out.writeEndObject();
          });
    } else {
      protobuf(response, status, new ProtobufWriter().varint(1, code).string(2, error.text()));
    }
  }

  private static void protobuf(HttpServletResponse response, int status, ProtobufWriter message)
      throws IOException {
    byte[] bytes = message.toByteArray();
    response.setStatus(status);
    response.setContentType(PROTOBUF);
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }
}
