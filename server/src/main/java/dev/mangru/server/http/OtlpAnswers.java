package dev.mangru.server.http;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.wire.ProtobufWriter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;

/// What OTLP over HTTP has in common for all signals: types, codings, answers. Static.
///
/// Source: OpenTelemetry, “OTLP Specification”, “OTLP/HTTP”.
public final class OtlpAnswers {

  /// How bodies may be compressed.
  public static final Set<ContentCoding> CODINGS =
      Set.of(ContentCoding.IDENTITY, ContentCoding.GZIP, ContentCoding.ZSTD);

  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";

  /// `google.rpc.Code` values of a refused request.
  private static final int RPC_INVALID_ARGUMENT = 3;

  private static final int RPC_RESOURCE_EXHAUSTED = 8;
  private static final int RPC_UNAVAILABLE = 14;
  private static final int RPC_INTERNAL = 13;

  private OtlpAnswers() {}

  /// Whether a body is JSON; else it is binary.
  ///
  /// @param what takes it, for the message
  /// @throws MangruException `UNSUPPORTED_MEDIA_TYPE` for anything else
  public static boolean isJson(MediaType type, String what) {
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

  /// An answer of success, with `partial_success` if something was refused.
  ///
  /// @param name of the member of JSON that counts what was refused, such as `rejectedLogRecords`
  /// @param message why it was refused
  public static void exported(
      HttpServletResponse response, boolean json, String name, long rejected, String message)
      throws IOException {
    if (json) {
      JsonAnswer.write(
          response,
          HttpServletResponse.SC_OK,
          out -> {
            out.writeStartObject();
            if (rejected > 0) {
              out.writeName("partialSuccess");
              out.writeStartObject();
              out.writeStringProperty(name, String.valueOf(rejected));
              out.writeStringProperty("errorMessage", message);
              out.writeEndObject();
            }
            out.writeEndObject();
          });
      return;
    }
    ProtobufWriter answer = new ProtobufWriter();
    if (rejected > 0) {
      answer.message(1, partial -> partial.varint(1, rejected).string(2, message));
    }
    protobuf(response, HttpServletResponse.SC_OK, answer);
  }

  /// A `google.rpc.Status` in the encoding of the request.
  public static void error(HttpServletResponse response, boolean json, MangruException error)
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
