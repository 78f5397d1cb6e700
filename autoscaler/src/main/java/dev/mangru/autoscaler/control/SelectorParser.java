package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.control.LabelSelector.Operator;
import dev.mangru.autoscaler.control.LabelSelector.Requirement;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.util.ArrayList;
import java.util.List;

/// Reads label selectors in their text form, as the API server does. Confined to one thread.
final class SelectorParser {

  /// Longest name part of a key, and longest value.
  private static final int MAX_NAME = 63;

  private static final String OPERATORS = "in, notin, =, ==, !=, gt, lt";

  private final String text;
  private int at;

  SelectorParser(String text) {
    this.text = text;
  }

  LabelSelector parse() {
    List<Requirement> requirements = new ArrayList<>();
    skipBlanks();
    while (at < text.length()) {
      requirements.add(requirement());
      skipBlanks();
      if (at == text.length()) {
        break;
      }
      if (text.charAt(at) != ',') {
        throw unexpected("',' or the end");
      }
      at++;
      skipBlanks();
      if (at == text.length()) {
        throw unexpected("a label's name after ','");
      }
    }
    return new LabelSelector(requirements);
  }

  private Requirement requirement() {
    if (text.charAt(at) == '!') {
      at++;
      skipBlanks();
      return new Requirement(key(), Operator.DOES_NOT_EXIST, List.of());
    }
    String key = key();
    skipBlanks();
    if (at == text.length() || text.charAt(at) == ',') {
      return new Requirement(key, Operator.EXISTS, List.of());
    }
    if (taken("!=")) {
      return new Requirement(key, Operator.NOT_IN, List.of(value()));
    }
    if (taken("==") || taken("=")) {
      return new Requirement(key, Operator.IN, List.of(value()));
    }
    if (taken(">")) {
      return new Requirement(key, Operator.GREATER_THAN, List.of(number()));
    }
    if (taken("<")) {
      return new Requirement(key, Operator.LESS_THAN, List.of(number()));
    }
    int start = at;
    String word = word();
    if (word.equals("in") || word.equals("notin")) {
      return new Requirement(key, word.equals("in") ? Operator.IN : Operator.NOT_IN, values());
    }
    at = start;
    throw unexpected(OPERATORS);
  }

  private String key() {
    String key = word();
    int slash = key.indexOf('/');
    String name = key.substring(slash + 1);
    boolean goodPrefix = slash < 0 || (slash > 0 && slash <= 253);
    if (!goodPrefix || name.isEmpty() || name.indexOf('/') >= 0 || !goodName(name)) {
      throw MangruException.badData(
          "'%s' is not the name of a label in the selector '%s'".formatted(key, text));
    }
    return key;
  }

  private String value() {
    skipBlanks();
    String value = word();
    if (!value.isEmpty() && !goodName(value)) {
      throw MangruException.badData(
          "'%s' is not the value of a label in the selector '%s'".formatted(value, text));
    }
    return value;
  }

  private String number() {
    String value = value();
    try {
      Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA,
          "'%s' in the selector '%s' must be a whole number".formatted(value, text),
          e);
    }
    return value;
  }

  private List<String> values() {
    skipBlanks();
    if (!taken("(")) {
      throw unexpected("'('");
    }
    List<String> values = new ArrayList<>();
    while (true) {
      values.add(value());
      skipBlanks();
      if (taken(")")) {
        return values;
      }
      if (!taken(",")) {
        throw unexpected("',' or ')'");
      }
    }
  }

  private String word() {
    int start = at;
    while (at < text.length() && wordCharacter(text.charAt(at))) {
      at++;
    }
    return text.substring(start, at);
  }

  private boolean taken(String token) {
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

  private static boolean wordCharacter(char c) {
    return alphanumeric(c) || c == '.' || c == '_' || c == '-' || c == '/';
  }

  private static boolean alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static boolean goodName(String name) {
    return name.length() <= MAX_NAME
        && name.indexOf('/') < 0
        && alphanumeric(name.charAt(0))
        && alphanumeric(name.charAt(name.length() - 1));
  }

  private MangruException unexpected(String expected) {
    int end = at;
    while (end < text.length() && wordCharacter(text.charAt(end))) {
      end++;
    }
    String found = text.substring(at, Math.min(text.length(), Math.max(end, at + 1)));
    return MangruException.badData("found '%s', expected: %s".formatted(found, expected));
  }
}
