/// PromQL: text to tree ([PromqlParser], [Expr]), tree to text ([PromqlPrinter]), tree to answer
/// ([PromqlEngine]). Depends on the ports in `model` only, so it runs over any
/// [dev.mangru.model.metric.MetricStore]. Semantics are those of Prometheus 3.
@NullMarked
package dev.mangru.tsdb.promql;

import org.jspecify.annotations.NullMarked;
