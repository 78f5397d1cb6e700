package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Requirements on labels, all of which must hold: `app=web,tier in (a,b),!canary`. Immutable.
/// Empty matches everything (apimachinery `labels/selector.go`).
public final class LabelSelector {

  private static final LabelSelector EVERYTHING = new LabelSelector(List.of());

  private enum Operator {
    IN,
    NOT_IN,
    EXISTS,
    NOT_EXISTS,
    GREATER,
    LESS
  }

  private record Requirement(String key, Operator operator, Set<String> values) {
    boolean matches(JsonNode labels) {
      JsonNode label = labels.get(key);
      @Nullable String value = label == null ? null : label.asString("");
      return switch (operator) {
        case IN -> value != null && values.contains(value);
        case NOT_IN -> value == null || !values.contains(value);
        case EXISTS -> value != null;
        case NOT_EXISTS -> value == null;
        case GREATER -> value != null && compare(value) > 0;
        case LESS -> value != null && compare(value) < 0;
      };
    }

    /// How an integer label stands to the bound; 0, which neither asks for, if it is none.
    private int compare(String value) {
      return isInteger(value)
          ? new BigInteger(value).compareTo(new BigInteger(values.iterator().next()))
          : 0;
    }
  }

  private final List<Requirement> requirements;

  private LabelSelector(List<Requirement> requirements) {
    this.requirements = List.copyOf(requirements);
  }

  /// Reads the text of a `labelSelector` parameter.
  ///
  /// @throws KubeApiException 400 naming what cannot be read
  static LabelSelector parse(String text) {
    return text.isBlank() ? EVERYTHING : new LabelSelector(new Parser(text).all());
  }

  /// Reads a `LabelSelector` object with `matchLabels` and `matchExpressions`; empty ones match
  /// everything.
  ///
  /// @throws KubeApiException 400 if an operator is unknown
  public static LabelSelector of(JsonNode selector) {
    List<Requirement> requirements = equal(selector.path("matchLabels"));
    for (JsonNode expression : selector.path("matchExpressions")) {
      Set<String> values = new TreeSet<>();
      expression.path("values").forEach(value -> values.add(value.asString("")));
      Operator operator =
          switch (expression.path("operator").asString("")) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "DoesNotExist" -> Operator.NOT_EXISTS;
            case String other ->
                throw KubeApiException.badRequest(
                    "\"" + other + "\" is not a valid label selector operator");
          };
      requirements.add(new Requirement(expression.path("key").asString(""), operator, values));
    }
    return new LabelSelector(requirements);
  }

  /// Labels that must be there with these values, as in a service; an empty map matches everything.
  public static LabelSelector ofMap(JsonNode labels) {
    return new LabelSelector(equal(labels));
  }

  private static List<Requirement> equal(JsonNode labels) {
    List<Requirement> requirements = new ArrayList<>();
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      requirements.add(
          new Requirement(label.getKey(), Operator.IN, Set.of(label.getValue().asString(""))));
    }
    return requirements;
  }

  boolean isEmpty() {
    return requirements.isEmpty();
  }

  /// Whether an object's labels match; a missing node has none.
  public boolean matches(JsonNode labels) {
    for (Requirement requirement : requirements) {
      if (!requirement.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isInteger(String text) {
    int from = text.startsWith("-") ? 1 : 0;
    if (text.length() == from || text.length() > 19) {
      return false;
    }
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    List<Requirement> all() {
      List<Requirement> found = new ArrayList<>();
      do {
        found.add(one());
        skipBlanks();
      } while (take(","));
      if (at < text.length()) {
        throw fault("expected ',' or the end");
      }
      return found;
    }

    private Requirement one() {
      skipBlanks();
      if (take("!")) {
        return new Requirement(key(), Operator.NOT_EXISTS, Set.of());
      }
      String key = key();
      skipBlanks();
      if (at == text.length() || text.charAt(at) == ',') {
        return new Requirement(key, Operator.EXISTS, Set.of());
      } else if (take("!=")) {
        return new Requirement(key, Operator.NOT_IN, Set.of(value()));
      } else if (take("==") || take("=")) {
        return new Requirement(key, Operator.IN, Set.of(value()));
      } else if (take(">")) {
        return new Requirement(key, Operator.GREATER, Set.of(integer()));
      } else if (take("<")) {
        return new Requirement(key, Operator.LESS, Set.of(integer()));
      }
      String word = word();
      return switch (word) {
        case "in" -> new Requirement(key, Operator.IN, values());
        case "notin" -> new Requirement(key, Operator.NOT_IN, values());
        case String _ -> throw fault("expected one of =, ==, !=, <, >, in, notin");
      };
    }

    private Set<String> values() {
      skipBlanks();
      if (!take("(")) {
        throw fault("expected '('");
      }
      Set<String> values = new TreeSet<>();
      do {
        values.add(value());
        skipBlanks();
      } while (take(","));
      if (!take(")")) {
        throw fault("expected ',' or ')'");
      }
      return values;
    }

    private String key() {
      skipBlanks();
      String key = word();
      if (key.isEmpty()) {
        throw fault("expected a label's name");
      }
      return key;
    }

    private String value() {
      skipBlanks();
      return word();
    }

    private String integer() {
      String value = value();
      if (!isInteger(value)) {
        throw fault("for '<' and '>' the value must be an integer");
      }
      return value;
    }

    private String word() {
      int from = at;
      while (at < text.length() && isWord(text.charAt(at))) {
        at++;
      }
      return text.substring(from, at);
    }

    private static boolean isWord(char c) {
      return (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || c == '.'
          || c == '_'
          || c == '/'
          || c == '-';
    }

    private boolean take(String token) {
      if (text.startsWith(token, at)) {
        at += token.length();
        return true;
      }
      return false;
    }

    private void skipBlanks() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private KubeApiException fault(String expected) {
      return KubeApiException.badRequest(
          "unable to parse requirement: %s at character %d of the label selector \"%s\""
              .formatted(expected, at + 1, text));
    }
  }
}
