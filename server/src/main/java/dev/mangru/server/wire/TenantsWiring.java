package dev.mangru.server.wire;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryMemory;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.config.TenantsProperties;
import dev.mangru.server.http.prometheus.AdminApi;
import dev.mangru.server.self.Health;
import dev.mangru.server.self.SelfMetrics;
import dev.mangru.tsdb.MemoryBudget;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbAdmin;
import dev.mangru.tsdb.exemplar.Exemplars;
import dev.mangru.tsdb.metadata.Metadata;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.ResultCache;
import dev.mangru.tsdb.tenant.OneTenant;
import dev.mangru.tsdb.tenant.TenantStores;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Whose metrics are whose, and what is kept beside samples.
@Configuration(proxyBeanMethods = false)
class TenantsWiring {

  @Bean
  Exemplars exemplars(
      DataDirectory directory, MangruProperties properties, Health health, SelfMetrics metrics)
      throws IOException {
    Exemplars exemplars =
        Exemplars.open(
            Disk.REAL,
            directory.path().resolve("exemplars"),
            Exemplars.Limits.of(properties.metrics().maxExemplars()));
    health.watch("exemplars", () -> {}, exemplars::brokenBy);
    metrics.gauge("mangru.exemplars", "Exemplars that can be read", exemplars::count);
    return exemplars;
  }

  @Bean
  Metadata metadata(DataDirectory directory, Health health, SelfMetrics metrics)
      throws IOException {
    Metadata metadata =
        Metadata.open(Disk.REAL, directory.path().resolve("metadata"), Metadata.Limits.defaults());
    health.watch("metadata", () -> {}, metadata::brokenBy);
    metrics.gauge(
        "mangru.metadata.metrics", "Metrics that something is known of", metadata::metrics);
    return metadata;
  }

  @Bean
  TenantStores tenants(
      DataDirectory directory,
      MangruProperties properties,
      Tsdb tsdb,
      MetricQuery query,
      QueryMemory memory,
      ResultCache cache,
      Exemplars exemplars,
      Metadata metadata,
      InstantSource clock,
      SelfMetrics metrics)
      throws IOException {
    TenantsProperties tenants = properties.tenants();
    Path folder = directory.path().resolve("tenants");
    // What the memory has room for, whoever it belongs to. Mangru's own metrics come in as long as
    // there is any.
    MemoryBudget budget = MemoryBudget.of(properties.metrics().options(folder));
    tsdb.share(budget, true);
    OneTenant anonymous =
        new OneTenant(
            tsdb,
            query,
            exemplars,
            metadata,
            Optional.of(new TsdbAdmin(tsdb, clock, new SecureRandom())),
            () -> {});
    TenantStores stores =
        TenantStores.open(
            Disk.REAL,
            folder,
            new TenantStores.Settings(
                tenants.enabled(),
                tenants.max(),
                tenants.idle(),
                (tenant, store) -> tenants.options(tenant, store, properties.metrics()),
                tenant ->
                    Exemplars.Limits.of(tenants.maxExemplars(tenant, properties.metrics()))
                        .dividedBy(tenants.max()),
                Metadata.Limits.defaults().dividedBy(tenants.max()),
                store ->
                    new PromqlEngine(
                        store, properties.query().promql(), Ticker.SYSTEM, memory, cache),
                budget),
            anonymous,
            clock);
    metrics.gauge("mangru.tenants", "Tenants that have written", () -> stores.names().size());
    metrics.gauge("mangru.tenants.open", "Stores of tenants that are open", stores::openStores);
    metrics.gauge(
        "mangru.tenants.series.active", "Series in memory of all tenants together", budget::series);
    return stores;
  }

  @Bean
  AdminApi.Settings adminApi(MangruProperties properties) {
    return new AdminApi.Settings(properties.metrics().adminApi());
  }
}
