package dev.mangru.server.wire;

import dev.mangru.model.metric.QueryMemory;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.http.Disconnects;
import dev.mangru.server.http.QueryGate;
import dev.mangru.server.http.QueryVisits;
import dev.mangru.server.http.TenantQueryLimits;
import dev.mangru.server.self.SelfMetrics;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// What queries may take, one and all together.
@Configuration(proxyBeanMethods = false)
class QueryWiring {

  @Bean
  QueryMemory queryMemory(MangruProperties properties, Ticker ticker, SelfMetrics metrics) {
    QueryMemory memory =
        new QueryMemory(properties.query().memoryBytes(), properties.query().maxWait(), ticker);
    metrics.gauge(
        "mangru.query.memory.bytes",
        "Bytes that running queries and their answers hold",
        memory::held);
    return memory;
  }

  @Bean
  QueryVisits queryVisits(
      QueryGate gate,
      Disconnects disconnects,
      QueryMemory memory,
      MangruProperties properties,
      Ticker ticker) {
    TenantQueryLimits.OfTenant common =
        new TenantQueryLimits.OfTenant(
            properties.query().limits(), properties.query().concurrent());
    return new QueryVisits(
        gate, disconnects, memory, properties.tenants().queryLimits(common), ticker);
  }
}
