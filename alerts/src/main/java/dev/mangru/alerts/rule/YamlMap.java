package dev.mangru.alerts.rule;

import dev.mangru.model.error.MangruException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/// One mapping of a document, read strictly: `<<` is merged, and a field that is unknown, given
/// twice or of the wrong kind is a problem with its line and column. Confined to one thread.
///
/// Texts of problems are those of Go's yaml.v3, which users of rule files know.
public final class YamlMap {

  /// How deep merges may nest. Chosen: rule files merge once.
  private static final int MAX_MERGE_DEPTH = 16;

  private final MappingNode node;
  private final YamlProblems problems;
  private final Map<String, Node> keys = new LinkedHashMap<>();
  private final Map<String, Node> values = new LinkedHashMap<>();

  private YamlMap(MappingNode node, YamlProblems problems) {
    this.node = node;
    this.problems = problems;
  }

  /// Reads `node`; null, with the problem written down, if it is not a mapping.
  ///
  /// @param type what upstream calls this kind of mapping
  public static @Nullable YamlMap of(Node node, String type, YamlProblems problems) {
    if (!problems.mayLookAt(node)) {
      return null;
    }
    if (!(node instanceof MappingNode mapping)) {
      problems.at(node, cannotUnmarshal(node, type));
      return null;
    }
    YamlMap map = new YamlMap(mapping, problems);
    map.gather(mapping, 0);
    return map;
  }

