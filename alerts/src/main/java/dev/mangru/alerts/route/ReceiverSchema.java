package dev.mangru.alerts.route;

import static dev.mangru.alerts.route.HttpSchema.atMostOne;
import static dev.mangru.alerts.route.HttpSchema.require;

import dev.mangru.alerts.route.YamlType.Either;
import dev.mangru.alerts.route.YamlType.ListOf;
import dev.mangru.alerts.route.YamlType.Parsed;
import dev.mangru.alerts.route.YamlType.Span;
import dev.mangru.alerts.route.YamlType.Struct;
import dev.mangru.alerts.route.YamlType.Text;
import dev.mangru.alerts.route.YamlType.Whole;
import dev.mangru.model.error.MangruException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The shape of a receiver and of every kind of notification it can have. All are understood, so
/// that a file for Alertmanager is checked as Alertmanager checks it; which of them are delivered
/// is another matter. Source: Alertmanager's configuration reference, and what its `amtool
/// check-config` says.
final class ReceiverSchema {

  private static final String ONE_WEBHOOK_URL =
      "one of webhook_url or webhook_url_file must be configured";
  private static final String SLACK_BOTS = "https://slack.com/api/chat.postMessage";

  static final Parsed URL = Parsed.string(GoUrl::http);
  static final Parsed SECRET_URL = Parsed.string(GoUrl::secretHttp);
  static final Parsed HOST_PORT = Parsed.string(GoUrl::hostAndPort);
  static final Parsed DURATION = Parsed.string(Durations::prometheus);

  /// Each kind's key in a receiver, and its shape.
  static final Map<String, ListOf> KINDS =
      Map.ofEntries(
          kind("discord", "discord.DiscordConfig", discord()),
          kind("email", "config.EmailConfig", email()),
          kind("incidentio", "incidentio.IncidentioConfig", incidentio()),
          kind("jira", "jira.JiraConfig", jira()),
          kind("mattermost", "mattermost.MattermostConfig", mattermost()),
          kind("msteams", "msteams.MSTeamsConfig", teams("msteams.plain").texts("summary")),
          kind("msteamsv2", "config.MSTeamsV2Config", teams("config.plain")),
          kind("opsgenie", "config.OpsGenieConfig", opsgenie()),
          kind("pagerduty", "config.PagerdutyConfig", pagerduty()),
          kind("pushover", "config.PushoverConfig", pushover()),
          kind("rocketchat", "config.RocketchatConfig", rocketchat()),
          kind("slack", "config.SlackConfig", slack()),
          kind("sns", "config.SNSConfig", sns()),
          kind("telegram", "config.TelegramConfig", telegram()),
          kind("victorops", "config.VictorOpsConfig", victorops()),
          kind("webex", "config.WebexConfig", webex()),
          kind("webhook", "webhook.WebhookConfig", webhook()),
          kind("wechat", "config.WechatConfig", wechat()));

  private ReceiverSchema() {}

  private static Map.Entry<String, ListOf> kind(String name, String type, Struct shape) {
    return Map.entry(name, new ListOf("[]*" + type, shape));
  }

  static Struct receiver() {
    Struct receiver = Struct.of("config.plain").texts("name").field("labels", YamlType.STRING_MAP);
    KINDS.forEach((name, type) -> receiver.field(name + "_configs", type));
    return receiver.check(map -> {
      String name = map.text("name");
      require(!name.isEmpty(), "missing name in receiver");
      Object label = map.entries("labels").get("name");
      require(
          label == null || label.equals(name),
          "receiver label \"name\" must match receiver name "
              + GoText.quote(name)
              + ", got "
              + GoText.quote(String.valueOf(label)));
    });
  }

  private static Struct base(String type) {
    return Struct.of(type).flags("send_resolved").field("http_config", HttpSchema.HTTP);
  }

  private static Struct webhook() {
    return base("webhook.plain")
        .field("url", new Parsed("common.plain", ReceiverSchema::templateUrl))
        .texts("url_file")
        .field("max_alerts", new Whole("uint64", true))
        .field("timeout", new Span())
        .field("payload", YamlType.ANY)
        .check(map -> oneOfUrls(map, "url", "one of url or url_file must be configured"));
  }

