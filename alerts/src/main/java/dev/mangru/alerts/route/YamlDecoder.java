package dev.mangru.alerts.route;

import dev.mangru.alerts.route.YamlType.Struct;
import dev.mangru.model.error.MangruException;
import java.io.StringReader;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/// Decodes YAML strictly against a [YamlType], with the order and the words of Go's `yaml.v2`: all
/// mismatches of types and unknown fields are gathered into one error with their lines, while the
/// first value that a check refuses ends the decoding at once. Confined to one thread.
final class YamlDecoder {

  /// Characters of a document. Chosen: upstream has no limit; a thousand routes take 200 kB.
  private static final int MAX_CHARACTERS = 4 << 20;

  /// Nodes visited, aliases expanded. Chosen.
  private static final int MAX_NODES = 500_000;

  private static final int MAX_DEPTH = 60;

  private static final String CORE = "tag:yaml.org,2002:";

  private final List<String> problems = new ArrayList<>();
  private int nodes;
  private int depth;

  private YamlDecoder() {}

  /// The first document of `text`; null if it is empty.
  ///
  /// @throws MangruException `BAD_DATA` if it is not YAML or does not fit `type`
  static @Nullable Object decode(String text, YamlType type) {
    Node root = compose(text);
    if (root == null) {
      return null;
    }
    YamlDecoder decoder = new YamlDecoder();
    Object value = decoder.value(root, type);
    if (!decoder.problems.isEmpty()) {
      throw MangruException.badData(
          "yaml: unmarshal errors:\n  " + String.join("\n  ", decoder.problems));
    }
    return value;
  }

  private static @Nullable Node compose(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setNestingDepthLimit(MAX_DEPTH);
    try {
      Iterator<Node> documents =
          new Yaml(new SafeConstructor(options)).composeAll(new StringReader(text)).iterator();
      return documents.hasNext() ? documents.next() : null;
    } catch (YAMLException e) {
      throw MangruException.badData(YamlProblem.words(e));
    }
  }

  private @Nullable Object value(Node node, YamlType type) {
    if (++nodes > MAX_NODES) {
      throw MangruException.badData("yaml: document contains excessive aliasing");
    }
    if (++depth > MAX_DEPTH) {
      throw MangruException.badData("yaml: exceeded max depth of " + MAX_DEPTH);
    }
    try {
      return isNull(node) ? absent(type) : present(node, type);
    } finally {
      depth--;
    }
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
  }

  private static @Nullable Object absent(YamlType type) {
    return type instanceof YamlType.Text ? "" : null;
  }

  private @Nullable Object present(Node node, YamlType type) {
    return switch (type) {
      case YamlType.Text text -> node instanceof ScalarNode s ? s.getValue() : mismatch(node, text);
      case YamlType.Flag flag -> flag(node, flag);
      case YamlType.Whole whole -> whole(node, whole);
      case YamlType.Real real -> real(node, real);
      case YamlType.Span span -> span(node, span);
      case YamlType.Parsed parsed ->
          node instanceof ScalarNode s ? parsed.parse().apply(s.getValue()) : mismatch(node, type);
      case YamlType.ListOf list -> list(node, list);
      case YamlType.MapOf map -> map(node, map);
      case YamlType.Any _ -> true;
      case YamlType.Either either ->
          value(node, node instanceof MappingNode ? either.full() : either.simple());
      case Struct struct -> struct(node, struct);
    };
  }

  private @Nullable Object flag(Node node, YamlType type) {
    if (node instanceof ScalarNode scalar && node.getTag().equals(Tag.BOOL)) {
      return switch (scalar.getValue().toLowerCase(java.util.Locale.ROOT)) {
        case "true", "yes", "on" -> true;
        default -> false;
      };
    }
    return mismatch(node, type);
  }

  private @Nullable Object whole(Node node, YamlType.Whole type) {
    if (node instanceof ScalarNode scalar && node.getTag().equals(Tag.INT)) {
      BigInteger value = integer(scalar.getValue());
      if (value != null && value.bitLength() < 64 && !(type.unsigned() && value.signum() < 0)) {
        return value.longValue();
      }
    }
    return mismatch(node, type);
  }

  private static @Nullable BigInteger integer(String text) {
    String digits = text.replace("_", "");
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    int radix = 10;
    if (digits.startsWith("0x")) {
      radix = 16;
      digits = digits.substring(2);
    } else if (digits.startsWith("0b")) {
      radix = 2;
      digits = digits.substring(2);
    } else if (digits.length() > 1 && digits.startsWith("0")) {
      radix = 8;
    }
    try {
      BigInteger value = new BigInteger(digits, radix);
      return negative ? value.negate() : value;
    } catch (NumberFormatException _) {
      return null;
    }
  }

