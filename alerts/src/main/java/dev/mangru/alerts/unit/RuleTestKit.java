package dev.mangru.alerts.unit;

import dev.mangru.alerts.rule.ExpressionCheck;
import dev.mangru.alerts.state.RuleTemplates;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.QueryValue;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What unit tests of rules run on; modules that have it are this one's siblings. Thread-safe.
public interface RuleTestKit {

  /// An empty store; one for each group of tests.
  MetricStore store();

  /// Answers PromQL over a store.
  ///
  /// @param features what of the language is switched on beyond what always is; an expression that
  ///   needs another one fails
  MetricQuery query(MetricStore store, Set<String> features);

  /// Says whether a text is PromQL, everything switched on.
  ExpressionCheck expressions();

  /// Expands the templates of rules.
  RuleTemplates templates();

  /// Reads a series and its values in the notation of promtool.
  ///
  /// @throws IllegalArgumentException if it is malformed
  Values series(String series, String values);

  /// Whether a native histogram is what `notation` says, in that of promtool: `{{count:1 sum:2}}`.
  ///
  /// @throws IllegalArgumentException if that is malformed
  boolean isHistogram(String notation, FloatHistogram got);

  /// Reads a metric, such as `up{job="a"}`; the empty text has no label.
  ///
  /// @throws IllegalArgumentException if it is malformed
  Labels labels(String metric);

  /// A series.
  ///
  /// @param samples one for each interval; null where there is none. Their labels and times mean
  ///   nothing
  record Values(Labels labels, List<QueryValue.@Nullable Sample> samples) {}
}
