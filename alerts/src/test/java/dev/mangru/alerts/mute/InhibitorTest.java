package dev.mangru.alerts.mute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.model.metric.Labels;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class InhibitorTest {

  private static final Labels PAGE = Labels.of("alertname", "A", "severity", "page", "ns", "x");
  private static final Labels TICKET = Labels.of("alertname", "B", "severity", "ticket", "ns", "x");

  private static AlertmanagerConfig config(String more) {
    return AlertmanagerConfig.parse(
        "test", "route: {receiver: a}\nreceivers: [{name: a}]\n" + more);
  }

  private static Inhibitor.View over(String rules, Labels... firing) {
    return new Inhibitor(config("inhibit_rules:\n" + rules).inhibitRules()).over(List.of(firing));
  }

  @Test
  void a_page_keeps_tickets_of_its_namespace_quiet() {
    Inhibitor.View view =
        over(
            "- {source_matchers: [severity=page], target_matchers: [severity=ticket], equal: [ns]}",
            PAGE);
    assertThat(view.inhibitedBy(TICKET)).containsExactly(Fingerprint.of(PAGE));
    assertThat(view.inhibitedBy(TICKET.toBuilder().set("ns", "y").build())).isEmpty();
    assertThat(view.inhibitedBy(PAGE)).isEmpty();
  }

  @Test
  void an_absent_label_equals_an_absent_label() {
    Inhibitor.View view =
        over(
            "- {source_match: {severity: page}, target_match_re: {severity: 't.*'}, equal: [zone]}",
            PAGE);
    assertThat(view.inhibitedBy(TICKET)).hasSize(1);
  }

  @Test
  void an_alert_that_is_source_and_target_does_not_keep_itself_quiet() {
    Inhibitor.View view =
        over("- {source_matchers: [ns=x], target_matchers: [ns=x]}", PAGE, TICKET);
    assertThat(view.inhibitedBy(PAGE)).isEmpty();
    assertThat(view.inhibitedBy(TICKET)).isEmpty();
  }

  @Test
  void every_source_of_a_rule_has_to_fire() {
    String rules =
        "- {sources: [{matchers: [alertname=A], equal: [ns]}, {matchers: [alertname=C]}],"
            + " target_matchers: [severity=ticket]}";
    assertThat(over(rules, PAGE).inhibitedBy(TICKET)).isEmpty();
    Labels other = Labels.of("alertname", "C");
    assertThat(over(rules, PAGE, other).inhibitedBy(TICKET))
        .containsExactlyInAnyOrder(Fingerprint.of(PAGE), Fingerprint.of(other));
  }

  @Test
  void a_route_keeps_quiet_in_its_mute_times_and_outside_its_active_times() {
    AlertmanagerConfig config =
        AlertmanagerConfig.parse(
            "test",
            """
            route:
              receiver: a
              routes:
              - matchers: [x=mute]
                mute_time_intervals: [night]
              - matchers: [x=active]
                active_time_intervals: [night]
            receivers: [{name: a}]
            time_intervals:
            - name: night
              time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]
            """);
    Instant day = Instant.parse("2026-01-01T12:00:00Z");
    Instant night = Instant.parse("2026-01-01T23:00:00Z");
    assertThat(muted(config, "mute", day)).isEmpty();
    assertThat(muted(config, "mute", night)).containsExactly("night");
    assertThat(muted(config, "active", day)).containsExactly("night");
    assertThat(muted(config, "active", night)).isEmpty();
  }

  private static List<String> muted(AlertmanagerConfig config, String x, Instant at) {
    return TimeMuting.mutedBy(
        config.route().match(Labels.of("x", x)).getFirst(), config.timeIntervals(), at);
  }

  @Test
  void a_fingerprint_is_prometheus_own() {
    // From prometheus/common: the signature of no labels is the offset of FNV-1a.
    assertThat(Fingerprint.of(Labels.empty())).isEqualTo("cbf29ce484222325");
  }
}
