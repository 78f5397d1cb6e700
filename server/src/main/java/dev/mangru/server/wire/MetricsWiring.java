package dev.mangru.server.wire;

import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.QueryMemory;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.self.Health;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbMetrics;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.ResultCache;
import dev.mangru.tsdb.promql.ResultCacheMetrics;
import java.io.IOException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The time-series store and PromQL.
@Configuration(proxyBeanMethods = false)
class MetricsWiring {

  @Bean
  Tsdb tsdb(EarlyMetrics early, Health health) throws IOException {
    Tsdb tsdb = early.store();
    health.watch("metrics", () -> tsdb.appender().commit(), tsdb::brokenBy);
    return tsdb;
  }

  @Bean
  TsdbMetrics tsdbMetrics(Tsdb tsdb) {
    return new TsdbMetrics(tsdb);
  }

  @Bean
  ResultCache resultCache(MangruProperties properties) {
    return properties.query().resultCache();
  }

  @Bean
  ResultCacheMetrics resultCacheMetrics(ResultCache cache) {
    return new ResultCacheMetrics(cache);
  }

  @Bean
  MetricQuery metricQuery(
      QueryMemory memory, MetricStore store, MangruProperties properties, ResultCache cache) {
    return new PromqlEngine(store, properties.query().promql(), Ticker.SYSTEM, memory, cache);
  }
}
