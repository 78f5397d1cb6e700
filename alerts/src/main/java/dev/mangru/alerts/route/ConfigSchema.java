package dev.mangru.alerts.route;

import static dev.mangru.alerts.route.HttpSchema.require;

import dev.mangru.alerts.route.YamlType.ListOf;
import dev.mangru.alerts.route.YamlType.MapOf;
import dev.mangru.alerts.route.YamlType.Parsed;
import dev.mangru.alerts.route.YamlType.Real;
import dev.mangru.alerts.route.YamlType.Struct;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The shape of a whole configuration file, and the checks of each part by itself. What concerns
/// several parts is in [ConfigChecks]. Source: Alertmanager's configuration reference.
final class ConfigSchema {

  private final LabelNames names;

  private ConfigSchema(LabelNames names) {
    this.names = names;
  }

  static Struct of(LabelNames names) {
    ConfigSchema schema = new ConfigSchema(names);
    return Struct.of("config.plain")
        .field("global", schema.global())
        .field("route", schema.route())
        .field("inhibit_rules", new ListOf("[]common.InhibitRule", schema.inhibitRule()))
        .field("receivers", new ListOf("[]config.Receiver", ReceiverSchema.receiver()))
        .field("templates", YamlType.STRINGS)
        .field(
            "mute_time_intervals",
            new ListOf("[]config.MuteTimeInterval", named("mute time interval")))
        .field("time_intervals", new ListOf("[]config.TimeInterval", named("time interval")))
        .field("tracing", tracing())
        .field("event_recorder", eventRecorder())
        .check(ConfigChecks::all);
  }

  /// Only a tree of routes.
  static Struct routeOnly(LabelNames names) {
    return new ConfigSchema(names).route();
  }

  private Struct global() {
    return Struct.of("config.plain")
        .field("resolve_timeout", ReceiverSchema.DURATION)
        .field("http_config", HttpSchema.HTTP)
        .texts("smtp_from", "smtp_hello", "smtp_auth_username", "smtp_auth_password_file")
        .texts("smtp_auth_secret_file", "smtp_auth_identity", "slack_api_url_file")
        .texts("slack_app_token_file", "opsgenie_api_key_file", "wechat_api_secret_file")
        .texts("wechat_api_corp_id", "victorops_api_key_file", "telegram_bot_token_file")
        .texts("rocketchat_token_file", "rocketchat_token_id_file", "mattermost_webhook_url_file")
        .secrets("smtp_auth_password", "smtp_auth_secret", "slack_app_token", "opsgenie_api_key")
        .secrets("wechat_api_secret", "victorops_api_key", "telegram_bot_token")
        .secrets("rocketchat_token", "rocketchat_token_id")
        .flags("smtp_require_tls", "smtp_force_implicit_tls")
        .field("smtp_smarthost", ReceiverSchema.HOST_PORT)
        .field("smtp_tls_config", HttpSchema.TLS)
        .all(ReceiverSchema.SECRET_URL, "slack_api_url", "mattermost_webhook_url")
        .all(ReceiverSchema.URL, "jira_api_url", "slack_app_url", "pagerduty_url")
        .all(ReceiverSchema.URL, "opsgenie_api_url", "wechat_api_url", "victorops_api_url")
        .all(ReceiverSchema.URL, "telegram_api_url", "webex_api_url", "rocketchat_api_url");
  }

  private Struct route() {
    Struct route = Struct.of("config.plain");
    return route
        .texts("receiver")
        .all(YamlType.STRINGS, "group_by", "mute_time_intervals", "active_time_intervals")
        .field("match", YamlType.STRING_MAP)
        .field("match_re", regexes())
        .field("matchers", matchers())
        .flags("continue")
        .field("routes", new ListOf("[]*config.Route", route))
        .all(ReceiverSchema.DURATION, "group_wait", "group_interval", "repeat_interval")
        .check(this::route);
  }

  private ListOf matchers() {
    return new ListOf("[]string", Parsed.string(text -> List.copyOf(names.matchers(text))));
  }

  private static MapOf regexes() {
    return new MapOf(
        "common.plain", Parsed.string(ConfigSchema::regex), ConfigSchema::checkRegexes);
  }

  private static String regex(String text) {
    Matchers.checkRegex(text);
    return text;
  }

  private static void checkRegexes(Map<String, @Nullable Object> map) {
    map.forEach((name, regex) -> {
      classicName(name);
      require(regex != null, "invalid regexp value for " + GoText.quote(name));
    });
  }

  private static void classicName(String name) {
    require(LabelNames.isClassic(name), "invalid label name " + GoText.quote(name));
  }

  private void route(YamlMap map) {
    map.entries("match").keySet().forEach(ConfigSchema::classicName);
    boolean all = false;
    List<String> labels = new ArrayList<>();
    for (String label : map.texts("group_by")) {
      if (label.equals("...")) {
        all = true;
        continue;
      }
      require(
          names.valid(label), "invalid label name " + GoText.quote(label) + " in group_by list");
      labels.add(label);
    }
    require(
        !all || labels.isEmpty(),
        "cannot have wildcard group_by (`...`) and other labels at the same time");
    Set<String> seen = new HashSet<>();
    for (String label : labels) {
      require(seen.add(label), "duplicated label " + GoText.quote(label) + " in group_by");
    }
    for (String name : List.of("group_interval", "repeat_interval")) {
      require(!Duration.ZERO.equals(map.duration(name)), name + " cannot be zero");
    }
  }

