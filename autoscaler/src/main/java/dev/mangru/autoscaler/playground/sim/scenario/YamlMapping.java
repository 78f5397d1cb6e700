package dev.mangru.autoscaler.playground.sim.scenario;

import dev.mangru.autoscaler.playground.schema.Quantity;
import dev.mangru.model.error.MangruException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// One mapping of a YAML file, read key by key. [#end] refuses the keys that nobody asked for.
final class YamlMapping {

  private final String file;
  private final MappingNode node;
  private final Map<String, Node> open = new LinkedHashMap<>();
  private final List<String> known = new ArrayList<>();

  YamlMapping(String file, Node given) {
    this.file = file;
    if (!(given instanceof MappingNode mapping)) {
      throw wrong(file, given, "expected a mapping of keys to values");
    }
    this.node = mapping;
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw wrong(file, entry.getKeyNode(), "a key must be a word");
      }
      if (open.put(key.getValue(), entry.getValueNode()) != null) {
        throw wrong(file, key, "the key " + key.getValue() + " is given twice");
      }
    }
  }

  static MangruException wrong(String file, Node at, String message) {
    return MangruException.badData(
        "scenario "
            + file
            + " line "
            + (at.getStartMark().getLine() + 1)
            + " column "
            + (at.getStartMark().getColumn() + 1)
            + ": "
            + message);
  }

  MangruException wrong(String message) {
    return wrong(file, node, message);
  }

  String file() {
    return file;
  }

  @Nullable Node take(String key) {
    known.add(key);
    return open.remove(key);
  }

  private Node need(String key) {
    Node value = take(key);
    if (value == null) {
      throw wrong("the key " + key + " is missing");
    }
    return value;
  }

  String text(String key) {
    return scalar(key, need(key));
  }

  String text(String key, String otherwise) {
    Node value = take(key);
    return value == null ? otherwise : scalar(key, value);
  }

  private String scalar(String key, Node value) {
    if (value instanceof ScalarNode scalar && !scalar.getValue().isEmpty()) {
      return scalar.getValue();
    }
    throw wrong(file, value, key + " must be one value, not a list, a mapping or nothing");
  }

  double number(String key, double least, double most) {
    return number(key, need(key), least, most);
  }

  double number(String key, double least, double most, double otherwise) {
    Node value = take(key);
    return value == null ? otherwise : number(key, value, least, most);
  }

  private double number(String key, Node value, double least, double most) {
    String text = scalar(key, value);
    double number;
    try {
      number = Double.parseDouble(text);
    } catch (NumberFormatException _) {
      throw wrong(file, value, key + " must be a number: " + text);
    }
    if (!(number >= least && number <= most)) {
      throw wrong(file, value, key + " must be from " + least + " to " + most + ": " + text);
    }
    return number;
  }

  int integer(String key, int least, int most) {
    return whole(key, need(key), least, most);
  }

  int integer(String key, int least, int most, int otherwise) {
    Node value = take(key);
    return value == null ? otherwise : whole(key, value, least, most);
  }

  private int whole(String key, Node value, int least, int most) {
    double number = number(key, value, least, most);
    if (number != Math.rint(number)) {
      throw wrong(file, value, key + " must be a whole number: " + scalar(key, value));
    }
    return (int) number;
  }

  /// A Kubernetes quantity in thousandths.
  long quantityMilli(String key) {
    return quantity(key, need(key));
  }

  long quantityMilli(String key, long otherwise) {
    Node value = take(key);
    return value == null ? otherwise : quantity(key, value);
  }

  private long quantity(String key, Node value) {
    String text = scalar(key, value);
    try {
      return Quantity.milli(text);
    } catch (MangruException bad) {
      throw wrong(file, value, key + ": " + bad.text());
    }
  }

  @Nullable YamlMapping mapping(String key) {
    Node value = take(key);
    return value == null ? null : new YamlMapping(file, value);
  }

  Map<String, String> words(String key) {
    YamlMapping mapping = mapping(key);
    Map<String, String> words = new LinkedHashMap<>();
    if (mapping != null) {
      for (String name : List.copyOf(mapping.open.keySet())) {
        words.put(name, mapping.text(name));
      }
    }
    return words;
  }

  List<Node> list(String key) {
    Node value = take(key);
    if (value == null) {
      return List.of();
    }
    if (value instanceof SequenceNode sequence) {
      return List.copyOf(sequence.getValue());
    }
    throw wrong(file, value, key + " must be a list");
  }

  List<YamlMapping> mappings(String key) {
    return list(key).stream().map(each -> new YamlMapping(file, each)).toList();
  }

  /// Refuses the keys that are left.
  void end() {
    for (NodeTuple entry : node.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode key && open.containsKey(key.getValue())) {
        throw wrong(
            file,
            key,
            "unknown key " + key.getValue() + "; known here: " + String.join(", ", known));
      }
    }
  }
}
