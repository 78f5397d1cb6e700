package dev.mangru.model.metric;

import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;

/// An immutable set of labels, sorted by name. Labels with an empty value are absent.
///
/// Names and values compare by UTF-8 bytes, as Prometheus' do. Thread-safe.
public final class Labels implements Comparable<Labels>, Iterable<Label> {

  /// The label that holds a series' metric name.
  public static final String METRIC_NAME = "__name__";

  private static final Labels EMPTY = new Labels(new String[0]);

  /// Name, value, name, value; sorted by name.
  private final String[] pairs;

  private int hash;

  private Labels(String[] pairs) {
    this.pairs = pairs;
  }

  /// No label at all.
  public static Labels empty() {
    return EMPTY;
  }

  /// Labels from `name, value, name, value, …` in any order.
  public static Labels of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException(
          "names and values must come in pairs: " + Arrays.toString(namesAndValues));
    }
    Builder builder = builder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      builder.set(namesAndValues[i], namesAndValues[i + 1]);
    }
    return builder.build();
  }

  /// Labels from a map.
  public static Labels of(Map<String, String> map) {
    Builder builder = builder();
    map.forEach(builder::set);
    return builder.build();
  }

  /// Trusts the caller: `pairs` is `name, value, …`, sorted by UTF-8 name, without empty values or
  /// repeated names, and is not touched again. For decoders and stores; everyone else uses [#of].
  public static Labels ofSortedPairs(String[] pairs) {
    return pairs.length == 0 ? EMPTY : new Labels(pairs);
  }

  /// An empty builder.
  public static Builder builder() {
    return new Builder();
  }

  /// A builder that starts with these labels.
  public Builder toBuilder() {
    Builder builder = new Builder();
    for (int i = 0; i < pairs.length; i += 2) {
      builder.set(pairs[i], pairs[i + 1]);
    }
    return builder;
  }

  /// The value of `name`, or the empty string where there is none.
  public String get(String name) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(name)) {
        return pairs[i + 1];
      }
    }
    return "";
  }

  /// Whether there is a label called `name`.
  public boolean has(String name) {
    return !get(name).isEmpty();
  }

  /// The metric name, or the empty string.
  public String metricName() {
    return get(METRIC_NAME);
  }

  /// How many labels there are.
  public int count() {
    return pairs.length / 2;
  }

  /// Whether there is no label.
  public boolean isEmpty() {
    return pairs.length == 0;
  }

  /// The name at `position`, from 0 to [#count] exclusive.
  public String name(int position) {
    return pairs[2 * position];
  }

  /// The value at `position`, from 0 to [#count] exclusive.
  public String value(int position) {
    return pairs[2 * position + 1];
  }

  /// These labels without those named.
  public Labels without(Collection<String> names) {
    return filter(names, false);
  }

  /// Only those of these labels that are named.
  public Labels keep(Collection<String> names) {
    return filter(names, true);
  }

  /// These labels without the metric name.
  public Labels withoutMetricName() {
    int place = 0;
    while (place < pairs.length && !pairs[place].equals(METRIC_NAME)) {
      place += 2;
    }
    if (place == pairs.length) {
      return this;
    }
    String[] kept = new String[pairs.length - 2];
    System.arraycopy(pairs, 0, kept, 0, place);
    System.arraycopy(pairs, place + 2, kept, place, kept.length - place);
    return ofSortedPairs(kept);
  }

  private Labels filter(Collection<String> names, boolean keep) {
    String[] kept = new String[pairs.length];
    int size = 0;
    for (int i = 0; i < pairs.length; i += 2) {
      if (names.contains(pairs[i]) == keep) {
        kept[size++] = pairs[i];
        kept[size++] = pairs[i + 1];
      }
    }
    return size == pairs.length ? this : ofSortedPairs(Arrays.copyOf(kept, size));
  }

  /// These labels with `name` set to `value`; an empty value removes it.
  public Labels with(String name, String value) {
    int place = 0;
    while (place < pairs.length && compareUtf8(pairs[place], name) < 0) {
      place += 2;
    }
    boolean there = place < pairs.length && pairs[place].equals(name);
    if (value.isEmpty()) {
      return there ? without(List.of(name)) : this;
    }
    String[] changed = new String[there ? pairs.length : pairs.length + 2];
    System.arraycopy(pairs, 0, changed, 0, place);
    changed[place] = name;
    changed[place + 1] = value;
    int rest = there ? place + 2 : place;
    System.arraycopy(pairs, rest, changed, place + 2, pairs.length - rest);
    return ofSortedPairs(changed);
  }

  /// As a map, in label order.
  public Map<String, String> toMap() {
    Map<String, String> map = new java.util.LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  @Override
  public Iterator<Label> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < pairs.length;
      }

      @Override
      public Label next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Label label = new Label(pairs[next], pairs[next + 1]);
        next += 2;
        return label;
      }
    };
  }

  /// Pairwise by name, then value; the shorter set first. Prometheus' order of series.
  @Override
  public int compareTo(Labels other) {
    int shared = Math.min(pairs.length, other.pairs.length);
    for (int i = 0; i < shared; i++) {
      String mine = pairs[i];
      String theirs = other.pairs[i];
      int order = mine.equals(theirs) ? 0 : compareUtf8(mine, theirs);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(pairs.length, other.pairs.length);
  }

  /// Compares as the UTF-8 bytes would: UTF-16 order except where a surrogate meets U+E000 or
  /// above.
  public static int compareUtf8(String left, String right) {
    int shared = Math.min(left.length(), right.length());
    for (int i = 0; i < shared; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean aSurrogate = Character.isSurrogate(a);
        boolean bSurrogate = Character.isSurrogate(b);
        return aSurrogate == bSurrogate ? Character.compare(a, b) : aSurrogate ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels && Arrays.equals(pairs, labels.pairs);
  }

  @Override
  public int hashCode() {
    int value = hash;
    if (value == 0) {
      value = Arrays.hashCode(pairs);
      hash = value;
    }
    return value;
  }

  /// As PromQL writes them: `name{a="b"}`.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(metricName());
    String separator = "{";
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(METRIC_NAME)) {
        continue;
      }
      text.append(separator).append(pairs[i]).append('=');
      quote(pairs[i + 1], text);
      separator = ", ";
    }
    if (separator.equals(", ")) {
      text.append('}');
    } else if (text.isEmpty()) {
      text.append("{}");
    }
    return text.toString();
  }

  private static void quote(String value, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        default -> text.append(c);
      }
    }
    text.append('"');
  }

  /// Gathers labels in any order; a later value of a name replaces an earlier one. Confined to one
  /// thread.
  public static final class Builder {

    private final TreeMap<String, String> values = new TreeMap<>(Labels::compareUtf8);

    private Builder() {}

    /// Sets a label; an empty value removes it.
    public Builder set(String name, String value) {
      if (name.isEmpty()) {
        throw new IllegalArgumentException(
            "a label name must not be empty (value \"" + value + "\")");
      }
      if (value.isEmpty()) {
        values.remove(name);
      } else {
        values.put(name, value);
      }
      return this;
    }

    /// Removes a label, if it is there.
    public Builder remove(String name) {
      values.remove(name);
      return this;
    }

    /// The value set so far, or the empty string.
    public String get(String name) {
      return values.getOrDefault(name, "");
    }

    /// The labels gathered so far.
    public Labels build() {
      String[] pairs = new String[values.size() * 2];
      int i = 0;
      for (Map.Entry<String, String> entry : values.entrySet()) {
        pairs[i++] = entry.getKey();
        pairs[i++] = entry.getValue();
      }
      return ofSortedPairs(pairs);
    }
  }
}
