package dev.mangru.server.http.alerts;

import dev.mangru.alerts.route.Matchers;
import dev.mangru.model.alert.AlertSink;
import dev.mangru.model.alert.NotificationBook;
import dev.mangru.model.alert.NotificationBook.Group;
import dev.mangru.model.alert.NotificationBook.Received;
import dev.mangru.model.alert.Silence;
import dev.mangru.model.alert.SilenceBook;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.server.http.BuildInfo;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/// Alertmanager's API, version 2: `amtool`, Karma, Grafana and every Prometheus can speak to it.
///
/// An error is a JSON string, as there. Source: Alertmanager `api/v2/openapi.yaml`, and what
/// Alertmanager 0.33 answers.
@RestController
public final class AlertmanagerApi {

  private final NotificationBook book;
  private final SilenceBook silences;
  private final AlertSink sink;
  private final InstantSource clock;
  private final BuildInfo build;
  private final Instant startedAt;

  public AlertmanagerApi(
      NotificationBook book,
      SilenceBook silences,
      AlertSink sink,
      InstantSource clock,
      BuildInfo build) {
    this.book = book;
    this.silences = silences;
    this.sink = sink;
    this.clock = clock;
    this.build = build;
    this.startedAt = clock.instant();
  }

  @ExceptionHandler(MangruException.class)
  void refused(MangruException error, HttpServletResponse response) throws IOException {
    JsonAnswer.retryAfter(response, error);
    JsonAnswer.write(response, error.code().httpStatus(), json -> json.writeString(error.text()));
  }

  // ---- what this is ----------------------------------------------------------------------------

  @GetMapping("/api/v2/status")
  void status(HttpServletResponse response) throws IOException {
    ObjectNode node = AlertmanagerJson.object();
    ObjectNode cluster = node.putObject("cluster");
    cluster.putArray("peers");
    cluster.put("status", "disabled");
    node.putObject("config").put("original", book.configuration());
    node.put("uptime", AlertmanagerJson.time(startedAt));
    ObjectNode version = node.putObject("versionInfo");
    version.put("version", build.version());
    version.put("goVersion", "Java " + build.javaVersion());
    for (String unknown : List.of("branch", "buildDate", "buildUser", "revision")) {
      version.put(unknown, "");
    }
    JsonAnswer.value(response, node);
  }

  @GetMapping("/api/v2/receivers")
  void receivers(HttpServletRequest request, HttpServletResponse response) throws IOException {
    List<LabelMatcher> wanted = matchers(new Params(request), "receiver_matchers");
    List<ObjectNode> answer = new ArrayList<>();
    for (String name : book.receivers()) {
      Labels labels = book.receiverLabels(name);
      if (LabelMatcher.allMatch(wanted, labels)) {
        ObjectNode node = AlertmanagerJson.object().put("name", name);
        node.set("labels", AlertmanagerJson.labels(labels));
        answer.add(node);
      }
    }
    JsonAnswer.value(response, answer);
  }

  private static List<LabelMatcher> matchers(Params params, String name) {
    List<LabelMatcher> matchers = new ArrayList<>();
    params.all(name).forEach(text -> matchers.addAll(Matchers.parse(text)));
    return matchers;
  }

  // ---- silences --------------------------------------------------------------------------------

  @GetMapping("/api/v2/silences")
  void silences(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    List<LabelMatcher> filter = matchers(params, "filter");
    Instant now = clock.instant();
    List<Silence> found = new ArrayList<>();
    for (Silence silence : silences.silences()) {
      String state = silence.state(now).name().toLowerCase(Locale.ROOT);
      if (flag(params, state) && silence.matchers().containsAll(filter)) {
        found.add(silence);
      }
    }
    found.sort(order(now));
    JsonAnswer.value(
        response, found.stream().map(each -> AlertmanagerJson.silence(each, now)).toList());
  }

  /// Active ones first, those that end soonest before others; then pending ones, those that begin
  /// soonest; then expired ones, the latest first.
  private static Comparator<Silence> order(Instant now) {
    Comparator<Silence> byState =
        Comparator.comparingInt(silence ->
            switch (silence.state(now)) {
              case ACTIVE -> 0;
              case PENDING -> 1;
              case EXPIRED -> 2;
            });
    return byState.thenComparing((one, other) ->
        switch (one.state(now)) {
          case ACTIVE -> one.endsAt().compareTo(other.endsAt());
          case PENDING -> one.startsAt().compareTo(other.startsAt());
          case EXPIRED -> other.endsAt().compareTo(one.endsAt());
        });
  }

  @PostMapping("/api/v2/silences")
  void postSilence(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Silence wanted = AlertmanagerJson.readSilence(AlertmanagerJson.body(request));
    Instant now = clock.instant();
    if (!wanted.startsAt().isBefore(wanted.endsAt())) {
      throw MangruException.badData("Failed to create silence: start time must be before end time");
    }
    if (wanted.endsAt().isBefore(now)) {
      throw MangruException.badData("Failed to create silence: end time can't be in the past");
    }
    String id = silences.put(wanted, now);
    JsonAnswer.value(response, AlertmanagerJson.object().put("silenceID", id));
  }