  /// What has a template in it is a URL only once that is expanded.
  private static String templateUrl(String text) {
    if (text.isEmpty() || text.equals("<secret>")) {
      return text;
    }
    if (text.contains("{{")) {
      require(
          text.lastIndexOf("}}") > text.lastIndexOf("{{"),
          "invalid template syntax: template: :1: unclosed action");
      return text;
    }
    try {
      return GoUrl.http(text);
    } catch (MangruException e) {
      throw MangruException.badData("invalid URL: " + e.text());
    }
  }

  private static void oneOfUrls(YamlMap map, String url, String missing) {
    require(map.hasText(url) || map.hasText(url + "_file"), missing);
    require(
        !(map.hasText(url) && map.hasText(url + "_file")),
        "at most one of " + url + " & " + url + "_file must be configured");
  }

  private static Struct discord() {
    return base("discord.plain")
        .field("webhook_url", SECRET_URL)
        .texts("webhook_url_file", "content", "title", "message", "username", "avatar_url")
        .check(map -> oneOfUrls(map, "webhook_url", ONE_WEBHOOK_URL));
  }

  private static Struct teams(String type) {
    return base(type)
        .field("webhook_url", SECRET_URL)
        .texts("webhook_url_file", "title", "text")
        .check(map -> oneOfUrls(map, "webhook_url", ONE_WEBHOOK_URL));
  }

  private static Struct email() {
    return Struct.of("config.plain")
        .flags("send_resolved", "require_tls", "force_implicit_tls")
        .texts("to", "from", "hello", "auth_username", "auth_password_file", "auth_secret_file")
        .texts("auth_identity", "html", "text")
        .secrets("auth_password", "auth_secret")
        .field("smarthost", HOST_PORT)
        .field("headers", YamlType.STRING_MAP)
        .field("tls_config", HttpSchema.TLS)
        .field(
            "threading",
            Struct.of("config.ThreadingConfig").flags("enabled").texts("thread_by_date"))
        .check(ReceiverSchema::email);
  }

  private static void email(YamlMap map) {
    require(map.hasText("to"), "missing to address in email config");
    Set<String> headers = new HashSet<>();
    for (String name : map.entries("headers").keySet()) {
      String canonical = GoText.canonicalHeader(name);
      require(
          headers.add(canonical),
          "duplicate header " + GoText.quote(canonical) + " in email config");
    }
    YamlMap threading = map.map("threading");
    if (threading != null && threading.flag("enabled", false)) {
      for (String header : List.of("References", "In-Reply-To")) {
        require(
            !headers.contains(header),
            "conflicting configuration: threading.enabled conflicts with custom "
                + header
                + " header");
      }
      require(
          List.of("none", "daily").contains(threading.text("thread_by_date")),
          "threading.thread_by_date must be either 'none' or 'daily'");
    }
  }

  private static Struct incidentio() {
    return base("incidentio.plain")
        .field("url", URL)
        .texts("url_file", "alert_source_token_file")
        .secrets("alert_source_token")
        .field("max_alerts", new Whole("uint64", true))
        .field("timeout", new Span())
        .check(map -> {
          oneOfUrls(map, "url", "one of url or url_file must be configured");
          atMostOne(
              map,
              "at most one of alert_source_token & alert_source_token_file must be configured",
              "alert_source_token",
              "alert_source_token_file");
          boolean token =
              map.hasText("alert_source_token") || map.hasText("alert_source_token_file");
          YamlMap http = map.map("http_config");
          boolean authorized = http != null && hasAuthorization(http);
          require(
              !(authorized && token),
              "cannot specify alert_source_token or alert_source_token_file when using"
                  + " http_config.authorization");
          require(
              http == null || authorized || token,
              "at least one of alert_source_token, alert_source_token_file or"
                  + " http_config.authorization must be configured");
        });
  }

  /// A bearer token is an authorization, too.
  static boolean hasAuthorization(YamlMap http) {
    return http.has("authorization")
        || http.hasText("bearer_token")
        || http.hasText("bearer_token_file");
  }

