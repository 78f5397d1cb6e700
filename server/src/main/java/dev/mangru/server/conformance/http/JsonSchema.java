package dev.mangru.server.conformance.http;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Checks values against schemas of an OpenAPI 3.1 or 3.2 document (JSON Schema 2020-12). It knows
/// the keywords that such documents use; one that it does not know is told as an error, because
/// what is not checked must not pass. Immutable.
final class JsonSchema {

  private static final JsonMapper JSON = new JsonMapper();

  /// They say nothing about a value.
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "description",
          "title",
          "example",
          "examples",
          "default",
          "deprecated",
          "readOnly",
          "writeOnly",
          "contentMediaType",
          "externalDocs",
          "$comment");

  /// Deeper than any value of ours; a description that refers to itself for ever ends here.
  private static final int MAX_DEPTH = 64;

  private static final BigInteger INT64_MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger INT64_MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private final JsonNode document;

  /// @param document that references lead into
  JsonSchema(JsonNode document) {
    this.document = document;
  }

  /// What is wrong with `value`; empty if nothing is.
  List<String> check(JsonNode schema, JsonNode value) {
    List<String> errors = new ArrayList<>();
    check(schema, value, "$", 0, errors);
    return errors;
  }

  /// The node itself, or what it refers to.
  ///
  /// @throws IllegalArgumentException if that is not in the document
  JsonNode resolve(JsonNode node) {
    JsonNode at = node;
    for (int i = 0; at.has("$ref"); i++) {
      String reference = at.get("$ref").asString();
      if (!reference.startsWith("#/") || i == MAX_DEPTH) {
        throw new IllegalArgumentException("a reference that leads nowhere: " + reference);
      }
      at = document.at(reference.substring(1));
      if (at.isMissingNode()) {
        throw new IllegalArgumentException("a reference that leads nowhere: " + reference);
      }
    }
    return at;
  }

  private void check(
      JsonNode schema, JsonNode value, String where, int depth, List<String> errors) {
    if (depth > MAX_DEPTH) {
      errors.add(where + ": deeper than " + MAX_DEPTH);
      return;
    }
    if (schema.isBoolean()) {
      if (!schema.asBoolean()) {
        errors.add(where + ": nothing may be here");
      }
      return;
    }
    for (Map.Entry<String, JsonNode> each : schema.properties()) {
      JsonNode word = each.getValue();
      switch (each.getKey()) {
        case "$ref" -> check(resolve(schema), value, where, depth + 1, errors);
        case "type" -> type(word, value, where, errors);
        case "properties" -> properties(word, value, where, depth, errors);
        case "required" -> required(word, value, where, errors);
        case "additionalProperties" -> additional(schema, word, value, where, depth, errors);
        case "items" -> {
          for (int i = 0; value.isArray() && i < value.size(); i++) {
            check(word, value.get(i), where + "[" + i + "]", depth + 1, errors);
          }
        }
        case "allOf" -> word.forEach(one -> check(one, value, where, depth + 1, errors));
        case "anyOf" -> some(word, value, where, depth, Integer.MAX_VALUE, errors);
        case "oneOf" -> some(word, value, where, depth, 1, errors);
        case "enum" -> {
          if (word.valueStream().noneMatch(value::equals)) {
            errors.add(where + ": " + shortened(value) + " is none of " + word);
          }
        }
        case "const" -> {
          if (!word.equals(value)) {
            errors.add(where + ": " + shortened(value) + " is not " + word);
          }
        }
        case "minItems" -> {
          if (value.isArray() && value.size() < word.asInt()) {
            errors.add(where + ": fewer than " + word + " items");
          }
        }
        case "maxItems" -> {
          if (value.isArray() && value.size() > word.asInt()) {
            errors.add(where + ": more than " + word + " items");
          }
        }
        case "minLength" -> {
          if (value.isString() && value.asString().length() < word.asInt()) {
            errors.add(where + ": shorter than " + word);
          }
        }
        case "maxLength" -> {
          if (value.isString() && value.asString().length() > word.asInt()) {
            errors.add(where + ": longer than " + word);
          }
        }
        case "minimum" -> {
          if (value.isNumber() && value.decimalValue().compareTo(word.decimalValue()) < 0) {
            errors.add(where + ": " + value + " is less than " + word);
          }
        }
        case "maximum" -> {
          if (value.isNumber() && value.decimalValue().compareTo(word.decimalValue()) > 0) {
            errors.add(where + ": " + value + " is more than " + word);
          }
        }
        case "format" -> format(word.asString(), value, where, errors);
        case "contentSchema" -> content(word, value, where, depth, errors);
        default -> {
          if (!ANNOTATIONS.contains(each.getKey()) && !each.getKey().startsWith("x-")) {
            errors.add(where + ": the keyword \"" + each.getKey() + "\" is not known here");
          }
        }
      }
    }
  }

  private static void type(JsonNode word, JsonNode value, String where, List<String> errors) {
    boolean right =
        word.isArray()
            ? word.valueStream().anyMatch(one -> is(one.asString(), value))
            : is(word.asString(), value);
    if (!right) {
      errors.add(where + ": " + shortened(value) + " is no " + word);
    }
  }

  private static boolean is(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isString();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      case "number" -> value.isNumber();
      case "integer" -> value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
      default -> false;
    };
  }

  private void properties(
      JsonNode word, JsonNode value, String where, int depth, List<String> errors) {
    for (Map.Entry<String, JsonNode> property : word.properties()) {
      JsonNode member = value.isObject() ? value.get(property.getKey()) : null;
      if (member != null) {
        check(property.getValue(), member, where + "." + property.getKey(), depth + 1, errors);
      }
    }
  }

  private static void required(JsonNode word, JsonNode value, String where, List<String> errors) {
    for (JsonNode name : word) {
      if (value.isObject() && !value.has(name.asString())) {
        errors.add(where + ": there is no \"" + name.asString() + "\"");
      }
    }
  }

  private void additional(
      JsonNode schema,
      JsonNode word,
      JsonNode value,
      String where,
      int depth,
      List<String> errors) {
    if (!value.isObject()) {
      return;
    }
    JsonNode known = schema.path("properties");
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      if (!known.has(member.getKey())) {
        if (word.isBoolean() && !word.asBoolean()) {
          errors.add(where + ": \"" + member.getKey() + "\" is not described");
        } else {
          check(word, member.getValue(), where + "." + member.getKey(), depth + 1, errors);
        }
      }
    }
  }

  /// @param most how many of the schemas may fit
  private void some(
      JsonNode schemas, JsonNode value, String where, int depth, int most, List<String> errors) {
    int fitting = 0;
    List<String> why = new ArrayList<>();
    for (JsonNode one : schemas) {
      List<String> wrong = new ArrayList<>();
      check(one, value, where, depth + 1, wrong);
      if (wrong.isEmpty()) {
        fitting++;
      } else {
        why.add(wrong.getFirst());
      }
    }
    if (fitting == 0) {
      errors.add(where + ": none of " + schemas.size() + " schemas fits: " + why);
    } else if (fitting > most) {
      errors.add(where + ": " + fitting + " schemas fit, and one should");
    }
  }

  private static void format(String format, JsonNode value, String where, List<String> errors) {
    boolean right =
        switch (format) {
          case "date-time" -> !value.isString() || isDateTime(value.asString());
          case "int64" -> !value.isNumber() || inInt64(value.decimalValue());
          case "int32" ->
              !value.isNumber()
                  || value.decimalValue().abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE))
                      <= 0;
          case "double", "float", "uri", "binary", "duration" -> true;
          default -> false;
        };
    if (!right) {
      errors.add(where + ": " + shortened(value) + " is no " + format);
    }
  }

  private static boolean inInt64(BigDecimal number) {
    BigInteger whole = number.toBigInteger();
    return whole.compareTo(INT64_MIN) >= 0 && whole.compareTo(INT64_MAX) <= 0;
  }

  private static boolean isDateTime(String text) {
    try {
      var _ = OffsetDateTime.parse(text);
      return true;
    } catch (DateTimeException _) {
      return false; // that is the answer
    }
  }

  private void content(
      JsonNode schema, JsonNode value, String where, int depth, List<String> errors) {
    if (!value.isString()) {
      return;
    }
    try {
      check(schema, JSON.readTree(value.asString()), where + "(content)", depth + 1, errors);
    } catch (JacksonException e) {
      errors.add(where + ": holds no JSON: " + e.getOriginalMessage());
    }
  }

  private static String shortened(JsonNode value) {
    String text = value.toString();
    return text.length() > 120 ? text.substring(0, 120) + "…" : text;
  }
}
