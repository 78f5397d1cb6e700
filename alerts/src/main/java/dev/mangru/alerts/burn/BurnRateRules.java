package dev.mangru.alerts.burn;

import dev.mangru.alerts.rule.Rule;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleGroup;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.slo.Objective;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes of each objective up to four alerting rules over two windows each: two that page, two that
/// open a ticket. They are ordinary rules over the cumulative series `mangru_slo_good_total` and
/// `mangru_slo_total`, which share their timestamps, so the ratio of their increases is the exact
/// ratio of what happened between the first and the last point in the window. An objective younger
/// than a window is judged by what there is of it.
///
/// The value of an alert is the burn rate over the long window: 1 spends the budget exactly, 14.4
/// spends that of 30 days in two days. A pair whose threshold would be an error ratio of 1 or more
/// is left out, because nothing can exceed it; that concerns targets below 0.93 and fewer pages.
public final class BurnRateRules {

  /// What the generated file is called.
  public static final String FILE = "built-in/slo-burn-rate.yaml";

  /// Alert of the pairs that wake someone.
  public static final String PAGE = "SloBurnRatePage";

  /// Alert of the pairs that can wait for the morning.
  public static final String TICKET = "SloBurnRateTicket";

  private BurnRateRules() {}

  /// The rules of all objectives, in their order.
  public static RuleFile of(List<Objective> objectives, BurnRateOptions options) {
    List<RuleGroup> groups = new ArrayList<>();
    for (boolean page : new boolean[] {true, false}) {
      List<Rule> rules = new ArrayList<>();
      for (Objective objective : objectives) {
        for (BurnWindow window : BurnWindow.values()) {
          Rule rule = window.page() == page ? rule(objective, window, options) : null;
          if (rule != null) {
            rules.add(rule);
          }
        }
      }
      Duration interval = page ? options.pageInterval() : options.ticketInterval();
      String name = page ? "slo-burn-rate-page" : "slo-burn-rate-ticket";
      groups.add(new RuleGroup(name, interval, null, 0, rules));
    }
    return new RuleFile(FILE, groups);
  }

  private static @Nullable Rule rule(
      Objective objective, BurnWindow window, BurnRateOptions options) {
    BigDecimal budget = BigDecimal.ONE.subtract(BigDecimal.valueOf(objective.target()));
    if (budget.multiply(window.factor()).compareTo(BigDecimal.ONE) >= 0) {
      return null;
    }
    String slo = quoted(objective.name());
    String over = burnRate(slo, window.longWindow(), budget) + " > " + number(window.factor());
    String still = burnRate(slo, window.shortWindow(), budget) + " > " + number(window.factor());
    String expression = over + "\nand\n" + still;
    boolean events =
        switch (objective.indicator()) {
          case Objective.Indicator.Ratio _ -> true;
          case Objective.Indicator.TimeSlice _ -> false;
        };
    if (events && options.minBadEvents() > 0) {
      expression +=
          "\nand\n"
              + increase("mangru_slo_total", slo, window.longWindow())
              + " - "
              + increase("mangru_slo_good_total", slo, window.longWindow())
              + " >= "
              + options.minBadEvents();
    }
    return new Rule.Alerting(
        window.page() ? PAGE : TICKET,
        expression,
        Labels.of(
            "severity",
            window.page() ? "page" : "ticket",
            "long_window",
            window.longWindow(),
            "short_window",
            window.shortWindow()),
        Duration.ZERO,
        window.keepFiring(),
        annotations(objective, window, budget, slo, events),
        0);
  }

  /// Errors over allowed errors. Its own parentheses keep it whole beside `and`.
  private static String burnRate(String slo, String window, BigDecimal budget) {
    return "(" + errorRatio(slo, window) + ") / " + number(budget);
  }

  private static String errorRatio(String slo, String window) {
    return "1 - "
        + increase("mangru_slo_good_total", slo, window)
        + " / "
        + increase("mangru_slo_total", slo, window);
  }

  private static String increase(String metric, String slo, String window) {
    return "increase(" + metric + "{slo=" + slo + "}[" + window + "])";
  }

  private static Map<String, String> annotations(
      Objective objective, BurnWindow window, BigDecimal budget, String slo, boolean events) {
    String target = percent(BigDecimal.valueOf(objective.target()));
    String name = literal(objective.name());
    String ratio = asked(errorRatio(slo, window.longWindow()), "an unknown part");
    String left =
        asked("mangru_slo_budget_left_ratio{slo=" + slo + ",window=\"30d\"}", "not measured yet");
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put(
        "summary",
        name
            + " spends its error budget {{ $value | printf \"%.1f\" }} times as fast as "
            + target
            + " allows");
    annotations.put(
        "description",
        "In the last "
            + window.longWindow()
            + ", "
            + ratio
            + " of "
            + (events ? "the events" : "the time")
            + " of "
            + name
            + " was bad; "
            + percent(budget)
            + " is allowed. It still goes on: the last "
            + window.shortWindow()
            + " are over "
            + number(window.factor())
            + " times the allowance too. Left of the budget of 30 days: "
            + left
            + "."
            + (objective.description().isBlank()
                ? ""
                : " The objective: " + literal(objective.description())));
    annotations.put(
        "why",
        window.page()
            ? "At this rate the budget of 30 days is gone within "
                + (window == BurnWindow.PAGE_FAST ? "two" : "five")
                + " days, so someone should look now. Look at what changed when the rate rose:"
                + " rollouts, scaling, traffic."
            : "The budget of 30 days will not last 30 days. Nobody needs to get up; plan the work"
                + " before it is spent.");
    return annotations;
  }

  /// The part of a template that asks a query for a ratio.
  private static String asked(String expression, String otherwise) {
    String quoted = quoted(expression);
    return "{{ with query "
        + quoted
        + " }}{{ . | first | value | humanizePercentage }}{{ else }}"
        + otherwise
        + "{{ end }}";
  }

  /// Text that a template gives back as it is.
  private static String literal(String text) {
    return text.replace("{{", "{{ \"{{\" }}");
  }

  /// A string literal of PromQL, and of Go.
  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }

  private static String percent(BigDecimal ratio) {
    return number(ratio.movePointRight(2)) + " %";
  }

  private static String number(BigDecimal value) {
    return value.stripTrailingZeros().toPlainString();
  }
}