  private static Struct pagerduty() {
    Struct image = Struct.of("config.PagerdutyImage").texts("src", "alt", "href");
    Struct link = Struct.of("config.PagerdutyLink").texts("href", "text");
    return base("config.plain")
        .secrets("service_key", "routing_key")
        .texts("service_key_file", "routing_key_file", "client", "client_url", "description")
        .texts("source", "severity", "class", "component", "group")
        .field("url", URL)
        .field("details", YamlType.ANY_MAP)
        .field("images", new ListOf("[]config.PagerdutyImage", image))
        .field("links", new ListOf("[]config.PagerdutyLink", link))
        .field("timeout", new Span())
        .check(map -> {
          require(
              map.hasText("routing_key")
                  || map.hasText("service_key")
                  || map.hasText("routing_key_file")
                  || map.hasText("service_key_file"),
              "missing service or routing key in PagerDuty config");
          inlineOrFile(map, "routing_key");
          inlineOrFile(map, "service_key");
        });
  }

  private static void inlineOrFile(YamlMap map, String name) {
    require(
        !(map.hasText(name) && map.hasText(name + "_file")),
        "at most one of " + name + " & " + name + "_file must be configured");
  }

  private static Struct slack() {
    Struct confirm =
        Struct.of("config.plain")
            .texts("text", "title", "ok_text", "dismiss_text")
            .check(map ->
                require(map.hasText("text"), "missing text in Slack confirmation configuration"));
    Struct action =
        Struct.of("config.plain")
            .texts("type", "text", "url", "style", "name", "value")
            .field("confirm", confirm)
            .check(map -> {
              require(map.hasText("type"), "missing type in Slack action configuration");
              require(map.hasText("text"), "missing text in Slack action configuration");
              require(
                  map.hasText("url") || map.hasText("name"),
                  "missing name or url in Slack action configuration");
            });
    return base("config.plain")
        .field("api_url", SECRET_URL)
        .field("app_url", URL)
        .secrets("app_token")
        .texts("api_url_file", "app_token_file", "channel", "username", "color", "title")
        .texts("title_link", "pretext", "text", "message_text", "footer", "fallback")
        .texts("callback_id", "icon_emoji", "icon_url", "image_url", "thumb_url")
        .flags("short_fields", "link_names", "update_message")
        .field("fields", new ListOf("[]*config.SlackField", field("config.plain", "Slack")))
        .field("actions", new ListOf("[]*config.SlackAction", action))
        .field("mrkdwn_in", YamlType.STRINGS)
        .field("timeout", new Span())
        .check(map -> {
          inlineOrFile(map, "api_url");
          inlineOrFile(map, "app_token");
          require(
              !((map.has("api_url") || map.hasText("api_url_file"))
                  && (map.hasText("app_token") || map.hasText("app_token_file"))),
              "at most one of api_url/api_url_file & app_token/app_token_file must be"
                  + " configured");
          require(
              !map.flag("update_message", false) || map.text("api_url").equals(SLACK_BOTS),
              "update_message can only be used with bot tokens. api_url must be set to "
                  + SLACK_BOTS);
        });
  }

  private static Struct field(String type, String product) {
    return Struct.of(type)
        .texts("title", "value")
        .flags("short")
        .check(map -> {
          require(map.hasText("title"), "missing title in " + product + " field configuration");
          require(map.hasText("value"), "missing value in " + product + " field configuration");
        });
  }

  private static Struct opsgenie() {
    Struct responder =
        Struct.of("config.OpsGenieConfigResponder").texts("id", "name", "username", "type");
    return base("config.plain")
        .secrets("api_key")
        .texts("api_key_file", "message", "description", "source", "entity", "actions", "tags")
        .texts("note", "priority")
        .flags("update_alerts")
        .field("api_url", URL)
        .field("details", YamlType.STRING_MAP)
        .field("responders", new ListOf("[]config.OpsGenieConfigResponder", responder))
        .check(map -> {
          inlineOrFile(map, "api_key");
          map.maps("responders").forEach(r -> responder(r == null ? new YamlMap() : r));
        });
  }

  private static void responder(YamlMap map) {
    String type = map.text("type");
    boolean template = type.contains("{{");
    require(
        map.hasText("id") || map.hasText("username") || map.hasText("name"),
        "opsGenieConfig responder "
            + shown(map, type)
            + " has to have at least one of id, username or name specified");
    String lower = type.toLowerCase(Locale.ROOT);
    require(
        template || List.of("team", "teams", "user", "escalation", "schedule").contains(lower),
        "opsGenieConfig responder "
            + shown(map, lower)
            + " type does not match valid options ^(team|teams|user|escalation|schedule)$");
  }

