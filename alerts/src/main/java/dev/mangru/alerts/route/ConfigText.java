package dev.mangru.alerts.route;

import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/// Writes a configuration for everyone to read: without its secrets.
final class ConfigText {

  private static final String SECRET = "<secret>";

  /// Keys whose values Alertmanager prints as `<secret>`.
  private static final Set<String> SECRETS =
      Set.of(
          "password",
          "credentials",
          "bearer_token",
          "client_secret",
          "client_certificate_key",
          "key",
          "secrets",
          "url",
          "api_url",
          "webhook_url",
          "api_key",
          "api_secret",
          "app_token",
          "token",
          "token_id",
          "bot_token",
          "user_key",
          "service_key",
          "routing_key",
          "secret_key",
          "auth_password",
          "auth_secret",
          "alert_source_token",
          "proxy_url",
          "proxy_connect_header",
          "smtp_auth_password",
          "smtp_auth_secret",
          "slack_api_url",
          "slack_app_token",
          "opsgenie_api_key",
          "wechat_api_secret",
          "victorops_api_key",
          "telegram_bot_token",
          "rocketchat_token",
          "rocketchat_token_id",
          "mattermost_webhook_url");

  private ConfigText() {}

  /// A text that parses as YAML, to the same text with `<secret>` in the place of each.
  static String redact(String yaml) {
    DumperOptions options = new DumperOptions();
    options.setWidth(120);
    Yaml parser =
        new Yaml(new SafeConstructor(new LoaderOptions()), new Representer(options), options);
    Iterator<Node> documents = parser.composeAll(new StringReader(yaml)).iterator();
    if (!documents.hasNext()) {
      return "";
    }
    Node root = documents.next();
    Node clean = copy(root, new IdentityHashMap<>());
    StringWriter text = new StringWriter();
    parser.serialize(clean, text);
    return text.toString();
  }

  private static Node copy(Node node, Map<Node, Node> seen) {
    Node known = seen.get(node);
    if (known != null) {
      return known;
    }
    return switch (node) {
      case MappingNode mapping -> {
        List<NodeTuple> entries = new ArrayList<>();
        MappingNode clean =
            new MappingNode(mapping.getTag(), true, entries, null, null, mapping.getFlowStyle());
        seen.put(node, clean);
        for (NodeTuple entry : mapping.getValue()) {
          boolean secret =
              entry.getKeyNode() instanceof ScalarNode key && SECRETS.contains(key.getValue());
          Node value = entry.getValueNode();
          entries.add(
              new NodeTuple(entry.getKeyNode(), secret ? hidden(value) : copy(value, seen)));
        }
        yield clean;
      }
      case SequenceNode sequence -> {
        List<Node> values = new ArrayList<>();
        SequenceNode clean =
            new SequenceNode(sequence.getTag(), true, values, null, null, sequence.getFlowStyle());
        seen.put(node, clean);
        sequence.getValue().forEach(each -> values.add(copy(each, seen)));
        yield clean;
      }
      default -> node;
    };
  }

  private static Node hidden(Node value) {
    ScalarNode secret =
        new ScalarNode(Tag.STR, SECRET, null, null, DumperOptions.ScalarStyle.PLAIN);
    return switch (value) {
      case ScalarNode scalar -> scalar.getValue().isEmpty() ? scalar : secret;
      case SequenceNode sequence ->
          new SequenceNode(
              sequence.getTag(), true, List.of(secret), null, null, sequence.getFlowStyle());
      case MappingNode mapping ->
          new MappingNode(
              mapping.getTag(), true, List.of(), null, null, DumperOptions.FlowStyle.FLOW);
      default -> secret;
    };
  }
}
