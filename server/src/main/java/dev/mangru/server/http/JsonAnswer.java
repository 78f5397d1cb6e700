package dev.mangru.server.http;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/// Writes JSON answers straight into the response, without building them in memory first.
public final class JsonAnswer {

  private static final JsonFactory FACTORY = new JsonFactory();

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private JsonAnswer() {}

  /// An answer of any shape.
  public static void write(
      HttpServletResponse response, int status, Consumer<JsonGenerator> content)
      throws IOException {
    response.setStatus(status);
    response.setContentType("application/json");
    try (JsonGenerator json =
        FACTORY.createGenerator(ObjectWriteContext.empty(), response.getOutputStream())) {
      content.accept(json);
    }
  }

  /// An answer made of records, lists and maps: members are named as the records name them, times
  /// are RFC 3339, lengths of time ISO 8601.
  public static void value(HttpServletResponse response, Object value) throws IOException {
    byte[] body = MAPPER.writeValueAsBytes(value);
    response.setStatus(HttpServletResponse.SC_OK);
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /// `{"status":"success","data":…}`; `content` writes the data and may add members after it.
  public static void success(HttpServletResponse response, Consumer<JsonGenerator> content)
      throws IOException {
    write(
        response,
        HttpServletResponse.SC_OK,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("status", "success");
          json.writeName("data");
          content.accept(json);
          json.writeEndObject();
        });
  }

  /// `{"status":"error","errorType":…,"error":…}` with the status of the code.
  public static void error(HttpServletResponse response, ErrorCode code, String message)
      throws IOException {
    error(response, code.httpStatus(), errorType(code), message);
  }

  /// The same with a status of its own.
  public static void error(
      HttpServletResponse response, int status, String errorType, String message)
      throws IOException {
    write(
        response,
        status,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("status", "error");
          json.writeStringProperty("errorType", errorType);
          json.writeStringProperty("error", message);
          json.writeEndObject();
        });
  }

  /// Labels as an object.
  public static void labels(JsonGenerator json, Labels labels) {
    json.writeStartObject();
    for (Label label : labels) {
      json.writeStringProperty(label.name(), label.value());
    }
    json.writeEndObject();
  }

  /// A list of strings.
  public static void strings(JsonGenerator json, Collection<String> values) {
    json.writeStartArray();
    values.forEach(json::writeString);
    json.writeEndArray();
  }

  /// A member with a list of strings, left out if empty.
  public static void stringsIfAny(JsonGenerator json, String name, Collection<String> values) {
    if (!values.isEmpty()) {
      json.writeName(name);
      strings(json, values);
    }
  }

  /// Prometheus' word for a kind of error.
  public static String errorType(ErrorCode code) {
    return switch (code) {
      case BAD_DATA, BODY_TOO_LARGE -> "bad_data";
      case EXECUTION, QUERY_LIMIT -> "execution";
      case NOT_FOUND -> "not_found";
      case UNSUPPORTED_MEDIA_TYPE -> "not_acceptable";
      case TIMEOUT -> "timeout";
      case CANCELED -> "canceled";
      case OVERLOADED, UNAVAILABLE -> "unavailable";
      case INTERNAL -> "internal";
    };
  }

  /// Sets `Retry-After` where coming back later can help.
  public static void retryAfter(HttpServletResponse response, MangruException error) {
    switch (error.code()) {
      case OVERLOADED, UNAVAILABLE -> response.setHeader("Retry-After", "5");
      case BAD_DATA,
          EXECUTION,
          NOT_FOUND,
          UNSUPPORTED_MEDIA_TYPE,
          BODY_TOO_LARGE,
          QUERY_LIMIT,
          TIMEOUT,
          CANCELED,
          INTERNAL -> {}
    }
  }
}
