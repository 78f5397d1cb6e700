package dev.mangru.alerts.route;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A decoded mapping. What is absent and what is null are the same. Confined to one thread.
final class YamlMap {

  private final Map<String, Object> values = new LinkedHashMap<>();

  void put(String name, @Nullable Object value) {
    if (value == null) {
      values.remove(name);
    } else {
      values.put(name, value);
    }
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /// Whether there is a string that is not empty.
  boolean hasText(String name) {
    return !text(name).isEmpty();
  }

  @Nullable Object get(String name) {
    return values.get(name);
  }

  String text(String name) {
    return values.get(name) instanceof String text ? text : "";
  }

  String text(String name, String absent) {
    return has(name) ? text(name) : absent;
  }

  boolean flag(String name, boolean absent) {
    return values.get(name) instanceof Boolean flag ? flag : absent;
  }

  long whole(String name, long absent) {
    return values.get(name) instanceof Long whole ? whole : absent;
  }

  @Nullable Duration duration(String name) {
    return values.get(name) instanceof Duration duration ? duration : null;
  }

  @Nullable YamlMap map(String name) {
    return values.get(name) instanceof YamlMap map ? map : null;
  }

  /// The strings of a list; empty if there is none.
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Object each : list(name)) {
      texts.add(each instanceof String text ? text : "");
    }
    return texts;
  }

  /// The mappings of a list, null for entries that are null.
  List<@Nullable YamlMap> maps(String name) {
    List<@Nullable YamlMap> maps = new ArrayList<>();
    for (Object each : list(name)) {
      maps.add(each instanceof YamlMap map ? map : null);
    }
    return maps;
  }

  List<@Nullable Object> list(String name) {
    List<@Nullable Object> list = new ArrayList<>();
    if (values.get(name) instanceof List<?> found) {
      list.addAll(found);
    }
    return list;
  }

  /// The entries of a mapping with any keys; empty if there is none.
  Map<String, @Nullable Object> entries(String name) {
    Map<String, @Nullable Object> entries = new LinkedHashMap<>();
    if (values.get(name) instanceof Map<?, ?> found) {
      found.forEach((key, value) -> entries.put(String.valueOf(key), value));
    }
    return entries;
  }
}