  private void gather(MappingNode mapping, int depth) {
    if (depth > MAX_MERGE_DEPTH) {
      problems.at(mapping, "merges nest deeper than " + MAX_MERGE_DEPTH);
      return;
    }
    List<Node> merges = new ArrayList<>();
    Map<String, Node> own = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.at(tuple.getKeyNode(), "a field's name must be a scalar");
        continue;
      }
      if (!problems.mayLookAt(key)) {
        return;
      }
      if (key.getTag().equals(Tag.MERGE)) {
        merges.add(tuple.getValueNode());
        continue;
      }
      String name = content(key);
      Node earlier = own.put(name, key);
      if (earlier != null) {
        problems.at(
            key,
            "mapping key \""
                + name
                + "\" already defined at line "
                + (earlier.getStartMark().getLine() + 1));
      }
      if (keys.putIfAbsent(name, key) == null) {
        values.put(name, tuple.getValueNode());
      }
    }
    for (Node merge : merges) {
      merge(merge, depth);
    }
  }

  private void merge(Node merge, int depth) {
    switch (merge) {
      case MappingNode mapping -> gather(mapping, depth + 1);
      case SequenceNode sequence -> {
        for (Node each : sequence.getValue()) {
          if (each instanceof MappingNode mapping) {
            gather(mapping, depth + 1);
          } else {
            problems.at(each, "map merge requires map or sequence of maps as the value");
          }
        }
      }
      default -> problems.at(merge, "map merge requires map or sequence of maps as the value");
    }
  }

  /// Writes down every field that is not in `known`.
  public void onlyFields(Set<String> known, String type) {
    keys.forEach((name, key) -> {
      if (!known.contains(name)) {
        problems.at(key, "field " + name + " not found in type " + type);
      }
    });
  }

  /// The mapping itself, for its place.
  public Node node() {
    return node;
  }

  /// The names of the fields, in order.
  public Set<String> names() {
    return keys.keySet();
  }

  /// The key of a field, for its place; null if the field is absent.
  public @Nullable Node key(String name) {
    return keys.get(name);
  }

  /// The value of a field; null if it is absent or null.
  public @Nullable Node value(String name) {
    Node value = values.get(name);
    return value == null || isNull(value) ? null : value;
  }

  /// The place that a problem with this field should point to: its value, or the mapping.
  public Node place(String name) {
    return values.getOrDefault(name, node);
  }

  /// A text; empty if absent. Numbers and booleans are taken as they are written.
  public String text(String name) {
    Node value = value(name);
    if (value == null) {
      return "";
    }
    if (value instanceof ScalarNode scalar && problems.mayLookAt(value)) {
      return content(scalar);
    }
    problems.at(value, cannotUnmarshal(value, "string"));
    return "";
  }

  /// The text of a scalar. `!!binary` gives the text that its bytes encode; a byte that is not
  /// UTF-8 becomes a lone surrogate, which no name and no label value may hold.
  private String content(ScalarNode scalar) {
    if (!scalar.getTag().equals(Tag.BINARY)) {
      return scalar.getValue();
    }
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(scalar.getValue());
    } catch (IllegalArgumentException e) {
      problems.at(scalar, "yaml: !!binary value contains invalid base64 data: " + e.getMessage());
      return "";
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      StringBuilder text = new StringBuilder(bytes.length);
      for (byte each : bytes) {
        text.append((char) (each >= 0 ? each : 0xdc00 + (each & 0xff)));
      }
      return text.toString();
    }
  }

  /// A duration; null if absent.
  public @Nullable Duration duration(String name) {
    Node value = value(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof ScalarNode scalar)) {
      problems.at(value, cannotUnmarshal(value, "string"));
      return null;
    }
    try {
      return PromDuration.parse(scalar.getValue());
    } catch (MangruException e) {
      problems.at(value, e.text());
      return null;
    }
  }

  /// A whole number; `absent` if absent.
  public int integer(String name, int absent) {
    Node value = value(name);
    if (value == null) {
      return absent;
    }
    if (value instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
      try {
        return Integer.parseInt(scalar.getValue().replace("_", ""));
      } catch (NumberFormatException _) {
        problems.at(value, cannotUnmarshal(value, "int"));
        return absent;
      }
    }
    problems.at(value, cannotUnmarshal(value, "int"));
    return absent;
  }

  /// True or false; false if absent.
  public boolean flag(String name) {
    Node value = value(name);
    if (value == null) {
      return false;
    }
    if (value instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
      return scalar.getValue().equalsIgnoreCase("true")
          || scalar.getValue().equalsIgnoreCase("yes")
          || scalar.getValue().equalsIgnoreCase("on");
    }
    problems.at(value, cannotUnmarshal(value, "bool"));
    return false;
  }

  /// The elements of a list; empty if absent.
  public List<Node> list(String name, String elementType) {
    Node value = value(name);
    if (value == null) {
      return List.of();
    }
    if (value instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    problems.at(value, cannotUnmarshal(value, "[]" + elementType));
    return List.of();
  }

  /// Names and texts; empty if absent.
  public Map<String, String> texts(String name) {
    Node value = value(name);
    if (value == null) {
      return Map.of();
    }
    YamlMap map = of(value, "map[string]string", problems);
    Map<String, String> texts = new LinkedHashMap<>();
    if (map != null) {
      map.names().forEach(key -> texts.put(key, map.text(key)));
    }
    return texts;
  }

  /// A mapping inside this one, for places of its fields; null if absent or not a mapping (which
  /// [#texts] has written down).
  @Nullable YamlMap nested(String name) {
    return value(name) instanceof MappingNode mapping
        ? of(mapping, "map[string]string", new YamlProblems())
        : null;
  }

  /// Whether a node is YAML's null.
  public static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  /// What yaml.v3 says of a value of the wrong kind.
  public static String cannotUnmarshal(Node value, String type) {
    String tag =
        switch (value) {
          case MappingNode _ -> "!!map";
          case SequenceNode _ -> "!!seq";
          default -> "!!" + value.getTag().getValue().replace(Tag.PREFIX, "");
        };
    String shown =
        value instanceof ScalarNode scalar ? " `" + shortened(scalar.getValue()) + "`" : "";
    return "cannot unmarshal " + tag + shown + " into " + type;
  }

  /// Source: yaml.v3 `decode.go`, which shows ten characters.
  private static String shortened(String value) {
    return value.length() > 10 ? value.substring(0, 7) + "..." : value;
  }
}
