package dev.mangru.collector.agent;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One mapping of a YAML file, whose keys are asked for by name; what nobody asked for is refused
/// at the end. Confined to one thread.
final class YamlSection {

  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private final String file;
  private final String path;
  private final Map<String, @Nullable Object> values = new LinkedHashMap<>();
  private final Set<String> known = new HashSet<>();

  /// @param path where the mapping is in the file; empty for the top
  YamlSection(String file, String path, @Nullable Object node) throws ConfigException {
    this.file = file;
    this.path = path;
    if (node == null) {
      return;
    }
    if (!(node instanceof Map<?, ?> map)) {
      throw new ConfigException(where() + ": must be a mapping of keys to values, not " + node);
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      values.put(String.valueOf(entry.getKey()), entry.getValue());
    }
  }

  String file() {
    return file;
  }

  /// File and path, for messages.
  String where() {
    return path.isEmpty() ? file : file + ": " + path;
  }

  private String key(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private ConfigException wrong(String name, String wanted, @Nullable Object found) {
    return new ConfigException(file + ": " + key(name) + " must be " + wanted + ", not " + found);
  }

  private @Nullable Object take(String name) {
    known.add(name);
    return values.get(name);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name, String otherwise) throws ConfigException {
    Object value = take(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Map || value instanceof List) {
      throw wrong(name, "a text", value);
    }
    return value.toString();
  }

  String required(String name) throws ConfigException {
    String text = text(name, "");
    if (text.isEmpty()) {
      throw new ConfigException(file + ": " + key(name) + " is required");
    }
    return text;
  }

  boolean flag(String name, boolean otherwise) throws ConfigException {
    return switch (take(name)) {
      case null -> otherwise;
      case Boolean flag -> flag;
      case Object other -> throw wrong(name, "true or false", other);
    };
  }

  long number(String name, long otherwise) throws ConfigException {
    return switch (take(name)) {
      case null -> otherwise;
      case Integer number -> number;
      case Long number -> number;
      case Object other -> throw wrong(name, "a whole number", other);
    };
  }

  Duration duration(String name, Duration otherwise) throws ConfigException {
    Object value = take(name);
    return value == null ? otherwise : duration(file + ": " + key(name), value.toString());
  }

  /// `250ms`, `10s`, `5m`, `2h`, `1d`.
  static Duration duration(String what, String text) throws ConfigException {
    int digits = 0;
    while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    Duration unit = UNITS.get(text.substring(digits));
    if (digits == 0 || digits > 9 || unit == null) {
      throw new ConfigException(
          what + " must be a duration such as 250ms, 10s, 5m, 2h or 1d, not " + text);
    }
    return unit.multipliedBy(Long.parseLong(text, 0, digits, 10));
  }

  /// One of an enum's constants, in lower case.
  <E extends Enum<E>> E choice(String name, E otherwise) throws ConfigException {
    Object value = take(name);
    if (value == null) {
      return otherwise;
    }
    List<E> choices = Arrays.asList(otherwise.getDeclaringClass().getEnumConstants());
    for (E choice : choices) {
      if (choice.name().toLowerCase(Locale.ROOT).equals(value)) {
        return choice;
      }
    }
    throw wrong(name, "one of " + choices.toString().toLowerCase(Locale.ROOT), value);
  }

  List<?> list(String name) throws ConfigException {
    return switch (take(name)) {
      case null -> List.of();
      case List<?> list -> list;
      case Object other -> throw wrong(name, "a list", other);
    };
  }

  YamlSection section(String name) throws ConfigException {
    return new YamlSection(file, key(name), take(name));
  }

  /// All keys with their texts; none is unknown.
  Map<String, String> texts() throws ConfigException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : values.keySet()) {
      texts.put(name, text(name, ""));
    }
    return texts;
  }

  void refuseUnknown() throws ConfigException {
    Set<String> unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new ConfigException(
          file
              + ": unknown key "
              + key(unknown.iterator().next())
              + "; known here: "
              + String.join(", ", new TreeSet<>(known)));
    }
  }
}