  private static String shown(YamlMap map, String type) {
    return "{"
        + String.join(" ", map.text("id"), map.text("name"), map.text("username"), type)
        + "}";
  }

  private static Struct wechat() {
    return base("config.plain")
        .secrets("api_secret")
        .texts("api_secret_file", "corp_id", "message", "to_user", "to_party", "to_tag")
        .texts("agent_id", "message_type")
        .field("api_url", URL)
        .check(map -> {
          require(
              List.of("", "text", "markdown").contains(map.text("message_type")),
              "weChat message type "
                  + GoText.quote(map.text("message_type"))
                  + " does not match valid options ^(text|markdown)$");
          inlineOrFile(map, "api_secret");
        });
  }

  private static Struct victorops() {
    return base("config.plain")
        .secrets("api_key")
        .texts("api_key_file", "routing_key", "message_type", "state_message")
        .texts("entity_display_name", "monitoring_tool")
        .field("api_url", URL)
        .field("custom_fields", YamlType.STRING_MAP)
        .check(map -> {
          require(map.hasText("routing_key"), "missing Routing key in VictorOps config");
          inlineOrFile(map, "api_key");
          for (String reserved :
              List.of(
                  "routing_key",
                  "message_type",
                  "state_message",
                  "entity_display_name",
                  "monitoring_tool",
                  "entity_id",
                  "entity_state")) {
            require(
                !map.entries("custom_fields").containsKey(reserved),
                "victorOps config contains custom field "
                    + reserved
                    + " which cannot be used as it conflicts with the fixed/static fields");
          }
        });
  }

  private static Struct pushover() {
    Parsed time = new Parsed("config.duration", ReceiverSchema::goDuration);
    return base("config.plain")
        .secrets("user_key", "token")
        .texts("user_key_file", "token_file", "title", "message", "url", "url_title", "device")
        .texts("sound", "priority")
        .all(time, "retry", "expire", "ttl")
        .flags("html", "monospace")
        .check(map -> {
          for (String name : List.of("user_key", "token")) {
            require(
                map.hasText(name) || map.hasText(name + "_file"),
                "one of " + name + " or " + name + "_file must be configured");
            inlineOrFile(map, name);
          }
          require(
              !(map.flag("html", false) && map.flag("monospace", false)),
              "at most one of monospace & html must be configured");
        });
  }

  private static Duration goDuration(String text) {
    Duration duration = Durations.go(text);
    if (duration == null) {
      throw MangruException.badData("time: invalid duration " + GoText.quote(text));
    }
    return duration;
  }

  private static Struct sns() {
    Struct sigv4 =
        Struct.of("sigv4.plain")
            .texts("region", "access_key", "profile", "role_arn", "external_id", "service_name")
            .secrets("secret_key")
            .flags("use_fips_sts_endpoint")
            .check(map ->
                require(
                    map.hasText("access_key") == map.hasText("secret_key"),
                    "must provide a AWS SigV4 Access key and Secret Key if credentials are"
                        + " specified in the SigV4 config"));
    return base("config.plain")
        .texts("api_url", "topic_arn", "phone_number", "target_arn", "subject", "message")
        .field("sigv4", sigv4)
        .field("attributes", YamlType.STRING_MAP)
        .flags("use_aws_http_client")
        .check(map ->
            require(
                !(map.hasText("target_arn")
                    ^ map.hasText("topic_arn")
                    ^ !map.hasText("phone_number")),
                "must provide either a Target ARN, Topic ARN, or Phone Number for SNS config"));
  }

  private static Struct telegram() {
    return base("config.plain")
        .secrets("bot_token")
        .texts("bot_token_file", "chat_id_file", "message", "parse_mode")
        .field("api_url", URL)
        .field("chat_id", new Whole("int64", false))
        .field("message_thread_id", YamlType.INT)
        .flags("disable_notifications")
        .check(map -> {
          inlineOrFile(map, "bot_token");
          boolean id = map.whole("chat_id", 0) != 0;
          require(
              id || map.hasText("chat_id_file"),
              "missing chat_id or chat_id_file on telegram_config");
          require(
              !(id && map.hasText("chat_id_file")),
              "at most one of chat_id & chat_id_file must be configured");
          require(
              List.of("", "Markdown", "MarkdownV2", "HTML").contains(map.text("parse_mode")),
              "unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or"
                  + " empty string");
        });
  }

