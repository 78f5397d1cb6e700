package dev.mangru.tsdb.conformance;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlFeature;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// PromQL in which `@` and negative offsets must be switched on, as in upstream's test engine; here
/// they always work. Thread-safe if the store is.
public final class FeatureGate implements MetricQuery {

  private static final String AT = "EnableAtModifier";
  private static final String NEGATIVE_OFFSET = "EnableNegativeOffset";
  private static final String DELAYED_NAME_REMOVAL = "EnableDelayedNameRemoval";

  private final MetricQuery engine;
  private final PromqlOptions options;
  private final Set<String> features;

  /// Over `store`, with these of upstream's engine options and of [PromqlFeature]'s flags on.
  public FeatureGate(MetricStore store, Set<String> features) {
    this.features = Set.copyOf(features);
    Set<PromqlFeature> language = EnumSet.noneOf(PromqlFeature.class);
    for (PromqlFeature feature : PromqlFeature.values()) {
      if (features.contains(feature.flag())) {
        language.add(feature);
      }
    }
    if (features.contains(DELAYED_NAME_REMOVAL)) {
      language.add(PromqlFeature.DELAYED_NAME_REMOVAL);
    }
    this.options = PromqlOptions.of(language);
    this.engine = new PromqlEngine(store, options);
  }

  @Override
  public QueryResult instant(String expression, long timeMs, Options limits) {
    check(expression);
    return engine.instant(expression, timeMs, limits);
  }

  @Override
  public QueryResult range(
      String expression, long startMs, long endMs, long stepMs, Options limits) {
    check(expression);
    return engine.range(expression, startMs, endMs, stepMs, limits);
  }

  private void check(String expression) {
    List<Expr> nodes = new ArrayList<>();
    Expressions.collect(PromqlParser.parse(expression, options), nodes);
    for (Expr node : nodes) {
      switch (node) {
        case Expr.VectorSelector selector -> check(selector.time());
        case Expr.Subquery subquery -> check(subquery.time());
        case Expr.NumberLiteral _,
            Expr.StringLiteral _,
            Expr.Paren _,
            Expr.Unary _,
            Expr.Binary _,
            Expr.Call _,
            Expr.Aggregate _,
            Expr.MatrixSelector _ -> {
          // Its parts are nodes of their own.
        }
      }
    }
  }

  private void check(Expr.TimeModifiers time) {
    if (time.at() != null && !features.contains(AT)) {
      throw new MangruException(ErrorCode.EXECUTION, "@ modifier is disabled");
    }
    if (time.offset() instanceof Expr.Span.Fixed(long ms)
        && ms < 0
        && !features.contains(NEGATIVE_OFFSET)) {
      throw new MangruException(ErrorCode.EXECUTION, "negative offset is disabled");
    }
  }
}
