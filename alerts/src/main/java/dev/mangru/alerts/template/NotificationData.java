package dev.mangru.alerts.template;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a notification template sees as `.`: the same fields and methods as Alertmanager's
/// `template.Data`, such as `.Alerts.Firing`, `.CommonLabels.SortedPairs.Values` and
/// `.ExternalURL`.
///
/// @param status `firing` if any alert is, else `resolved`
/// @param reason why this notification is sent, or empty
public record NotificationData(
    String receiver,
    String status,
    List<Alert> alerts,
    String reason,
    Map<String, String> groupLabels,
    Map<String, String> commonLabels,
    Map<String, String> commonAnnotations,
    String externalUrl) {

  /// One alert of the group.
  ///
  /// @param status `firing` or `resolved`
  /// @param endsAt null while it is not known
  public record Alert(
      String status,
      Map<String, String> labels,
      Map<String, String> annotations,
      Instant startsAt,
      @Nullable Instant endsAt,
      String generatorUrl,
      String fingerprint) {
    /// Copies the maps.
    public Alert {
      labels = Map.copyOf(labels);
      annotations = Map.copyOf(annotations);
    }
  }

  static final GoType PAIR = GoType.struct("template.Pair", Map.of());

  private static final GoType PAIRS =
      GoType.list(
          "template.Pairs",
          PAIR,
          Map.of(
              "Names", GoType.Method.of((pairs, _) -> strings(column(pairs, "Name"))),
              "Values", GoType.Method.of((pairs, _) -> strings(column(pairs, "Value"))),
              "String", GoType.Method.of((pairs, _) -> Value.text(joined(pairs)))));

  private static final GoType KV =
      GoType.map(
          "template.KV",
          GoType.STRING,
          Map.of(
              "SortedPairs", GoType.Method.of((kv, _) -> pairs(kv)),
              "Names", GoType.Method.of((kv, _) -> strings(column(pairs(kv), "Name"))),
              "Values", GoType.Method.of((kv, _) -> strings(column(pairs(kv), "Value"))),
              "String", GoType.Method.of((kv, _) -> Value.text(joined(pairs(kv)))),
              "Remove",
                  GoType.Method.of(
                      (kv, given) -> without(kv, given.getFirst()), GoType.STRING_LIST)));

  private static final GoType ALERT = GoType.struct("template.Alert", Map.of());
  private static final GoType ALERT_LIST = GoType.list("[]template.Alert", ALERT, Map.of());

  private static final GoType ALERTS =
      GoType.list(
          "template.Alerts",
          ALERT,
          Map.of(
              "Firing", GoType.Method.of((alerts, _) -> withStatus(alerts, "firing")),
              "Resolved", GoType.Method.of((alerts, _) -> withStatus(alerts, "resolved"))));

  private static final GoType DATA = GoType.struct("template.Data", Map.of()).pointer();

  /// Copies lists and maps.
  public NotificationData {
    alerts = List.copyOf(alerts);
    groupLabels = Map.copyOf(groupLabels);
    commonLabels = Map.copyOf(commonLabels);
    commonAnnotations = Map.copyOf(commonAnnotations);
  }

  /// As a template sees it.
  public Value value() {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("Receiver", Value.text(receiver));
    fields.put("Status", Value.text(status));
    fields.put(
        "Alerts", new Value.Items(alerts.stream().map(NotificationData::value).toList(), ALERTS));
    fields.put("NotificationReason", Value.text(reason));
    fields.put("GroupLabels", kv(groupLabels));
    fields.put("CommonLabels", kv(commonLabels));
    fields.put("CommonAnnotations", kv(commonAnnotations));
    fields.put("ExternalURL", Value.text(externalUrl));
    return new Value.Struct(fields, DATA);
  }

  private static Value value(Alert alert) {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("Status", Value.text(alert.status));
    fields.put("Labels", kv(alert.labels));
    fields.put("Annotations", kv(alert.annotations));
    fields.put("StartsAt", GoTimes.time(alert.startsAt));
    fields.put(
        "EndsAt",
        alert.endsAt == null
            ? new Value.Time(GoTimes.ZERO, GoTimes.TIME)
            : new Value.Time(alert.endsAt.atZone(ZoneOffset.UTC), GoTimes.TIME));
    fields.put("GeneratorURL", Value.text(alert.generatorUrl));
    fields.put("Fingerprint", Value.text(alert.fingerprint));
    return new Value.Struct(fields, ALERT);
  }

  private static Value kv(Map<String, String> map) {
    Map<String, Value> entries = new LinkedHashMap<>();
    map.forEach((name, value) -> entries.put(name, Value.text(value)));
    return new Value.Mapping(entries, KV);
  }

  private static Value strings(List<String> texts) {
    return new Value.Items(texts.stream().map(Value::text).toList(), GoType.STRING_LIST);
  }

  /// Sorted by name, `alertname` first.
  private static Value pairs(Value kv) {
    List<Value> pairs = new ArrayList<>();
    if (kv instanceof Value.Mapping(Map<String, Value> entries, GoType _)) {
      Value alertName = entries.get("alertname");
      if (alertName != null) {
        pairs.add(pair("alertname", alertName));
      }
      entries.forEach((name, value) -> {
        if (!name.equals("alertname")) {
          pairs.add(pair(name, value));
        }
      });
    }
    return new Value.Items(pairs, PAIRS);
  }

  private static Value pair(String name, Value value) {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("Name", Value.text(name));
    fields.put("Value", value);
    return new Value.Struct(fields, PAIR);
  }

  private static List<Value> items(Value list) {
    return list instanceof Value.Items items ? items.values() : List.of();
  }

  private static String field(Value struct, String name) {
    Value value = struct instanceof Value.Struct of ? of.fields().get(name) : null;
    return value == null ? "" : Builtins.string(value);
  }

  private static List<String> column(Value pairs, String field) {
    return items(pairs).stream().map(pair -> field(pair, field)).toList();
  }

  private static String joined(Value pairs) {
    return items(pairs).stream()
        .map(pair -> field(pair, "Name") + "=" + field(pair, "Value"))
        .collect(Collectors.joining(", "));
  }

  private static Value without(Value kv, Value names) {
    Collection<String> removed = new TreeSet<>();
    items(names).forEach(name -> removed.add(Builtins.string(name)));
    Map<String, Value> left = new LinkedHashMap<>();
    if (kv instanceof Value.Mapping(Map<String, Value> entries, GoType _)) {
      left.putAll(entries);
    }
    left.keySet().removeAll(removed);
    return new Value.Mapping(left, KV);
  }

  private static Value withStatus(Value alerts, String status) {
    Predicate<Value> wanted = alert -> field(alert, "Status").equals(status);
    return new Value.Items(items(alerts).stream().filter(wanted).toList(), ALERT_LIST);
  }
}
