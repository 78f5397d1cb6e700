package dev.mangru.alerts.route;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a place in a configuration file may hold. [#go] is the name of its type in Go, which is how
/// upstream's messages call it.
sealed interface YamlType {

  /// A plain string.
  Text STRING = new Text("string");

  /// A string that is not shown again.
  Text SECRET = new Text("config.plain");

  Flag BOOL = new Flag();

  Whole INT = new Whole("int", false);

  Any ANY = new Any();

  ListOf STRINGS = new ListOf("[]string", STRING);

  MapOf STRING_MAP = new MapOf("map[string]string", STRING, _ -> {});

  MapOf ANY_MAP = new MapOf("map[string]interface {}", ANY, _ -> {});

  /// The type's name in messages.
  String go();

  record Text(String go) implements YamlType {}

  record Flag() implements YamlType {
    @Override
    public String go() {
      return "bool";
    }
  }

  record Whole(String go, boolean unsigned) implements YamlType {}

  record Real() implements YamlType {
    @Override
    public String go() {
      return "float64";
    }
  }

  /// `time.Duration`, decoded to a [java.time.Duration].
  record Span() implements YamlType {
    @Override
    public String go() {
      return "time.Duration";
    }
  }

  /// A string that is turned into something; a [dev.mangru.model.error.MangruException] of `parse`
  /// ends the decoding.
  record Parsed(String go, Function<String, Object> parse) implements YamlType {
    static Parsed string(Function<String, Object> parse) {
      return new Parsed("string", parse);
    }
  }

  record ListOf(String go, YamlType element) implements YamlType {}

  record MapOf(String go, YamlType value, Consumer<Map<String, @Nullable Object>> check)
      implements YamlType {}

  record Any() implements YamlType {
    @Override
    public String go() {
      return "interface {}";
    }
  }

  /// A scalar or list of one type, or a mapping of another.
  record Either(YamlType simple, Struct full) implements YamlType {
    @Override
    public String go() {
      return full.go();
    }
  }

  /// A mapping with fixed fields.
  final class Struct implements YamlType {
    private final String go;
    private final Map<String, YamlType> fields = new LinkedHashMap<>();
    private Consumer<YamlMap> check = _ -> {};

    private Struct(String go) {
      this.go = go;
    }

    static Struct of(String go) {
      return new Struct(go);
    }

    Struct field(String name, YamlType type) {
      fields.put(name, type);
      return this;
    }

    Struct texts(String... names) {
      return all(STRING, names);
    }

    Struct secrets(String... names) {
      return all(SECRET, names);
    }

    Struct flags(String... names) {
      return all(BOOL, names);
    }

    Struct all(YamlType type, String... names) {
      for (String name : names) {
        fields.put(name, type);
      }
      return this;
    }

    /// Looks at the mapping once all of its fields are decoded without a problem.
    Struct check(Consumer<YamlMap> then) {
      Consumer<YamlMap> before = check;
      check =
          map -> {
            before.accept(map);
            then.accept(map);
          };
      return this;
    }

    @Override
    public String go() {
      return go;
    }

    @Nullable YamlType field(String name) {
      return fields.get(name);
    }

    void accept(YamlMap map) {
      check.accept(map);
    }
  }
}
