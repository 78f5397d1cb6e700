package dev.mangru.server.http.alerts;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.alert.RuleGroupStatus;
import dev.mangru.model.alert.RuleStatus;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.tsdb.promql.PromqlParser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;

/// `/api/v1/rules` and `/api/v1/alerts`, as Prometheus answers them.
///
/// Source: Prometheus documentation, “HTTP API”, sections Rules and Alerts.
@RestController
public final class RulesApi {

  private static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

  private final AlertBook book;

  public RulesApi(AlertBook book) {
    this.book = book;
  }

  @GetMapping("/api/v1/alerts")
  void alerts(HttpServletResponse response) throws IOException {
    List<Alert> alerts =
        book.groups().stream()
            .flatMap(group -> group.rules().stream())
            .flatMap(rule -> alertsOf(rule).stream())
            .toList();
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeName("alerts");
          json.writeStartArray();
          alerts.forEach(alert -> alert(json, alert));
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /// Parameters: `type` (alert, record), `rule_name[]`, `rule_group[]`, `file[]`, `match[]`,
  /// `exclude_alerts`, `group_limit`, `group_next_token`.
  @GetMapping("/api/v1/rules")
  void rules(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    Wanted wanted = Wanted.of(params);
    List<RuleGroupStatus> found = new ArrayList<>();
    for (RuleGroupStatus group : book.groups()) {
      if (wanted.wants(group)) {
        List<RuleStatus> rules = group.rules().stream().filter(wanted::wants).toList();
        if (!rules.isEmpty() || wanted.everything()) {
          found.add(with(group, rules));
        }
      }
    }
    Page page = Page.of(params, found);
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeName("groups");
          json.writeStartArray();
          page.groups().forEach(group -> group(json, group, wanted.alerts()));
          json.writeEndArray();
          if (page.next() != null) {
            json.writeStringProperty("groupNextToken", page.next());
          }
          json.writeEndObject();
        });
  }

  private record Page(List<RuleGroupStatus> groups, @Nullable String next) {

    static Page of(Params params, List<RuleGroupStatus> found) {
      int limit = params.count("group_limit", 0, 1, Integer.MAX_VALUE);
      String token = params.get("group_next_token");
      if (token != null && limit == 0) {
        throw Params.invalid(
            "group_limit",
            "group_limit needs to be set in order to paginate over the groups",
            null);
      }
      int first = 0;
      if (token != null) {
        while (first < found.size() && !token(found.get(first)).equals(token)) {
          first++;
        }
        if (first == found.size()) {
          throw Params.invalid(
              "group_next_token", "there is no group with this token; rules were changed", null);
        }
      }
      int end = limit == 0 ? found.size() : Math.min(found.size(), first + limit);
      return new Page(found.subList(first, end), end < found.size() ? token(found.get(end)) : null);
    }

    private static String token(RuleGroupStatus group) {
      return Integer.toHexString((group.file() + ";" + group.name()).hashCode());
    }
  }

  private record Wanted(
      @Nullable String type,
      Set<String> names,
      Set<String> groups,
      Set<String> files,
      List<List<LabelMatcher>> selectors,
      boolean alerts) {

    static Wanted of(Params params) {
      String type = params.get("type");
      if (type != null && !type.equals("alert") && !type.equals("record")) {
        throw Params.invalid("type", "not supported value \"" + type + "\"", null);
      }
      String exclude = params.get("exclude_alerts", "false").toLowerCase(Locale.ROOT);
      if (!exclude.equals("true") && !exclude.equals("false")) {
        throw Params.invalid("exclude_alerts", "must be true or false: " + exclude, null);
      }
      return new Wanted(
          type,
          new HashSet<>(params.all("rule_name[]")),
          new HashSet<>(params.all("rule_group[]")),
          new HashSet<>(params.all("file[]")),
          params.all("match[]").stream().map(PromqlParser::parseSelector).toList(),
          exclude.equals("false"));
    }

    boolean everything() {
      return type == null && names.isEmpty() && selectors.isEmpty();
    }

    boolean wants(RuleGroupStatus group) {
      return (groups.isEmpty() || groups.contains(group.name()))
          && (files.isEmpty() || files.contains(group.file()));
    }

    boolean wants(RuleStatus rule) {
      boolean kind =
          type == null
              || switch (rule) {
                case RuleStatus.Alerting _ -> type.equals("alert");
                case RuleStatus.Recording _ -> type.equals("record");
              };
      return kind
          && (names.isEmpty() || names.contains(rule.name()))
          && (selectors.isEmpty()
              || selectors.stream()
                  .anyMatch(matchers -> LabelMatcher.allMatch(matchers, rule.labels())));
    }
  }

  private static RuleGroupStatus with(RuleGroupStatus group, List<RuleStatus> rules) {
    return new RuleGroupStatus(
        group.name(),
        group.file(),
        group.interval(),
        group.limit(),
        group.queryOffset(),
        group.lastEvaluation(),
        group.evaluationTime(),
        group.missed(),
        rules);
  }

  private static List<Alert> alertsOf(RuleStatus rule) {
    return switch (rule) {
      case RuleStatus.Alerting alerting -> alerting.alerts();
      case RuleStatus.Recording _ -> List.of();
    };
  }

  private static void group(JsonGenerator json, RuleGroupStatus group, boolean alerts) {
    json.writeStartObject();
    json.writeStringProperty("name", group.name());
    json.writeStringProperty("file", group.file());
    json.writeNumberProperty("interval", seconds(group.interval()));
    json.writeNumberProperty("limit", group.limit());
    json.writeName("rules");
    json.writeStartArray();
    group.rules().forEach(rule -> rule(json, rule, alerts));
    json.writeEndArray();
    json.writeNumberProperty("evaluationTime", seconds(group.evaluationTime()));
    json.writeStringProperty("lastEvaluation", time(group.lastEvaluation()));
    json.writeEndObject();
  }

  private static void rule(JsonGenerator json, RuleStatus rule, boolean alerts) {
    json.writeStartObject();
    if (rule instanceof RuleStatus.Alerting alerting) {
      json.writeStringProperty("state", alerting.state().word());
    }
    json.writeStringProperty("name", rule.name());
    json.writeStringProperty("query", rule.expression());
    if (rule instanceof RuleStatus.Alerting alerting) {
      json.writeNumberProperty("duration", seconds(alerting.hold()));
      json.writeNumberProperty("keepFiringFor", seconds(alerting.keepFiring()));
    }
    labels(json, "labels", rule.labels());
    if (rule instanceof RuleStatus.Alerting alerting) {
      labels(json, "annotations", alerting.annotations());
      if (alerts) {
        json.writeName("alerts");
        json.writeStartArray();
        alerting.alerts().forEach(alert -> alert(json, alert));
        json.writeEndArray();
      }
    }
    RuleStatus.Evaluation evaluation = rule.evaluation();
    json.writeStringProperty("health", evaluation.health().name().toLowerCase(Locale.ROOT));
    if (evaluation.error() != null) {
      json.writeStringProperty("lastError", evaluation.error());
    }
    json.writeNumberProperty("evaluationTime", seconds(evaluation.took()));
    json.writeStringProperty("lastEvaluation", time(evaluation.at()));
    json.writeStringProperty(
        "type",
        switch (rule) {
          case RuleStatus.Alerting _ -> "alerting";
          case RuleStatus.Recording _ -> "recording";
        });
    json.writeEndObject();
  }

  private static void alert(JsonGenerator json, Alert alert) {
    json.writeStartObject();
    labels(json, "labels", alert.labels());
    labels(json, "annotations", alert.annotations());
    json.writeStringProperty("state", alert.state().word());
    json.writeStringProperty("activeAt", alert.activeAt().toString());
    if (alert.state() == AlertState.FIRING && alert.keepFiringSince() != null) {
      json.writeStringProperty("keepFiringSince", alert.keepFiringSince().toString());
    }
    json.writeStringProperty("value", SampleText.exponent(alert.value()));
    json.writeEndObject();
  }

  private static void labels(JsonGenerator json, String name, Labels labels) {
    json.writeName(name);
    JsonAnswer.labels(json, labels);
  }

  private static String time(@Nullable Instant at) {
    return (at == null ? NEVER : at).toString();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
