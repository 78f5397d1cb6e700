package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.util.List;

/// How long samples are kept. Immutable.
///
/// **The first rule whose matchers all select a series decides**, as in a routing tree; a series
/// that no rule selects is kept for [#standard]. A rule may keep longer or shorter than that.
///
/// What a rule no longer keeps is removed sample by sample whenever its file is merged, and its
/// file is written anew once all of the file is past the rule and enough of it goes. What only
/// [#standard] ends goes file by file, as soon as the whole file is past it: a query may still show
/// older samples of a file that straddles the limit.
///
/// @param standard for series that no rule selects
/// @param rules asked in this order
public record Retention(Duration standard, List<Rule> rules) {

  /// Keeps the series that all of `matchers` select for `keep`.
  ///
  /// @param matchers at least one
  /// @param keep positive
  public record Rule(List<LabelMatcher> matchers, Duration keep) {
    public Rule {
      matchers = List.copyOf(matchers);
      if (matchers.isEmpty()) {
        throw new IllegalArgumentException(
            "a retention rule needs at least one matcher; the retention of everything is the"
                + " option retention (keep "
                + keep
                + ")");
      }
      positive("the keep of the retention rule " + matchers, keep);
    }
  }

  public Retention {
    positive("retention", standard);
    rules = List.copyOf(rules);
  }

  private static void positive(String name, Duration value) {
    if (value.toMillis() <= 0) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
  }

  /// The same for all series.
  public static Retention of(Duration standard) {
    return new Retention(standard, List.of());
  }

  /// The longest that any sample is kept, in milliseconds.
  public long longestMs() {
    long longest = standard.toMillis();
    for (Rule rule : rules) {
      longest = Math.max(longest, rule.keep().toMillis());
    }
    return longest;
  }

  /// How long the samples of some series are kept at least, in milliseconds.
  public long shortestMs() {
    long shortest = standard.toMillis();
    for (Rule rule : rules) {
      shortest = Math.min(shortest, rule.keep().toMillis());
    }
    return shortest;
  }

  /// How long samples of `labels` are kept, in milliseconds.
  public long keepMs(Labels labels) {
    int rule = ruleOf(labels);
    return (rule < 0 ? standard : rules.get(rule).keep()).toMillis();
  }

  /// The first rule that selects `labels`, or -1.
  public int ruleOf(Labels labels) {
    for (int i = 0; i < rules.size(); i++) {
      if (LabelMatcher.allMatch(rules.get(i).matchers(), labels)) {
        return i;
      }
    }
    return -1;
  }

  /// The oldest time that samples of `labels` may have in a file whose newest sample is at
  /// `fileEndMs`, in milliseconds; older ones are to be removed. [Long#MIN_VALUE] keeps all of
  /// them, [Long#MAX_VALUE] none.
  public long oldestKept(Labels labels, long fileEndMs, long nowMs) {
    int rule = rules.isEmpty() ? -1 : ruleOf(labels);
    if (rule >= 0) {
      return nowMs - rules.get(rule).keep().toMillis();
    }
    return fileEndMs < nowMs - standard.toMillis() ? Long.MAX_VALUE : Long.MIN_VALUE;
  }
}
