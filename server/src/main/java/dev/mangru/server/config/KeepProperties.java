package dev.mangru.server.config;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.Retention;
import dev.mangru.tsdb.compact.SummaryPlanner;
import dev.mangru.tsdb.promql.PromqlParser;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a list of rules may say about how long metrics are kept, and in which form.
public final class KeepProperties {

  private KeepProperties() {}

  /// How long the samples of the series that a selector selects are kept. The first rule of a list
  /// that selects a series decides.
  ///
  /// @param match a series selector as in PromQL
  /// @param keep positive
  public record Rule(String match, Duration keep) {

    public Rule {
      if (match == null || match.isBlank()) {
        throw new IllegalArgumentException(
            "an entry of retention-rules needs a match, such as '{namespace=\"dev\"}'");
      }
      if (keep == null || !keep.isPositive()) {
        throw new IllegalArgumentException(
            "retention-rules: the rule with match '"
                + match
                + "' needs a positive keep, such as 30d; it is "
                + keep);
      }
      checkSelector(match);
    }

    private static void checkSelector(String match) {
      try {
        var _ = PromqlParser.parseSelector(match);
      } catch (MangruException e) {
        throw new IllegalArgumentException(
            "retention-rules: match '" + match + "' is no series selector: " + e.text(), e);
      }
    }

    private Retention.Rule toRule() {
      List<LabelMatcher> matchers = PromqlParser.parseSelector(match);
      return new Retention.Rule(matchers, keep);
    }
  }

  /// Summaries of old samples.
  ///
  /// @param resolution `5m` or `1h`
  /// @param after age of a block's newest sample at which its summaries are made
  /// @param keep how long they are kept; longer than `after`
  public record Summary(Duration resolution, Duration after, Duration keep) {

    public Summary {
      if (resolution == null || after == null || keep == null) {
        throw new IllegalArgumentException(
            "an entry of downsampling needs resolution (5m or 1h), after and keep; it has "
                + resolution
                + ", "
                + after
                + " and "
                + keep);
      }
      var _ = rule(resolution, after, keep);
    }

    private SummaryPlanner.Rule toRule() {
      return rule(resolution, after, keep);
    }

    private static SummaryPlanner.Rule rule(Duration resolution, Duration after, Duration keep) {
      for (Resolution each : Resolution.values()) {
        if (each.millis() == resolution.toMillis()) {
          return new SummaryPlanner.Rule(each, after, keep);
        }
      }
      throw new IllegalArgumentException(
          "downsampling: a resolution is 5m or 1h, not " + resolution);
    }
  }

  static List<Retention.Rule> rules(List<Rule> rules) {
    return rules.stream().map(Rule::toRule).toList();
  }

  static List<SummaryPlanner.Rule> summaries(List<Summary> summaries) {
    return summaries.stream().map(Summary::toRule).toList();
  }

  /// Says so if a resolution is there twice.
  static void check(List<Summary> summaries) {
    Set<Duration> seen = new HashSet<>();
    for (Summary summary : summaries) {
      if (!seen.add(summary.resolution())) {
        throw new IllegalArgumentException(
            "downsampling has two entries of resolution " + summary.resolution());
      }
    }
  }
}
