package dev.mangru.alerts.template;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a template can see. Nothing is reached by reflection: whoever wants a template to see
/// something makes a value of it. Immutable and thread-safe.
public sealed interface Value {

  /// The string-keyed map `map`, seen as Go's `map[string]string`.
  static Value strings(Map<String, String> map) {
    SequencedMap<String, Value> entries = new LinkedHashMap<>();
    map.forEach((name, value) -> entries.put(name, text(value)));
    return new Mapping(entries, GoType.STRING_MAP);
  }

  /// A string.
  static Value text(String text) {
    return new Text(text, GoType.STRING);
  }

  /// A `float64`.
  static Value number(double number) {
    return new Real(number);
  }

  /// What `data` is to a template: null, strings, booleans, numbers, lists and string-keyed maps of
  /// them, and values.
  ///
  /// @throws IllegalArgumentException for anything else
  static Value of(@Nullable Object data) {
    return switch (data) {
      case null -> Nil.NIL;
      case Value value -> value;
      case String string -> text(string);
      case Boolean bool -> new Bool(bool);
      case Double real -> new Real(real);
      case Float real -> new Real(real.doubleValue());
      case Integer integer -> integer(integer);
      case Long integer -> integer(integer);
      case List<?> list -> {
        List<Value> items = new ArrayList<>();
        list.forEach(item -> items.add(of(item)));
        yield new Items(items, GoType.ANY_LIST);
      }
      case Map<?, ?> map -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        map.forEach((key, value) -> entries.put(String.valueOf(key), of(value)));
        yield new Mapping(entries, GoType.ANY_MAP);
      }
      default ->
          throw new IllegalArgumentException(
              "a template cannot see a " + data.getClass().getName() + ": make a Value of it");
    };
  }

  private static Value integer(long value) {
    return new Int(value, GoType.INT);
  }

  /// What it is in Go.
  GoType type();

  /// Nothing: what a missing value evaluates to.
  enum Nil implements Value {
    /// The only one.
    NIL;

    @Override
    public GoType type() {
      return GoType.INVALID;
    }
  }

  /// True or false.
  record Bool(boolean value) implements Value {
    @Override
    public GoType type() {
      return GoType.BOOL;
    }
  }

  /// An integer, also of named types such as a month or a duration in nanoseconds.
  record Int(long value, GoType type) implements Value {}

  /// A `float64`.
  record Real(double value) implements Value {
    @Override
    public GoType type() {
      return GoType.FLOAT64;
    }
  }

  /// A complex number.
  record Complex(double real, double imaginary) implements Value {
    @Override
    public GoType type() {
      return GoType.COMPLEX128;
    }
  }

  /// A string; `template.HTML` is one too.
  record Text(String value, GoType type) implements Value {}

  /// A slice.
  record Items(List<Value> values, GoType type) implements Value {
    /// Copies the list.
    public Items {
      values = List.copyOf(values);
    }
  }

  /// A map with strings as keys, in the order of their bytes.
  record Mapping(Map<String, Value> entries, GoType type) implements Value {
    /// Copies and sorts the map.
    public Mapping {
      TreeMap<String, Value> sorted = new TreeMap<>(Values.BY_BYTES);
      sorted.putAll(entries);
      entries = Collections.unmodifiableMap(sorted);
    }
  }

  /// A struct or a pointer to one: named fields in the order of their declaration.
  record Struct(Map<String, Value> fields, GoType type) implements Value {
    /// Copies the fields.
    public Struct {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
  }

  /// A `time.Time` or a pointer to one.
  record Time(ZonedDateTime at, GoType type) implements Value {}

  /// A pointer to an integer of a named type, such as `*time.Duration`.
  record IntPointer(long value, GoType type) implements Value {}
}
