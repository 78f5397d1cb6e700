package dev.mangru.autoscaler.playground.api;

import com.sun.net.httpserver.HttpExchange;
import dev.mangru.autoscaler.playground.patch.PatchLimits;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One request and its answer. Confined to the request's thread.
final class ApiExchange {

  private final HttpExchange http;
  private final List<String> segments;
  private final Map<String, String> parameters;
  private boolean answered;

  /// @throws KubeApiException 400 if path or query cannot be decoded
  ApiExchange(HttpExchange http) {
    this.http = http;
    this.segments = segments(http.getRequestURI().getRawPath());
    this.parameters = parameters(http.getRequestURI().getRawQuery());
  }

  private static List<String> segments(String path) {
    List<String> found = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty()) {
        // A plus is a plus in a path.
        found.add(decoded(part.replace("+", "%2B")));
      }
    }
    return List.copyOf(found);
  }

  private static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> found = new HashMap<>();
    if (query == null || query.isEmpty()) {
      return found;
    }
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = decoded(equals < 0 ? part : part.substring(0, equals));
      found.putIfAbsent(name, equals < 0 ? "" : decoded(part.substring(equals + 1)));
    }
    return found;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw KubeApiException.badRequest("cannot decode \"" + text + "\" of the URL");
    }
  }

  String method() {
    return http.getRequestMethod();
  }

  /// The parts of the path, decoded, without empty ones.
  List<String> segments() {
    return segments;
  }

  /// The path as it was sent.
  String rawPath() {
    return http.getRequestURI().getRawPath();
  }

  /// The query as it was sent; empty if there is none.
  String rawQuery() {
    String query = http.getRequestURI().getRawQuery();
    return query == null ? "" : query;
  }

  /// A query parameter; empty if it is not there.
  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  boolean has(String name) {
    return parameters.containsKey(name);
  }

  /// Whether a parameter is set: `true`, `1`, or there without a value.
  boolean flag(String name) {
    String value = parameters.get(name);
    return value != null && !value.equals("false") && !value.equals("0");
  }

  /// A parameter that is a number of at least 0.
  ///
  /// @throws KubeApiException 400 if it is something else
  long number(String name, long otherwise) {
    String value = parameter(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw notANumber(name, value);
    }
    throw notANumber(name, value);
  }

  private static KubeApiException notANumber(String name, String value) {
    return KubeApiException.badRequest(
        "the query parameter " + name + " must be a number of at least 0, found \"" + value + "\"");
  }

  /// A request header; empty if it is not there.
  String header(String name) {
    String value = http.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  /// All values of a header that may be repeated, joined by commas.
  String headers(String name) {
    List<String> values = http.getRequestHeaders().get(name);
    return values == null ? "" : String.join(",", values);
  }

  /// The request's body.
  ///
  /// @throws KubeApiException 413 if it is longer than 3 MiB
  byte[] body() throws IOException {
    try (InputStream in = http.getRequestBody()) {
      byte[] body = in.readNBytes(PatchLimits.MAX_BYTES + 1);
      if (body.length > PatchLimits.MAX_BYTES) {
        throw KubeApiException.tooLarge(
            "the body of the request is longer than the limit of "
                + PatchLimits.MAX_BYTES
                + " bytes");
      }
      return body;
    }
  }

  void warn(List<String> warnings) {
    for (String warning : warnings) {
      // RFC 7234 5.5; the text is a quoted string.
      String text = warning.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ");
      http.getResponseHeaders().add("Warning", "299 - \"" + text + "\"");
    }
  }

  void answerHeader(String name, String value) {
    http.getResponseHeaders().set(name, value);
  }

  void answer(int code, JsonNode body) throws IOException {
    answer(code, "application/json", JsonBodies.bytes(body));
  }

  void answer(int code, String contentType, byte[] body) throws IOException {
    answered = true;
    http.getResponseHeaders().set("Content-Type", contentType);
    http.getResponseHeaders().set("Cache-Control", "no-cache, private");
    http.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      try (OutputStream out = http.getResponseBody()) {
        out.write(body);
      }
    }
  }

  /// Begins an answer of unknown length.
  OutputStream stream(String contentType) throws IOException {
    answered = true;
    http.getResponseHeaders().set("Content-Type", contentType);
    http.getResponseHeaders().set("Cache-Control", "no-cache, private");
    http.sendResponseHeaders(200, 0);
    return http.getResponseBody();
  }

  /// Whether an answer has begun.
  boolean answered() {
    return answered;
  }
}
