package dev.mangru.server.conformance.http;

import dev.mangru.server.conformance.http.Requests.Answer;
import dev.mangru.server.conformance.http.Variant.Expected;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Judges answers. Stateless.
final class Answers {

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /// Prometheus' words for kinds of errors, and their statuses (`web/api/v1/api.go`).
  private static final Map<String, List<Integer>> STATUSES =
      Map.of(
          "bad_data", List.of(400, 405, 413),
          "execution", List.of(422),
          "canceled", List.of(499),
          "timeout", List.of(503),
          "internal", List.of(500),
          "unavailable", List.of(500, 503, 429),
          "not_found", List.of(404),
          "not_acceptable", List.of(406, 415));

  /// How requests in Protocol Buffers are refused: by Go's `http.Error`, or as OTLP asks for.
  private static final Set<String> REFUSALS = Set.of("text/plain", "application/x-protobuf");

  private Answers() {}

  /// What is wrong with an answer; empty if nothing is.
  static List<String> wrong(
      Operation operation, Expected expected, Answer answer, JsonSchema schemas) {
    List<String> errors = new ArrayList<>();
    int kind = answer.status() / 100;
    boolean success = kind == 2;
    boolean right =
        switch (expected) {
          case SUCCESS -> success;
          case REFUSAL -> kind == 4 && answer.status() != 404 && answer.status() != 405;
          case DESCRIBED -> success || (kind == 4 && answer.status() != 405);
        };
    if (!right) {
      errors.add("status " + answer.status() + ": " + shortened(answer.body()));
    }
    JsonNode described =
        success ? operation.success(schemas) : operation.response(answer.status(), schemas);
    if (described == null) {
      errors.add("nothing is described for status " + answer.status());
      return errors;
    }
    JsonNode content = described.path("content");
    if (success && answer.body().isEmpty()) {
      if (hasData(content, schemas)) {
        errors.add("status " + answer.status() + " without a body");
      }
      return errors;
    }
    if (!success && operation.undescribedBody() && REFUSALS.contains(answer.type())) {
      return errors;
    }
    if (success && content.isEmpty()) {
      return errors; // a description that knows of no body, as that of remote read
    }
    JsonNode media = content.get(answer.type());
    if (media == null) {
      errors.add(
          "content type \""
              + answer.type()
              + "\" instead of "
              + content.properties().stream().map(Map.Entry::getKey).toList());
      return errors;
    }
    body(answer, media, schemas, errors);
    return errors;
  }

  /// Whether a success always has something to tell.
  private static boolean hasData(JsonNode content, JsonSchema schemas) {
    JsonNode schema = schemas.resolve(content.path("application/json").path("schema"));
    return schema.path("required").valueStream().anyMatch(name -> name.asString().equals("data"));
  }

  private static void body(Answer answer, JsonNode media, JsonSchema schemas, List<String> errors) {
    switch (answer.type()) {
      case "application/json" -> {
        JsonNode value = json(answer.body(), errors);
        if (value != null) {
          errors.addAll(schemas.check(media.path("schema"), value));
          error(answer, value, errors);
        }
      }
      case "application/x-ndjson" -> {
        for (String line : answer.body().split("\n", -1)) {
          if (!line.isEmpty()) {
            var _ = json(line, errors);
          }
        }
      }
      case "text/event-stream" -> event(answer.body(), media, schemas, errors);
      default -> {
        if (answer.body().isEmpty()) {
          errors.add("an empty body");
        }
      }
    }
  }

  private static @Nullable JsonNode json(String text, List<String> errors) {
    try {
      return STRICT.readTree(text);
    } catch (JacksonException e) {
      errors.add("no JSON: " + e.getOriginalMessage() + ": " + shortened(text));
      return null;
    }
  }

  /// Whether an error's words and status say the same.
  private static void error(Answer answer, JsonNode value, List<String> errors) {
    boolean failed = answer.status() >= 400;
    String status = value.path("status").asString("");
    if (!status.equals(failed ? "error" : "success")) {
      errors.add("\"status\" is \"" + status + "\" with HTTP's " + answer.status());
    }
    String type = value.path("errorType").asString("");
    if (failed && !STATUSES.getOrDefault(type, List.of()).contains(answer.status())) {
      errors.add("\"errorType\" is \"" + type + "\" with HTTP's " + answer.status());
    }
    if (failed && value.path("error").asString("").isEmpty()) {
      errors.add("an error without words");
    }
  }

  private static void event(String text, JsonNode media, JsonSchema schemas, List<String> errors) {
    StringBuilder data = new StringBuilder();
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("data:")) {
        data.append(line.substring("data:".length()).strip());
      }
    }
    if (data.isEmpty()) {
      errors.add("no event: " + shortened(text));
      return;
    }
    JsonNode schema = media.path("itemSchema");
    if (!schema.isMissingNode()) {
      JsonNode event = STRICT.createObjectNode().put("data", data.toString());
      errors.addAll(schemas.check(schema, event));
    }
  }

  private static String shortened(String text) {
    return text.length() > 300 ? text.substring(0, 300) + "…" : text;
  }
}
