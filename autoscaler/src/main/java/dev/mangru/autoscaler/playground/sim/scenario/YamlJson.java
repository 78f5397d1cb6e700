package dev.mangru.autoscaler.playground.sim.scenario;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Turns a part of a YAML file into JSON, as `kubectl` does: no tags, no Java types. Confined to
/// one reader.
final class YamlJson {

  /// Chosen: ten times the largest scenario we ship. Aliases count each time.
  private static final int MOST_NODES = 20_000;

  private static final int MOST_DEPTH = 40;

  /// What YAML 1.1 takes for true.
  private static final Set<String> TRUE = Set.of("true", "yes", "on");

  private final String file;
  private int nodes;

  YamlJson(String file) {
    this.file = file;
  }

  ObjectNode object(Node node) {
    if (convert(node, 0) instanceof ObjectNode object) {
      return object;
    }
    throw YamlMapping.wrong(file, node, "expected a Kubernetes object");
  }

  private JsonNode convert(Node node, int depth) {
    if (++nodes > MOST_NODES || depth > MOST_DEPTH) {
      throw YamlMapping.wrong(
          file,
          node,
          "objects may hold " + MOST_NODES + " values, " + MOST_DEPTH + " deep; this is more");
    }
    return switch (node) {
      case MappingNode mapping -> mapping(mapping, depth);
      case SequenceNode sequence -> {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        sequence.getValue().forEach(each -> array.add(convert(each, depth + 1)));
        yield array;
      }
      case ScalarNode scalar -> scalar(scalar);
      default -> throw YamlMapping.wrong(file, node, "cannot be said in JSON");
    };
  }

  private ObjectNode mapping(MappingNode mapping, int depth) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    Set<String> seen = new HashSet<>();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw YamlMapping.wrong(file, entry.getKeyNode(), "a key must be a word");
      }
      if (!seen.add(key.getValue())) {
        throw YamlMapping.wrong(file, key, "the key " + key.getValue() + " is given twice");
      }
      object.set(key.getValue(), convert(entry.getValueNode(), depth + 1));
    }
    return object;
  }

  private JsonNode scalar(ScalarNode scalar) {
    JsonNodeFactory factory = JsonNodeFactory.instance;
    String text = scalar.getValue();
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.NULL)) {
      return factory.nullNode();
    }
    if (tag.equals(Tag.BOOL)) {
      return factory.booleanNode(TRUE.contains(text.toLowerCase(Locale.ROOT)));
    }
    try {
      if (tag.equals(Tag.INT)) {
        return factory.numberNode(Long.parseLong(text));
      }
      if (tag.equals(Tag.FLOAT)) {
        return factory.numberNode(Double.parseDouble(text));
      }
    } catch (NumberFormatException _) {
      throw YamlMapping.wrong(file, scalar, "not a number that JSON knows: " + text);
    }
    return factory.stringNode(text);
  }
}
