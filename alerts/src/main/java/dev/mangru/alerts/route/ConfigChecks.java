package dev.mangru.alerts.route;

import static dev.mangru.alerts.route.HttpSchema.require;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks of a configuration that concern several of its parts, in the order in which Alertmanager
/// makes them, because only the first problem is told.
final class ConfigChecks {

  /// Checks one entry of a receiver against the `global` part.
  private interface Check {
    void of(YamlMap entry, YamlMap global);
  }

  private static final Check NONE = (_, _) -> {};

  /// By kind; kinds whose entries may be null say nothing of them but what they lack.
  private static final Map<String, Check> KINDS = new LinkedHashMap<>();

  private static final Set<String> MAY_BE_NULL =
      Set.of("slack", "opsgenie", "wechat", "rocketchat");

  static {
    KINDS.put("webhook", NONE);
    KINDS.put("email", ConfigChecks::email);
    KINDS.put("slack", ConfigChecks::slack);
    KINDS.put("pushover", NONE);
    KINDS.put("pagerduty", NONE);
    KINDS.put("incidentio", NONE);
    KINDS.put(
        "opsgenie",
        (entry, global) ->
            inherited(
                entry,
                global,
                "api_key",
                "opsgenie_api_key",
                "no global OpsGenie API Key set either inline or in a file"));
    KINDS.put("wechat", ConfigChecks::wechat);
    KINDS.put(
        "victorops",
        (entry, global) ->
            inherited(
                entry, global, "api_key", "victorops_api_key", "no global VictorOps API Key set"));
    KINDS.put("sns", NONE);
    KINDS.put(
        "telegram",
        (entry, global) ->
            inherited(
                entry,
                global,
                "bot_token",
                "telegram_bot_token",
                "missing bot_token or bot_token_file on telegram_config"));
    KINDS.put("discord", NONE);
    KINDS.put("webex", NONE);
    KINDS.put("msteams", NONE);
    KINDS.put("msteamsv2", NONE);
    KINDS.put(
        "jira",
        (entry, global) ->
            require(
                entry.hasText("api_url") || global.hasText("jira_api_url"),
                "no global Jira Cloud URL set"));
    KINDS.put("rocketchat", ConfigChecks::rocketchat);
    KINDS.put(
        "mattermost",
        (entry, global) ->
            inherited(
                entry,
                global,
                "webhook_url",
                "mattermost_webhook_url",
                "missing webhook_url or webhook_url_file on mattermost_config"));
  }

  private ConfigChecks() {}

  static void all(YamlMap config) {
    YamlMap global = config.map("global");
    global = global == null ? new YamlMap() : global;
    global(global);
    Set<String> names = new HashSet<>();
    for (YamlMap receiver : config.maps("receivers")) {
      String name = receiver == null ? "" : receiver.text("name");
      require(
          !names.contains(name),
          "notification config name " + GoText.quote(name) + " is not unique");
      if (receiver != null) {
        receiver(receiver, global);
      }
      names.add(name);
    }
    YamlMap route = config.map("route");
    require(route != null, "no routes provided");
    if (route != null) {
      root(route);
      receivers(route, names);
      timeIntervals(route, timeIntervalNames(config));
    }
  }

  private static void global(YamlMap global) {
    pair(global, "slack_app_token");
    pair(global, "slack_api_url");
    boolean token = global.hasText("slack_app_token") || global.hasText("slack_app_token_file");
    boolean url = global.has("slack_api_url") || global.hasText("slack_api_url_file");
    require(
        !(token && url)
            || global
                .text("slack_api_url")
                .equals(global.text("slack_app_url", "https://slack.com/api/chat.postMessage")),
        "at most one of slack_app_token/slack_app_token_file &"
            + " slack_api_url/slack_api_url_file must be configured");
    for (String name :
        List.of(
            "opsgenie_api_key",
            "victorops_api_key",
            "telegram_bot_token",
            "smtp_auth_password",
            "rocketchat_token",
            "rocketchat_token_id",
            "smtp_auth_secret",
            "wechat_api_secret",
            "mattermost_webhook_url")) {
      pair(global, name);
    }
  }

  private static void pair(YamlMap global, String name) {
    require(
        !(global.hasText(name) && global.hasText(name + "_file")),
        "at most one of " + name + " & " + name + "_file must be configured");
  }

