package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Attributes in their order, repeated keys included. Confined to one thread; reusable.
final class Attributes {

  /// One attribute; the value as text.
  record Attribute(String key, String value) {}

  private static final Comparator<Attribute> BY_KEY =
      Comparator.comparing(Attribute::key, Labels::compareUtf8);

  private final List<Attribute> all = new ArrayList<>();

  void clear() {
    all.clear();
  }

  void add(String key, String value) {
    all.add(new Attribute(key, value));
  }

  List<Attribute> all() {
    return all;
  }

  /// By key; those of one key in their order.
  List<Attribute> sorted() {
    if (all.size() < 2) {
      return all;
    }
    List<Attribute> sorted = new ArrayList<>(all);
    sorted.sort(BY_KEY);
    return sorted;
  }

  /// The value of a key, the first if it is repeated.
  @Nullable String get(String key) {
    for (Attribute attribute : all) {
      if (attribute.key.equals(key)) {
        return attribute.value;
      }
    }
    return null;
  }
}
