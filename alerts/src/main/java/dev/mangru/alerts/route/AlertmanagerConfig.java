package dev.mangru.alerts.route;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An Alertmanager configuration file that makes sense.
///
/// @param name where it comes from, for people
/// @param original its text, secrets included
/// @param resolveTimeout an alert posted without an end counts as resolved after this
/// @param route the root of the routing tree
/// @param receivers in the order of the file
/// @param timeIntervals by name
/// @param templates patterns of template files
public record AlertmanagerConfig(
    String name,
    String original,
    Duration resolveTimeout,
    Route route,
    List<Receiver> receivers,
    List<InhibitRule> inhibitRules,
    Map<String, List<TimeInterval>> timeIntervals,
    List<String> templates) {

  /// Alertmanager's default.
  public static final Duration RESOLVE_TIMEOUT = Duration.ofMinutes(5);

  public AlertmanagerConfig {
    receivers = List.copyOf(receivers);
    inhibitRules = List.copyOf(inhibitRules);
    timeIntervals = Map.copyOf(timeIntervals);
    templates = List.copyOf(templates);
  }

  /// Parses a file with any UTF-8 label names, as Alertmanager does by default.
  ///
  /// @param name where it comes from
  /// @throws MangruException `BAD_DATA` with Alertmanager's words
  public static AlertmanagerConfig parse(String name, String yaml) {
    return parse(name, yaml, LabelNames.UTF8);
  }

  /// As [#parse(String, String)], with a choice of label names.
  public static AlertmanagerConfig parse(String name, String yaml, LabelNames names) {
    YamlMap map =
        YamlDecoder.decode(yaml, ConfigSchema.of(names)) instanceof YamlMap found
            ? found
            : new YamlMap();
    YamlMap root = map.map("route");
    if (root == null) {
      throw MangruException.badData("no route provided in config");
    }
    if (root.flag("continue", false)) {
      throw MangruException.badData("cannot have continue in root route");
    }
    YamlMap global = map.map("global");
    global = global == null ? new YamlMap() : global;
    Duration resolveTimeout = global.duration("resolve_timeout");
    return new AlertmanagerConfig(
        name,
        yaml,
        resolveTimeout == null ? RESOLVE_TIMEOUT : resolveTimeout,
        Route.of(root, null),
        receivers(map, global),
        inhibitRules(map),
        timeIntervals(map),
        map.texts("templates"));
  }

  /// Parses a tree of routes without anything around it.
  ///
  /// @throws MangruException `BAD_DATA` with Alertmanager's words
  public static Route parseRoute(String yaml, LabelNames names) {
    return Route.of(
        YamlDecoder.decode(yaml, ConfigSchema.routeOnly(names)) instanceof YamlMap map
            ? map
            : new YamlMap(),
        null);
  }

  private static List<Receiver> receivers(YamlMap map, YamlMap global) {
    List<Receiver> receivers = new ArrayList<>();
    for (YamlMap each : map.maps("receivers")) {
      if (each != null) {
        receivers.add(receiver(each, global));
      }
    }
    return receivers;
  }

  private static Receiver receiver(YamlMap map, YamlMap global) {
    List<Webhook> webhooks = new ArrayList<>();
    for (YamlMap each : map.maps("webhook_configs")) {
      if (each != null) {
        webhooks.add(webhook(each, global));
      }
    }
    List<String> others = new ArrayList<>();
    for (String kind : ReceiverSchema.KINDS.keySet()) {
      if (!kind.equals("webhook") && !map.list(kind + "_configs").isEmpty()) {
        others.add(kind + "_configs");
      }
    }
    others.sort(null);
    Labels.Builder labels = Labels.builder();
    map.entries("labels")
        .forEach((name, value) -> {
          if (!name.isEmpty()) {
            labels.set(name, String.valueOf(value));
          }
        });
    labels.set("name", map.text("name"));
    return new Receiver(map.text("name"), labels.build(), webhooks, others);
  }

  private static Webhook webhook(YamlMap map, YamlMap global) {
    @Nullable YamlMap http = map.map("http_config");
    http = http == null ? global.map("http_config") : http;
    return new Webhook(
        map.flag("send_resolved", true),
        map.text("url"),
        map.text("url_file"),
        map.whole("max_alerts", 0),
        map.duration("timeout"),
        http == null ? HttpSettings.DEFAULT : HttpSettings.of(http),
        map.has("payload"));
  }

  private static List<InhibitRule> inhibitRules(YamlMap map) {
    List<InhibitRule> rules = new ArrayList<>();
    for (YamlMap each : map.maps("inhibit_rules")) {
      rules.add(InhibitRule.of(each == null ? new YamlMap() : each));
    }
    return rules;
  }

  private static Map<String, List<TimeInterval>> timeIntervals(YamlMap map) {
    Map<String, List<TimeInterval>> intervals = new LinkedHashMap<>();
    for (String kind : List.of("mute_time_intervals", "time_intervals")) {
      for (YamlMap each : map.maps(kind)) {
        if (each != null) {
          intervals.put(each.text("name"), TimeIntervals.of(each.maps("time_intervals")));
        }
      }
    }
    return intervals;
  }

  /// A configuration that tells one webhook of everything, for those who have none of their own.
  ///
  /// @param receiver what to call it
  /// @param url where to
  /// @throws MangruException `BAD_DATA` if it is no HTTP URL
  public static AlertmanagerConfig forWebhook(String receiver, String url) {
    return parse(
        "built in",
        """
        route:
          receiver: %s
          group_by: [alertname, slo, cluster, namespace]
          group_wait: 5s
          group_interval: 30s
          repeat_interval: 4h
        receivers:
          - name: %s
            webhook_configs:
              - url: %s
        """
            .formatted(GoText.quote(receiver), GoText.quote(receiver), GoText.quote(url)));
  }

  /// A configuration that tells nobody, and groups alerts for whoever looks.
  public static AlertmanagerConfig forNobody() {
    return parse(
        "built in",
        """
        route:
          receiver: none
          group_by: [alertname, slo, cluster, namespace]
          group_wait: 5s
          group_interval: 30s
          repeat_interval: 4h
        receivers:
          - name: none
        """);
  }

  /// Its text without secrets and comments.
  public String redacted() {
    return ConfigText.redact(original);
  }

  /// The receiver called `name`, or null.
  public @Nullable Receiver receiver(String name) {
    for (Receiver receiver : receivers) {
      if (receiver.name().equals(name)) {
        return receiver;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return "AlertmanagerConfig[" + name + "]";
  }
}
