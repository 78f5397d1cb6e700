package dev.mangru.alerts.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.alerts.mute.SilenceOptions;
import dev.mangru.alerts.mute.Silences;
import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.model.alert.AlertSink.Posted;
import dev.mangru.model.alert.Silence;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Random alerts, silences, failures and power cuts against what must be true whatever happened.
class NotifierOracleTest {

  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

  private static final AlertmanagerConfig CONFIG =
      AlertmanagerConfig.parse(
          "test",
          """
          route:
            receiver: pager
            group_by: [team]
            group_wait: 5s
            group_interval: 10s
            repeat_interval: 12h
          receivers:
          - name: pager
            webhook_configs:
            - {url: 'http://one.example/'}
            - {url: 'http://two.example/'}
          """);

  /// An alert as it is in truth.
  private static final class Truth {
    final Labels labels;
    @Nullable Instant startsAt;
    @Nullable Instant endedAt;
    final Set<String> ends = new TreeSet<>();
    int times;

    Truth(Labels labels) {
      this.labels = labels;
    }

    boolean firing() {
      return startsAt != null && endedAt == null;
    }
  }

  private CrashDisk disk = new CrashDisk(0);
  private SplittableRandom random = new SplittableRandom(0);
  private final List<FakeReceiver> receivers = List.of(new FakeReceiver(), new FakeReceiver());
  private final List<Truth> alerts = new ArrayList<>();
  private @Nullable Notifier notifier;
  private @Nullable Silences silences;
  private Instant now = START;
  private boolean healthy;
  private boolean off;

  private void open() {
    off = false;
    try {
      silences =
          Silences.open(disk, disk.root().resolve("s"), SilenceOptions.DEFAULT, random.split());
      notifier =
          Notifier.open(
              NotifyOptions.of(""),
              disk,
              disk.root().resolve("n"),
              CONFIG,
              silences,
              this::deliver,
              Runnable::run,
              random.split(),
              now);
    } catch (IOException | MangruException e) {
      off = true;
    }
  }

  private Outcome deliver(Delivery delivery) {
    FakeReceiver receiver = receivers.get(delivery.webhook().url().contains("one") ? 0 : 1);
    if (off || poweredOff()) {
      return new Outcome.Later("the power is off, nobody hears", null, true);
    }
    boolean has = receiver.received.containsKey(delivery.id());
    int luck = healthy ? 0 : random.nextInt(10);
    return switch (luck) {
      case 6 -> has ? receiver.deliver(delivery) : new Outcome.Later("HTTP 500", null, false);
      case 7 -> new Outcome.Later("not reached", null, true);
      case 8 -> {
        receiver.deliver(delivery);
        yield new Outcome.Later("reached, and the answer was lost", null, true);
      }
      // Nobody refuses what they have taken.
      case 9 -> has ? receiver.deliver(delivery) : new Outcome.Refused("HTTP 400");
      default -> receiver.deliver(delivery);
    };
  }

  /// Whether the disk lost its power: then this process would be dead, too.
  private boolean poweredOff() {
    return disk.off();
  }

  private void crash() {
    disk.powerOff();
    off = true;
    if (notifier != null) {
      notifier.close();
    }
    if (silences != null) {
      silences.close();
    }
    notifier = null;
    silences = null;
    disk = disk.reboot();
  }

  private void change() {
    Truth alert = alerts.get(random.nextInt(alerts.size()));
    if (alert.firing()) {
      alert.endedAt = now;
      alert.ends.add(WebhookPayload.time(now));
    } else {
      alert.startsAt = now;
      alert.endedAt = null;
      alert.times++;
    }
  }

  private void silence() {
    Silences book = silences;
    if (book == null) {
      return;
    }
    Truth alert = alerts.get(random.nextInt(alerts.size()));
    book.put(
        new Silence(
            "",
            List.of(LabelMatcher.equal("alertname", alert.labels.get("alertname"))),
            now,
            now.plusSeconds(random.nextInt(1, 60)),
            "x",
            "y",
            now),
        now);
  }

