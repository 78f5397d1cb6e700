/// Series, samples and the two ports around them: [MetricStore] keeps samples, [MetricQuery]
/// answers PromQL. Start with [Labels] and [MetricStore].
@NullMarked
package dev.mangru.model.metric;

import org.jspecify.annotations.NullMarked;