  private Struct inhibitRule() {
    Struct source =
        Struct.of("common.InhibitRuleSource")
            .field("matchers", matchers())
            .field("equal", YamlType.STRINGS);
    return Struct.of("common.plain")
        .texts("name")
        .all(YamlType.STRING_MAP, "source_match", "target_match")
        .all(regexes(), "source_match_re", "target_match_re")
        .all(matchers(), "source_matchers", "target_matchers")
        .field("sources", new ListOf("[]common.InhibitRuleSource", source))
        .field("equal", YamlType.STRINGS)
        .check(this::inhibitRule);
  }

  private void inhibitRule(YamlMap map) {
    List<@Nullable YamlMap> sources = map.maps("sources");
    require(
        sources.isEmpty()
            || (map.entries("source_match").isEmpty()
                && map.entries("source_match_re").isEmpty()
                && map.list("source_matchers").isEmpty()
                && map.list("equal").isEmpty()),
        "sources cannot be combined with source_match, source_match_re, source_matchers, or equal");
    for (int i = 0; i < sources.size(); i++) {
      YamlMap source = sources.get(i);
      source(i, source == null ? new YamlMap() : source);
    }
    map.entries("source_match").keySet().forEach(ConfigSchema::classicName);
    map.entries("target_match").keySet().forEach(ConfigSchema::classicName);
    for (String label : map.texts("equal")) {
      require(names.valid(label), "invalid label name " + GoText.quote(label) + " in equal list");
    }
  }

  private void source(int index, YamlMap source) {
    List<LabelMatcher> matchers = matchers(source, "matchers");
    require(!matchers.isEmpty(), "source " + index + ": matchers must not be empty");
    require(
        matchers.stream().anyMatch(matcher -> !matcher.matchesEmpty()),
        "source " + index + ": at least one matcher must not match the empty string");
    for (String label : source.texts("equal")) {
      require(
          names.valid(label),
          "invalid label name " + GoText.quote(label) + " in source equal list");
    }
  }

  /// The matchers of a list of texts, sorted.
  static List<LabelMatcher> matchers(YamlMap map, String name) {
    List<LabelMatcher> matchers = new ArrayList<>();
    for (Object line : map.list(name)) {
      if (line instanceof List<?> found) {
        found.forEach(each -> matchers.add((LabelMatcher) each));
      }
    }
    matchers.sort(Matchers.ORDER);
    return matchers;
  }

  private static Struct named(String what) {
    return Struct.of("config.plain")
        .texts("name")
        .field("time_intervals", TimeIntervals.INTERVALS)
        .check(map -> require(map.hasText("name"), "missing name in " + what));
  }

  private static Struct tracing() {
    Struct header =
        Struct.of("config.Header")
            .all(YamlType.STRINGS, "values", "files")
            .field("secrets", new ListOf("[]config.Secret", YamlType.SECRET));
    return Struct.of("tracing.plain")
        .texts("endpoint")
        .field("client_type", new Parsed("tracing.plain", ConfigSchema::tracingClient))
        .field("sampling_fraction", new Real())
        .flags("insecure")
        .field("tls_config", HttpSchema.TLS)
        .field("headers", new MapOf("config.Headers", header, _ -> {}))
        .field("compression", Parsed.string(ConfigSchema::tracingCompression))
        .field("timeout", ReceiverSchema.DURATION)
        .check(map -> require(map.hasText("endpoint"), "tracing endpoint must be set"));
  }

  private static String tracingClient(String name) {
    require(
        name.equals("http") || name.equals("grpc"),
        "expected tracing client type to be to be http or grpc, but got " + name);
    return name;
  }

  private static String tracingCompression(String name) {
    if (!name.isEmpty() && !name.equals("gzip")) {
      throw MangruException.badData(
          "invalid compression type " + name + " provided, valid options: gzip");
    }
    return name;
  }

  private static Struct eventRecorder() {
    Struct file =
        Struct.of("eventrecorder.plain")
            .texts("path")
            .check(
                map -> require(map.hasText("path"), "event_recorder file output requires a path"));
    Struct webhook =
        Struct.of("eventrecorder.plain")
            .field("url", ReceiverSchema.SECRET_URL)
            .field("http_config", HttpSchema.HTTP)
            .all(ReceiverSchema.DURATION, "timeout", "retry_backoff")
            .all(YamlType.INT, "max_retries", "workers")
            .check(
                map -> require(map.hasText("url"), "event_recorder webhook output requires a url"));
    Struct kafka =
        Struct.of("eventrecorder.plain")
            .texts("topic", "client_id", "acks", "compression", "format")
            .field("brokers", YamlType.STRINGS)
            .field("buffer_size", YamlType.INT)
            .field("tls_config", HttpSchema.TLS);
    return Struct.of("eventrecorder.Config")
        .field("file_outputs", new ListOf("[]eventrecorder.FileOutputConfig", file))
        .field("webhook_outputs", new ListOf("[]eventrecorder.WebhookOutputConfig", webhook))
        .field("kafka_outputs", new ListOf("[]eventrecorder.KafkaOutputConfig", kafka));
  }
}