  private static void receiver(YamlMap receiver, YamlMap global) {
    KINDS.forEach((kind, check) -> {
      for (YamlMap entry : receiver.maps(kind + "_configs")) {
        require(entry != null || MAY_BE_NULL.contains(kind), "missing " + kind + " config");
        check.of(entry == null ? new YamlMap() : entry, global);
      }
    });
  }

  private static void inherited(
      YamlMap entry, YamlMap global, String own, String shared, String missing) {
    require(
        entry.hasText(own)
            || entry.hasText(own + "_file")
            || global.hasText(shared)
            || global.hasText(shared + "_file"),
        missing);
  }

  private static void email(YamlMap entry, YamlMap global) {
    require(
        entry.hasText("smarthost") || global.hasText("smtp_smarthost"),
        "no global SMTP smarthost set");
    require(entry.hasText("from") || global.hasText("smtp_from"), "no global SMTP from set");
  }

  private static void slack(YamlMap entry, YamlMap global) {
    YamlMap http = entry.map("http_config");
    boolean authorized = http != null && ReceiverSchema.hasAuthorization(http);
    boolean token = entry.hasText("app_token") || entry.hasText("app_token_file");
    if (!token && !authorized && !entry.has("api_url")) {
      token = global.hasText("slack_app_token") || global.hasText("slack_app_token_file");
    }
    boolean url =
        entry.has("api_url")
            || entry.hasText("api_url_file")
            || global.has("slack_api_url")
            || global.hasText("slack_api_url_file");
    require(url || token, "no Slack API URL nor App token set either inline or in a file");
    YamlMap globalHttp = global.map("http_config");
    boolean inForce =
        http != null
            ? authorized
            : globalHttp != null && ReceiverSchema.hasAuthorization(globalHttp);
    require(!(token && inForce), "http authorization can't be set when using Slack App tokens");
  }

  private static void wechat(YamlMap entry, YamlMap global) {
    inherited(
        entry,
        global,
        "api_secret",
        "wechat_api_secret",
        "no global Wechat Api Secret set either inline or in a file");
    require(
        entry.hasText("corp_id") || global.hasText("wechat_api_corp_id"),
        "no global Wechat CorpID set");
  }

  private static void rocketchat(YamlMap entry, YamlMap global) {
    inherited(
        entry,
        global,
        "token_id",
        "rocketchat_token_id",
        "no global Rocketchat TokenID set either inline or in a file");
    inherited(
        entry,
        global,
        "token",
        "rocketchat_token",
        "no global Rocketchat Token set either inline or in a file");
  }

  private static void root(YamlMap route) {
    require(route.hasText("receiver"), "root route must specify a default receiver");
    require(
        route.entries("match").isEmpty()
            && route.entries("match_re").isEmpty()
            && route.list("matchers").isEmpty(),
        "root route must not have any matchers");
    require(
        route.list("mute_time_intervals").isEmpty(),
        "root route must not have any mute time intervals");
    require(
        route.list("active_time_intervals").isEmpty(),
        "root route must not have any active time intervals");
  }

  private static List<YamlMap> children(YamlMap route) {
    List<YamlMap> children = new ArrayList<>();
    for (YamlMap child : route.maps("routes")) {
      require(child != null, "a route must not be null");
      if (child != null) {
        children.add(child);
      }
    }
    return children;
  }

  private static void receivers(YamlMap route, Set<String> names) {
    children(route).forEach(child -> receivers(child, names));
    String receiver = route.text("receiver");
    require(
        receiver.isEmpty() || names.contains(receiver),
        "undefined receiver " + GoText.quote(receiver) + " used in route");
  }

  private static Set<String> timeIntervalNames(YamlMap config) {
    Set<String> names = new HashSet<>();
    for (@Nullable YamlMap each : config.maps("mute_time_intervals")) {
      String name = each == null ? "" : each.text("name");
      require(names.add(name), "mute time interval " + GoText.quote(name) + " is not unique");
    }
    for (@Nullable YamlMap each : config.maps("time_intervals")) {
      String name = each == null ? "" : each.text("name");
      require(names.add(name), "time interval " + GoText.quote(name) + " is not unique");
    }
    return names;
  }

  private static void timeIntervals(YamlMap route, Set<String> names) {
    children(route).forEach(child -> timeIntervals(child, names));
    for (String kind : List.of("active_time_intervals", "mute_time_intervals")) {
      for (String name : route.texts(kind)) {
        require(
            names.contains(name),
            "undefined time interval " + GoText.quote(name) + " used in route");
      }
    }
  }
}
