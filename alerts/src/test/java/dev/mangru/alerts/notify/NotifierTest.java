package dev.mangru.alerts.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.alerts.mute.SilenceOptions;
import dev.mangru.alerts.mute.Silences;
import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.model.alert.AlertSink.Posted;
import dev.mangru.model.alert.NotificationBook.Notification;
import dev.mangru.model.alert.Silence;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NotifierTest {

  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

  private static final String CONFIG =
      """
      route:
        receiver: pager
        group_by: [team]
        group_wait: 5s
        group_interval: 30s
        repeat_interval: 1h
        routes:
        - matchers: [team=other]
          receiver: other
      receivers:
      - name: pager
        webhook_configs: [{url: 'http://pager.example/'}]
      - name: other
        webhook_configs: [{url: 'http://other.example/', send_resolved: false}]
      inhibit_rules:
      - {source_matchers: [severity=page], target_matchers: [severity=ticket], equal: [team]}
      """;

  private CrashDisk disk = new CrashDisk(1);
  private final FakeReceiver receiver = new FakeReceiver();
  private Executor executor = Runnable::run;
  private Instant now = START;
  private AlertmanagerConfig config = AlertmanagerConfig.parse("test", CONFIG);
  private NotifyOptions options = NotifyOptions.of("http://mangru");
  private Silences silences;
  private Notifier notifier;

  @BeforeEach
  void open() throws IOException {
    silences =
        Silences.open(
            disk,
            disk.root().resolve("silences"),
            SilenceOptions.DEFAULT,
            new SplittableRandom(now.getEpochSecond()));
    notifier =
        Notifier.open(
            options,
            disk,
            disk.root().resolve("notify"),
            config,
            silences,
            receiver,
            executor,
            new SplittableRandom(1),
            now);
  }

  @AfterEach
  void close() {
    notifier.close();
    silences.close();
  }

  /// As kill -9 does it, and the machine's power, too.
  private void crash() throws IOException {
    disk.powerOff();
    close();
    disk = disk.reboot();
    open();
  }

  private Posted firing(String name, String team) {
    return alert(name, team, now.plusSeconds(120));
  }

  private Posted stopped(String name, String team) {
    return alert(name, team, now);
  }

  private Posted alert(String name, String team, Instant endsAt) {
    return new Posted(
        Labels.of("alertname", name, "team", team),
        Labels.of("summary", "it is " + name),
        START,
        endsAt,
        "http://prometheus/graph");
  }

  private void send(Posted... alerts) {
    notifier.send(List.of(alerts), now);
  }

  /// Lets time pass, second by second, while these alerts are sent again and again.
  private void pass(int seconds, Posted... again) {
    for (int i = 0; i < seconds; i++) {
      now = now.plusSeconds(1);
      for (Posted each : again) {
        notifier.send(
            List.of(
                new Posted(
                    each.labels(),
                    each.annotations(),
                    each.startsAt(),
                    now.plusSeconds(120),
                    each.generatorUrl())),
            now);
      }
      notifier.tick(now);
    }
  }

  @Test
  void alerts_of_one_group_are_told_together_after_the_group_wait() {
    send(firing("A", "x"));
    pass(3);
    send(firing("B", "x"));
    assertThat(receiver.told()).isEmpty();
    pass(3);
    assertThat(receiver.told()).containsExactly("firing A B");
  }

  @Test
  void a_new_alert_is_told_after_the_group_interval_and_a_resolved_one_once() {
    send(firing("A", "x"));
    pass(6);
    send(firing("B", "x"));
    pass(20);
    assertThat(receiver.told()).hasSize(1);
    pass(15);
    send(stopped("A", "x"));
    pass(60, firing("B", "x"));
    send(stopped("B", "x"));
    pass(200);
    assertThat(receiver.told())
        .containsExactly("firing A", "firing A B", "firing B resolved A", "resolved B");
    assertThat(notifier.alerts()).isEmpty();
    assertThat(notifier.groups()).isEmpty();
  }

  @Test
  void nothing_new_is_told_again_only_after_the_repeat_interval() {
    send(firing("A", "x"));
    pass(3_590, firing("A", "x"));
    assertThat(receiver.told()).hasSize(1);
    pass(60, firing("A", "x"));
    assertThat(receiver.told()).containsExactly("firing A", "firing A");
  }

  @Test
  void an_alert_that_nobody_sends_again_counts_as_resolved() {
    send(firing("A", "x"));
    pass(180);
    assertThat(receiver.told()).containsExactly("firing A", "resolved A");
  }

  @Test
  void who_does_not_want_to_hear_of_resolved_alerts_does_not() {
    send(firing("A", "other"));
    pass(10);
    send(stopped("A", "other"));
    pass(100);
    assertThat(receiver.told()).containsExactly("firing A");
    now = now.plusSeconds(1);
    send(
        new Posted(
            Labels.of("alertname", "A", "team", "other"),
            Labels.empty(),
            now,
            now.plusSeconds(300),
            ""));
    pass(60);
    assertThat(receiver.told()).containsExactly("firing A", "firing A");
  }

  @Test
  void a_silenced_alert_is_told_when_the_silence_ends() {
    String id =
        silences.put(
            new Silence(
                "",
                List.of(LabelMatcher.equal("alertname", "A")),
                now,
                now.plus(Duration.ofHours(2)),
                "me",
                "deploy",
                now),
            now);
    send(firing("A", "x"));
    pass(100, firing("A", "x"));
    assertThat(receiver.told()).isEmpty();
    assertThat(notifier.alerts().getFirst().silencedBy()).containsExactly(id);
    silences.expire(id, now);
    pass(40, firing("A", "x"));
    assertThat(receiver.told()).containsExactly("firing A");
  }

  @Test
  void an_inhibited_alert_is_not_told() {
    Posted page =
        new Posted(
            Labels.of("alertname", "P", "team", "x", "severity", "page"),
            Labels.empty(),
            START,
            now.plusSeconds(300),
            "");
    Posted ticket =
        new Posted(
            Labels.of("alertname", "T", "team", "x", "severity", "ticket"),
            Labels.empty(),
            START,
            now.plusSeconds(300),
            "");
    send(page, ticket);
    pass(10);
    assertThat(receiver.told()).containsExactly("firing P");
    assertThat(notifier.alerts())
        .anyMatch(alert -> alert.inhibitedBy().size() == 1 && alert.alert().equals(ticket));
  }

  @Test
  void a_receiver_that_is_away_for_an_hour_hears_of_everything_once_it_is_back() {
    receiver.takes = _ -> false;
    receiver.answers = _ -> new Outcome.Later("HTTP 500", null, false);
    send(firing("A", "x"));
    pass(1_800, firing("A", "x"));
    send(firing("B", "x"));
    pass(900, firing("A", "x"), firing("B", "x"));
    send(stopped("A", "x"), stopped("B", "x"));
    pass(900);
    Notification waiting = notifier.notifications(START, now, 10).getFirst();
    assertThat(waiting.state()).isEqualTo(Notification.State.PENDING);
    assertThat(waiting.detail()).isEqualTo("HTTP 500");
    assertThat(waiting.attempts()).isGreaterThan(10);
    assertThat(waiting.nextAttempt()).isNotNull();
    receiver.takes = _ -> true;
    receiver.answers = _ -> new Outcome.Delivered("HTTP 200");
    pass(200);
    assertThat(receiver.told()).containsExactly("firing A B", "resolved A B");
  }

  @Test
  void attempts_grow_rarer_up_to_the_maximum() {
    receiver.answers = _ -> new Outcome.Later("HTTP 503", null, false);
    send(firing("A", "x"));
    pass(3_600, firing("A", "x"));
    assertThat(receiver.attempts).hasSizeBetween(50, 110);
    assertThat(receiver.received).hasSize(1);
  }

  @Test
  void a_receiver_that_asks_for_a_wait_gets_it() {
    receiver.answers = _ -> new Outcome.Later("HTTP 429", Duration.ofSeconds(100), false);
    send(firing("A", "x"));
    pass(95, firing("A", "x"));
    assertThat(receiver.attempts).hasSize(1);
    pass(15, firing("A", "x"));
    assertThat(receiver.attempts).hasSize(2);
  }

  @Test
  void a_refusal_is_not_tried_again_before_the_next_look_at_the_group() {
    receiver.answers = _ -> new Outcome.Refused("HTTP 400");
    send(firing("A", "x"));
    pass(25, firing("A", "x"));
    assertThat(receiver.attempts).hasSize(1);
    Notification failed = notifier.notifications(START, now, 10).getFirst();
    assertThat(failed.state()).isEqualTo(Notification.State.FAILED);
    pass(15, firing("A", "x"));
    assertThat(receiver.attempts).hasSize(2);
    assertThat(receiver.attempts.get(0).id()).isNotEqualTo(receiver.attempts.get(1).id());
  }

  @Test
  void a_receiver_that_hangs_has_one_attempt_a_group_and_does_not_hold_up_others()
      throws IOException {
    Deque<Runnable> hanging = new ArrayDeque<>();
    Deque<Runnable> queue = new ArrayDeque<>();
    executor = queue::add;
    close();
    open();
    receiver.answers =
        delivery ->
            delivery.receiver().equals("pager")
                ? new Outcome.Later("no answer within 10 s", null, true)
                : new Outcome.Delivered("HTTP 200");
    send(firing("A", "x"), firing("B", "y"), firing("C", "other"));
    for (int i = 0; i < 600; i++) {
      pass(1, firing("A", "x"), firing("B", "y"), firing("C", "other"));
      if (i == 300) {
        send(firing("D", "x"));
      }
      while (!queue.isEmpty()) {
        // The pager never answers; the others do.
        Runnable attempt = queue.poll();
        if (hanging.size() < 2) {
          int before = receiver.attempts.size();
          attempt.run();
          if (receiver.attempts.size() > before
              && receiver.attempts.getLast().receiver().equals("pager")) {
            receiver.attempts.removeLast();
            hanging.add(attempt);
          }
        } else {
          attempt.run();
        }
      }
    }
    assertThat(receiver.attempts).anyMatch(each -> each.receiver().equals("other"));
    assertThat(notifier.sizes().pending()).isEqualTo(2);
  }

  @Test
  void after_a_crash_nothing_is_told_again_and_nothing_is_falsely_resolved() throws IOException {
    send(firing("A", "x"), firing("B", "x"));
    pass(10, firing("A", "x"), firing("B", "x"));
    for (int i = 0; i < 5; i++) {
      crash();
      now = now.plusSeconds(200); // the alerts' ends have passed meanwhile
      crash();
      pass(5);
      pass(60, firing("B", "x"));
      pass(60, firing("B", "x"), firing("A", "x"));
    }
    assertThat(receiver.told()).containsExactly("firing A B");
    send(stopped("A", "x"), stopped("B", "x"));
    crash();
    pass(60);
    assertThat(receiver.told()).containsExactly("firing A B", "resolved A B");
  }

  @Test
  void an_intent_without_a_result_is_sent_again_with_the_same_id_after_a_crash()
      throws IOException {
    receiver.answers = _ -> new Outcome.Later("connection reset", null, true);
    send(firing("A", "x"));
    pass(6);
    assertThat(receiver.attempts).isNotEmpty();
    crash();
    receiver.answers = _ -> new Outcome.Delivered("HTTP 200");
    pass(2, firing("A", "x"));
    assertThat(receiver.attempts)
        .extracting(Delivery::id)
        .containsOnly(receiver.attempts.getFirst().id());
    pass(100, firing("A", "x"));
    assertThat(receiver.told()).containsExactly("firing A");
  }

  @Test
  void a_group_in_its_first_wait_is_not_forgotten_by_a_crash() throws IOException {
    send(firing("A", "x"));
    pass(2);
    crash();
    pass(2);
    assertThat(receiver.told()).isEmpty();
    pass(3);
    assertThat(receiver.told()).containsExactly("firing A");
  }

  @Test
  void people_are_told_even_if_the_disk_takes_nothing() {
    disk.capacity(disk.usedBytes());
    send(firing("A", "x"));
    pass(6);
    assertThat(receiver.told()).containsExactly("firing A");
    assertThat(notifier.journalFailures()).isPositive();
  }

  @Test
  void
      another_configuration_keeps_groups_that_are_the_same_and_gives_up_on_receivers_that_are_gone() {
    receiver.answers =
        delivery ->
            delivery.receiver().equals("other")
                ? new Outcome.Later("HTTP 500", null, false)
                : new Outcome.Delivered("HTTP 200");
    send(firing("A", "x"), firing("C", "other"));
    pass(10);
    notifier.reload(
        AlertmanagerConfig.parse(
            "next",
            """
            route: {receiver: pager, group_by: [team], group_wait: 5s, group_interval: 30s}
            receivers:
            - name: pager
              webhook_configs: [{url: 'http://pager.example/'}]
            """),
        now);
    pass(60, firing("A", "x"), firing("C", "other"));
    assertThat(receiver.told()).containsExactly("firing A", "firing C", "firing C");
    assertThat(notifier.notifications(START, now, 10))
        .anyMatch(each ->
            each.state() == Notification.State.FAILED
                && each.detail().contains("no longer has its receiver"));
    assertThat(notifier.receivers()).containsExactly("pager");
  }

  @Test
  void a_receiver_of_another_kind_is_refused_by_name() {
    AlertmanagerConfig slack =
        AlertmanagerConfig.parse(
            "test",
            "route: {receiver: chat}\n"
                + "receivers: [{name: chat, slack_configs: [{api_url: 'http://slack/'}]}]");
    assertThatThrownBy(() -> notifier.reload(slack, now))
        .hasMessage(
            "receiver \"chat\" uses slack_configs; this build delivers by webhook_configs only");
    assertThat(notifier.receivers()).containsExactly("pager", "other");
  }

  @Test
  void what_calls_cannot_honour_is_refused_by_name() {
    for (String wrong :
        List.of(
            "url: 'http://x/{{ .GroupLabels.a }}'",
            "{url: 'http://x/', payload: {a: b}}",
            "{url: 'http://x/', http_config: {oauth2: {client_id: a, token_url: b}}}",
            "{url: 'http://x/', http_config: {tls_config: {cert_file: a, key_file: b}}}")) {
      String entry = wrong.startsWith("{") ? wrong : "{" + wrong + "}";
      AlertmanagerConfig refused =
          AlertmanagerConfig.parse(
              "test",
              "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [" + entry + "]}]");
      assertThatThrownBy(() -> notifier.reload(refused, now))
          .hasMessageContaining("receiver \"a\" has")
          .hasMessageContaining("this build");
    }
  }

  @Test
  void more_alerts_than_may_be_held_are_refused_and_the_others_taken() throws IOException {
    close();
    NotifyOptions few =
        new NotifyOptions(
            "",
            2,
            1,
            1,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            Duration.ZERO,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            10);
    silences =
        Silences.open(
            disk, disk.root().resolve("s2"), SilenceOptions.DEFAULT, new SplittableRandom(1));
    notifier =
        Notifier.open(
            few,
            disk,
            disk.root().resolve("n2"),
            config,
            silences,
            receiver,
            executor,
            new SplittableRandom(1),
            now);
    List<Posted> three = List.of(firing("A", "x"), firing("B", "y"), firing("C", "z"));
    assertThatThrownBy(() -> notifier.send(three, now))
        .isInstanceOfSatisfying(
            MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED))
        .hasMessageContaining("1 alerts were not taken");
    pass(10);
    assertThat(receiver.told()).containsExactlyInAnyOrder("firing A", "firing B");
  }

  @Test
  void the_configuration_is_shown_without_secrets() {
    assertThat(notifier.configuration())
        .contains("url: <secret>")
        .doesNotContain("pager.example")
        .contains("group_interval: 30s");
    assertThat(AlertmanagerConfig.parse("again", notifier.configuration()).receivers()).hasSize(2);
  }

  @Test
  void a_journal_that_has_grown_is_written_anew_and_says_the_same() throws IOException {
    List<Posted> many = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      many.add(firing("A" + i, "team" + i));
    }
    for (int round = 0; round < 12; round++) {
      notifier.send(many, now);
      pass(10);
      notifier.send(
          many.stream()
              .map(each -> stopped(each.labels().get("alertname"), each.labels().get("team")))
              .toList(),
          now);
      pass(90);
      Instant later = now;
      many =
          many.stream()
              .map(each ->
                  new Posted(each.labels(), each.annotations(), later, later.plusSeconds(600), ""))
              .toList();
    }
    assertThat(receiver.received).hasSize(200 * 12 * 2);
    List<Notification> before = notifier.notifications(START, now, 2_000);
    assertThat(disk.usedBytes()).isLessThan(8 << 20);
    crash();
    pass(100);
    assertThat(receiver.received).hasSize(200 * 12 * 2);
    assertThat(notifier.notifications(START, now, 2_000)).isEqualTo(before);
  }

  @Test
  void receivers_that_hang_leave_room_for_the_others() throws IOException {
    List<Runnable> queue = new ArrayList<>();
    executor = queue::add;
    NotifyOptions usual = NotifyOptions.of("http://mangru");
    options =
        new NotifyOptions(
            usual.externalUrl(),
            usual.maxAlerts(),
            2,
            2,
            usual.firstBackoff(),
            usual.maxBackoff(),
            usual.maxRetryAfter(),
            usual.minTimeout(),
            usual.maxTimeout(),
            usual.history());
    close();
    open();
    send(firing("A", "x"), firing("B", "y"), firing("C", "other"));
    pass(10);
    queue.forEach(Runnable::run);
    assertThat(receiver.attempts).extracting(Delivery::receiver).contains("other");
  }

  @Test
  void a_clock_that_is_set_back_by_an_hour_delays_nobody() {
    send(firing("A", "x"));
    pass(2);
    now = now.minusSeconds(3_600);
    pass(6);
    assertThat(receiver.told()).containsExactly("firing A");
    receiver.answers = _ -> new Outcome.Later("HTTP 500", null, false);
    send(firing("B", "x"));
    pass(40, firing("A", "x"), firing("B", "x"));
    int attempts = receiver.attempts.size();
    now = now.minusSeconds(3_600);
    pass(95, firing("A", "x"), firing("B", "x"));
    assertThat(receiver.attempts).hasSizeGreaterThan(attempts);
  }

  @Test
  void a_clock_that_was_set_back_while_mangru_was_down_delays_nobody() throws IOException {
    send(firing("A", "x"));
    pass(6);
    now = now.minusSeconds(3_600);
    crash();
    send(firing("B", "x"));
    pass(31, firing("A", "x"), firing("B", "x"));
    assertThat(receiver.told()).containsExactly("firing A", "firing A B");
  }

  @Test
  void after_a_standstill_of_an_hour_nothing_is_falsely_resolved() {
    send(firing("A", "x"));
    pass(10, firing("A", "x"));
    now = now.plusSeconds(3_600);
    pass(60);
    assertThat(String.join("|", receiver.told())).doesNotContain("resolved");
    pass(300);
    assertThat(receiver.told().getLast()).isEqualTo("resolved A");
  }

  @Test
  void what_a_full_disk_did_not_take_is_written_once_there_is_room() throws IOException {
    send(firing("A", "x"));
    pass(2);
    disk.capacity(disk.usedBytes());
    pass(10, firing("A", "x"));
    assertThat(receiver.told()).containsExactly("firing A");
    assertThat(notifier.journalFailures()).isPositive();
    disk.capacity(Long.MAX_VALUE);
    pass(10, firing("A", "x"));
    crash();
    pass(120, firing("A", "x"));
    assertThat(receiver.told()).containsExactly("firing A");
    assertThat(receiver.attempts).hasSize(1);
  }

  @Test
  void a_damaged_byte_of_the_journal_is_found_with_its_file_and_offset() throws IOException {
    send(firing("A", "x"));
    pass(10);
    java.nio.file.Path directory = disk.root().resolve("notify");
    assertThat(Notifier.check(disk, directory).sound()).isTrue();
    assertThat(Notifier.check(disk, directory).checked().getFirst()).startsWith("1 alerts held");
    disk.flipBit(directory.resolve("00000001.log"), 2, 3);
    assertThat(Notifier.check(disk, directory).problems().getFirst())
        .contains("00000001.log", "offset");
  }

  @Test
  void half_a_character_in_an_alert_keeps_nobody_from_being_told() throws IOException {
    Posted odd =
        new Posted(
            Labels.of("alertname", "Odd", "team", "x"),
            Labels.of("summary", "cut \uD83D", "fine", "\uD83D\uDE00"),
            START,
            now.plusSeconds(600),
            "http://prometheus/graph");
    send(odd, firing("A", "y"));
    pass(10);
    assertThat(receiver.told()).containsExactlyInAnyOrder("firing A", "firing Odd");
    assertThat(receiver.received.values().toString()).contains("cut \uFFFD", "\uD83D\uDE00");
    crash();
    pass(10);
    assertThat(receiver.attempts).hasSize(2);
  }

  @Test
  void ten_thousand_alerts_that_keep_each_other_quiet_are_looked_at_in_no_time() {
    List<Posted> all = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      all.add(
          new Posted(
              Labels.of(
                  "alertname", "A" + i, "team", "x", "severity", i % 2 == 0 ? "page" : "ticket"),
              Labels.empty(),
              START,
              now.plusSeconds(600),
              ""));
    }
    notifier.send(all, now);
    long began = System.nanoTime();
    pass(6);
    assertThat(notifier.alerts()).hasSize(10_000);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    assertThat(receiver.received.values().iterator().next().path("alerts").size()).isEqualTo(5_000);
  }
}