  @GetMapping("/api/v2/silence/{id}")
  void silence(@PathVariable String id, HttpServletResponse response) throws IOException {
    Silence silence = silences.silence(id);
    if (silence == null) {
      throw new MangruException(ErrorCode.NOT_FOUND, "silence " + id + " not found");
    }
    JsonAnswer.value(response, AlertmanagerJson.silence(silence, clock.instant()));
  }

  @DeleteMapping("/api/v2/silence/{id}")
  void expire(@PathVariable String id, HttpServletResponse response) throws IOException {
    try {
      silences.expire(id, clock.instant());
      response.setStatus(HttpServletResponse.SC_OK);
    } catch (MangruException e) {
      if (e.code() != ErrorCode.BAD_DATA) {
        throw e;
      }
      // The API knows no 400 here; clients such as amtool would not understand one.
      JsonAnswer.write(
          response,
          HttpServletResponse.SC_INTERNAL_SERVER_ERROR,
          json -> json.writeString(e.text()));
    }
  }

  // ---- alerts ----------------------------------------------------------------------------------

  @GetMapping("/api/v2/alerts")
  void alerts(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Wanted wanted = Wanted.of(new Params(request), clock.instant());
    List<Received> found = new ArrayList<>();
    for (Received alert : book.alerts()) {
      if (wanted.wants(alert)
          && alert.receivers().stream().anyMatch(name -> wanted.wantsReceiver(name, book))) {
        found.add(alert);
      }
    }
    found.sort(Comparator.comparing(Received::fingerprint));
    JsonAnswer.value(response, found.stream().map(AlertmanagerJson::alert).toList());
  }

  @GetMapping("/api/v2/alerts/groups")
  void groups(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    Wanted wanted = Wanted.of(params, clock.instant());
    boolean muted = flag(params, "muted");
    List<Group> found = new ArrayList<>();
    for (Group group : book.groups()) {
      List<Received> alerts = group.alerts().stream().filter(wanted::wants).toList();
      boolean quiet = alerts.stream().noneMatch(AlertmanagerJson::isActive);
      if (!alerts.isEmpty() && wanted.wantsReceiver(group.receiver(), book) && (muted || !quiet)) {
        found.add(new Group(group.key(), group.labels(), group.receiver(), alerts));
      }
    }
    found.sort(Comparator.comparing(Group::labels).thenComparing(Group::receiver));
    JsonAnswer.value(response, found.stream().map(AlertmanagerJson::group).toList());
  }

  @PostMapping("/api/v2/alerts")
  void postAlerts(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Instant now = clock.instant();
    List<String> problems = new ArrayList<>();
    List<AlertSink.Posted> alerts =
        AlertmanagerJson.readAlerts(
            AlertmanagerJson.body(request), now, book.resolveTimeout(), problems);
    sink.send(alerts, now);
    if (!problems.isEmpty()) {
      throw MangruException.badData(String.join("; ", problems));
    }
    response.setStatus(HttpServletResponse.SC_OK);
  }

  private static boolean flag(Params params, String name) {
    String text = params.get(name, "true");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1", "yes", "on", "ok", "y", "t" -> true;
      case "false", "0", "no", "off", "n", "f" -> false;
      default ->
          throw MangruException.badData(name + " in query must be of type bool: \"" + text + "\"");
    };
  }

  /// Which alerts someone asks for.
  private record Wanted(
      List<LabelMatcher> filter,
      List<LabelMatcher> receiverLabels,
      @Nullable LabelMatcher receiver,
      boolean active,
      boolean silenced,
      boolean inhibited,
      Instant now) {

    static Wanted of(Params params, Instant now) {
      String receiver = params.get("receiver");
      return new Wanted(
          matchers(params, "filter"),
          matchers(params, "receiver_matchers"),
          receiver == null ? null : receiver(receiver),
          flag(params, "active"),
          flag(params, "silenced"),
          flag(params, "inhibited"),
          now);
    }

    private static LabelMatcher receiver(String regex) {
      try {
        return Matchers.of(Operator.REGEX, "receiver", regex);
      } catch (MangruException e) {
        throw MangruException.badData("failed to parse receiver param: " + e.text());
      }
    }

    boolean wants(Received alert) {
      return !alert.alert().resolved(now)
          && (active || !AlertmanagerJson.isActive(alert))
          && (silenced || alert.silencedBy().isEmpty())
          && (inhibited || alert.inhibitedBy().isEmpty())
          && LabelMatcher.allMatch(filter, alert.alert().labels());
    }

    boolean wantsReceiver(String name, NotificationBook book) {
      return (receiver == null || receiver.matches(name))
          && LabelMatcher.allMatch(receiverLabels, book.receiverLabels(name));
    }
  }
}