  private static Struct webex() {
    return base("config.plain")
        .texts("message", "room_id")
        .field("api_url", URL)
        .check(map -> {
          require(map.hasText("room_id"), "missing room_id on webex_config");
          YamlMap http = map.map("http_config");
          require(
              http != null && hasAuthorization(http),
              "missing webex_configs.http_config.authorization");
        });
  }

  private static Struct jira() {
    Either field =
        new Either(
            new Text("jira.plain"),
            Struct.of("jira.plain").texts("template").flags("enable_update"));
    Either labels =
        new Either(
            YamlType.STRINGS,
            Struct.of("jira.plain")
                .field("values", YamlType.STRINGS)
                .flags("enable_update")
                .texts("update_mode")
                .check(map ->
                    require(
                        List.of("", "replace", "merge").contains(map.text("update_mode")),
                        "unknown labels.update_mode, must be replace or merge")));
    return base("jira.plain")
        .field("api_url", URL)
        .texts("api_type", "project", "priority", "issue_type", "reopen_transition")
        .texts("resolve_transition", "wont_fix_resolution")
        .all(field, "summary", "description")
        .field("labels", labels)
        .field("reopen_duration", DURATION)
        .field("fields", YamlType.ANY_MAP)
        .check(map -> {
          require(map.hasText("project"), "missing project in jira_config");
          require(map.hasText("issue_type"), "missing issue_type in jira_config");
          require(
              List.of("auto", "cloud", "datacenter").contains(map.text("api_type", "auto")),
              "unknown api_type on jira_config, must be auto, cloud or datacenter");
        });
  }

  private static Struct rocketchat() {
    Struct field =
        Struct.of("config.RocketchatAttachmentField").flags("short").texts("title", "value");
    Struct action =
        Struct.of("config.RocketchatAttachmentAction")
            .texts("type", "text", "url", "imageurl", "webviewheightratio", "msg")
            .texts("msgprocessingtype")
            .flags("iswebview", "msginchatwindow");
    return base("config.plain")
        .field("api_url", URL)
        .secrets("token", "token_id")
        .texts("token_file", "token_id_file", "channel", "color", "title", "title_link", "text")
        .texts("emoji", "icon_url", "image_url", "thumb_url")
        .flags("short_fields", "link_names")
        .field("fields", new ListOf("[]*config.RocketchatAttachmentField", field))
        .field("actions", new ListOf("[]*config.RocketchatAttachmentAction", action))
        .check(map -> {
          require(
              !(map.has("token") && map.hasText("token_file")),
              "at most one of token & token_file must be configured");
          require(
              !(map.has("token_id") && map.hasText("token_id_file")),
              "at most one of token_id & token_id_file must be configured");
        });
  }

  private static Struct mattermost() {
    ListOf fields =
        new ListOf("[]*mattermost.MattermostField", field("mattermost.plain", "Mattermost"));
    String[] shared = {
      "fallback",
      "color",
      "pretext",
      "text",
      "author_name",
      "author_link",
      "author_icon",
      "title",
      "title_link",
      "thumb_url",
      "footer",
      "footer_icon",
      "image_url"
    };
    Struct attachment =
        Struct.of("mattermost.MattermostAttachment").texts(shared).field("fields", fields);
    return base("mattermost.plain")
        .field("webhook_url", SECRET_URL)
        .texts(shared)
        .texts("webhook_url_file", "channel", "username", "icon_url", "icon_emoji", "type")
        .field("fields", fields)
        .field("attachments", new ListOf("[]*mattermost.MattermostAttachment", attachment))
        .field("props", Struct.of("mattermost.MattermostProps").texts("card"))
        .field(
            "priority",
            Struct.of("mattermost.MattermostPriority")
                .texts("priority")
                .flags("requested_ack", "persistent_notifications"))
        .check(map -> inlineOrFile(map, "webhook_url"));
  }
}
