package dev.mangru.server.conformance;

import dev.mangru.alerts.rule.ExpressionCheck;
import dev.mangru.alerts.state.GoRuleTemplates;
import dev.mangru.alerts.state.RuleTemplates;
import dev.mangru.alerts.unit.RuleTestKit;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.time.Ticker;
import dev.mangru.tsdb.conformance.FeatureGate;
import dev.mangru.tsdb.conformance.MemoryStore;
import dev.mangru.tsdb.conformance.SeriesNotation;
import dev.mangru.tsdb.promql.PromqlParser;
import java.util.Set;

/// Lets unit tests of rules run on our PromQL over plain stores in memory. Thread-safe.
public final class TsdbRuleTestKit implements RuleTestKit {

  private final RuleTemplates templates = new GoRuleTemplates(Ticker.SYSTEM);

  /// A kit.
  public TsdbRuleTestKit() {}

  @Override
  public MetricStore store() {
    return new MemoryStore();
  }

  @Override
  public MetricQuery query(MetricStore store, Set<String> features) {
    return new FeatureGate(store, features);
  }

  @Override
  public ExpressionCheck expressions() {
    return PromqlParser::parse;
  }

  @Override
  public RuleTemplates templates() {
    return templates;
  }

  @Override
  public Values series(String series, String values) {
    SeriesNotation.Line line = SeriesNotation.parse(series + " " + values);
    return new Values(line.labels(), line.samples());
  }

  @Override
  public boolean isHistogram(String notation, FloatHistogram got) {
    return SeriesNotation.isHistogram(notation, got);
  }

  @Override
  public Labels labels(String metric) {
    return SeriesNotation.labels(metric);
  }
}