  /// What Prometheus does: firing alerts again and again, resolved ones for a quarter of an hour.
  private List<Posted> sent() {
    List<Posted> sent = new ArrayList<>();
    for (Truth alert : alerts) {
      Instant startsAt = alert.startsAt;
      Instant endedAt = alert.endedAt;
      boolean old = endedAt != null && endedAt.plus(Duration.ofMinutes(15)).isBefore(now);
      if (startsAt != null && !old) {
        sent.add(
            new Posted(
                alert.labels,
                Labels.empty(),
                startsAt,
                endedAt == null ? now.plusSeconds(60) : endedAt,
                ""));
      }
    }
    return sent;
  }

  private void step() {
    if (notifier == null) {
      open();
    }
    Notifier running = notifier;
    if (running == null) {
      crash();
      return;
    }
    try {
      running.send(sent(), now);
      running.tick(now);
    } catch (MangruException e) {
      crash();
    }
    if (poweredOff()) {
      crash();
    }
  }

  @Seeds(150)
  void whatever_happens_everybody_hears_everything_once(long seed) {
    random = new SplittableRandom(seed);
    disk = new CrashDisk(seed);
    int size = 1 + (int) Math.min(seed / 10, 7);
    for (int i = 0; i < size; i++) {
      alerts.add(new Truth(Labels.of("alertname", "A" + i, "team", "t" + i / 3)));
    }
    int steps = 20 + (int) Math.min(seed * 4, 300);
    for (int i = 0; i < steps; i++) {
      now = now.plusSeconds(random.nextInt(1, 4));
      if (random.nextInt(8) == 0) {
        change();
      }
      if (random.nextInt(40) == 0) {
        try {
          silence();
        } catch (MangruException e) {
          crash();
        }
      }
      if (random.nextInt(25) == 0) {
        disk.powerOffAt(random.nextInt(20));
      }
      if (random.nextInt(40) == 0) {
        crash();
        now = now.plusSeconds(random.nextInt(1, 100));
      }
      step();
    }
    healthy = true;
    for (int i = 0; i < 600; i++) {
      now = now.plusSeconds(1);
      step();
    }
    receivers.forEach(this::check);
    assertThat(notifier).isNotNull();
    assertThat(notifier.sizes().pending()).isZero();
    notifier.close();
    if (silences != null) {
      silences.close();
    }
  }

  private void check(FakeReceiver receiver) {
    Map<String, String> last = new HashMap<>();
    Map<String, Integer> resolvedTimes = new HashMap<>();
    Map<String, String> lastOfGroup = new LinkedHashMap<>();
    Map<String, Truth> byName = new HashMap<>();
    alerts.forEach(alert -> byName.put(alert.labels.get("alertname"), alert));
    for (JsonNode message : receiver.received.values()) {
      String group = message.path("groupKey").asString();
      String words = FakeReceiver.words(message) + startsOf(message);
      assertThat(lastOfGroup.put(group, words)).as("told twice: %s", message).isNotEqualTo(words);
      for (JsonNode each : message.path("alerts")) {
        String name = each.path("labels").path("alertname").asString();
        Truth truth = byName.get(name);
        assertThat(truth).isNotNull();
        String status = each.path("status").asString();
        last.put(name, status);
        if (status.equals("resolved")) {
          resolvedTimes.merge(name, 1, Integer::sum);
          assertThat(truth.ends)
              .as("falsely resolved: %s", each)
              .contains(each.path("endsAt").asString());
        }
      }
    }
    for (Truth alert : alerts) {
      String name = alert.labels.get("alertname");
      if (alert.firing()) {
        assertThat(last.get(name))
            .as("%s fires; told: %s", name, receiver.told())
            .isEqualTo("firing");
      } else {
        assertThat(last.getOrDefault(name, "resolved"))
            .as("%s has stopped; told: %s", name, receiver.told())
            .isEqualTo("resolved");
      }
      assertThat(resolvedTimes.getOrDefault(name, 0))
          .as("%s was resolved too often: %s", name, receiver.told())
          .isLessThanOrEqualTo(alert.times);
    }
  }

  private static String startsOf(JsonNode message) {
    StringBuilder starts = new StringBuilder();
    message.path("alerts").forEach(each -> starts.append(each.path("startsAt").asString()));
    return starts.toString();
  }
}