  private @Nullable Object real(Node node, YamlType type) {
    if (node instanceof ScalarNode scalar
        && (node.getTag().equals(Tag.FLOAT) || node.getTag().equals(Tag.INT))) {
      try {
        return Double.parseDouble(scalar.getValue().replace("_", ""));
      } catch (NumberFormatException _) {
        return mismatch(node, type);
      }
    }
    return mismatch(node, type);
  }

  /// A Go duration, or a bare number of nanoseconds.
  private @Nullable Object span(Node node, YamlType type) {
    if (node instanceof ScalarNode scalar) {
      if (node.getTag().equals(Tag.INT)) {
        BigInteger nanos = integer(scalar.getValue());
        return nanos != null && nanos.bitLength() < 64
            ? Duration.ofNanos(nanos.longValue())
            : mismatch(node, type);
      }
      Duration duration = Durations.go(scalar.getValue());
      if (duration != null) {
        return duration;
      }
    }
    return mismatch(node, type);
  }

  private @Nullable Object list(Node node, YamlType.ListOf type) {
    if (!(node instanceof SequenceNode sequence)) {
      return mismatch(node, type);
    }
    List<@Nullable Object> list = new ArrayList<>();
    for (Node each : sequence.getValue()) {
      list.add(value(each, type.element()));
    }
    return list;
  }

  private @Nullable Object map(Node node, YamlType.MapOf type) {
    if (!(node instanceof MappingNode mapping)) {
      return mismatch(node, type);
    }
    int before = problems.size();
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        mismatch(entry.getKeyNode(), YamlType.STRING);
        continue;
      }
      Object value = value(entry.getValueNode(), type.value());
      if (map.containsKey(key.getValue())) {
        problems.add("line " + line(key) + ": key \"" + key.getValue() + "\" already set in map");
      }
      map.put(key.getValue(), value);
    }
    if (problems.size() == before) {
      type.check().accept(map);
    }
    return map;
  }

  private @Nullable Object struct(Node node, Struct type) {
    if (!(node instanceof MappingNode mapping)) {
      return mismatch(node, type);
    }
    int before = problems.size();
    YamlMap map = new YamlMap();
    fields(mapping, type, map);
    if (problems.size() == before) {
      type.accept(map);
    }
    return map;
  }

  private void fields(MappingNode mapping, Struct type, YamlMap into) {
    Set<String> seen = new HashSet<>();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        mismatch(entry.getKeyNode(), YamlType.STRING);
        continue;
      }
      if (key.getTag().equals(Tag.MERGE)) {
        merge(entry.getValueNode(), type, into);
        continue;
      }
      String name = key.getValue();
      YamlType field = type.field(name);
      if (field == null) {
        problems.add("line " + line(key) + ": field " + name + " not found in type " + type.go());
      } else if (!seen.add(name)) {
        problems.add("line " + line(key) + ": field " + name + " already set in type " + type.go());
      } else {
        into.put(name, value(entry.getValueNode(), field));
      }
    }
  }

  private void merge(Node from, Struct type, YamlMap into) {
    if (++nodes > MAX_NODES) {
      throw MangruException.badData("yaml: document contains excessive aliasing");
    }
    if (++depth > MAX_DEPTH) {
      throw MangruException.badData("yaml: exceeded max depth of " + MAX_DEPTH);
    }
    switch (from) {
      case MappingNode mapping -> fields(mapping, type, into);
      case SequenceNode sequence ->
          sequence.getValue().reversed().forEach(each -> merge(each, type, into));
      default ->
          throw MangruException.badData(
              "yaml: map merge requires map or sequence of maps as the value");
    }
    depth--;
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private @Nullable Object mismatch(Node node, YamlType type) {
    String tag = node.getTag().getValue();
    String shown = tag.startsWith(CORE) ? "!!" + tag.substring(CORE.length()) : tag;
    String value = "";
    if (node instanceof ScalarNode scalar) {
      String text = scalar.getValue();
      value = " `" + (text.length() > 10 ? text.substring(0, 7) + "..." : text) + "`";
    }
    problems.add(
        "line " + line(node) + ": cannot unmarshal " + shown + value + " into " + type.go());
    return null;
  }
}
