package dev.mangru.tsdb.promql;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/// What the cache of results tells about itself.
///
/// | name | what |
/// | --- | --- |
/// | `mangru_query_cache_queries_total{result}` | range queries: `hit`, `part`, `miss`, `passed` |
/// | `mangru_query_cache_steps_total` | steps that were not evaluated |
/// | `mangru_query_cache_evictions_total` | expressions that had to go for others |
/// | `mangru_query_cache_bytes` | what is kept; `…_max_bytes` what may be |
/// | `mangru_query_cache_entries` | expressions of which something is kept |
public final class ResultCacheMetrics implements MeterBinder {

  private final ResultCache cache;

  /// The metrics of one cache.
  public ResultCacheMetrics(ResultCache cache) {
    this.cache = cache;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    queries(registry, "hit", ResultCache::hits);
    queries(registry, "part", ResultCache::partHits);
    queries(registry, "miss", ResultCache::misses);
    queries(registry, "passed", ResultCache::passed);
    FunctionCounter.builder("mangru.query.cache.steps", cache, ResultCache::stepsServed)
        .description("Steps of range queries that were not evaluated because they were kept")
        .register(registry);
    FunctionCounter.builder("mangru.query.cache.evictions", cache, ResultCache::evicted)
        .description("Expressions whose results had to go for others")
        .register(registry);
    gauge(registry, "mangru.query.cache.bytes", "Bytes of results kept", ResultCache::bytes);
    gauge(
        registry,
        "mangru.query.cache.max.bytes",
        "Bytes of results that may be kept",
        ResultCache::maxBytes);
    gauge(
        registry,
        "mangru.query.cache.entries",
        "Expressions of which results are kept",
        ResultCache::entries);
  }

  private void queries(MeterRegistry registry, String result, ToDoubleFunction<ResultCache> count) {
    FunctionCounter.builder("mangru.query.cache.queries", cache, count)
        .description("Range queries by what the cache of results had of them")
        .tag("result", result)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<ResultCache> value) {
    Gauge.builder(name, cache, value).description(description).register(registry);
  }
}
