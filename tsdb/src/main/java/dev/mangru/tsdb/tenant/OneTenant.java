package dev.mangru.tsdb.tenant;

import dev.mangru.model.metric.ExemplarStore;
import dev.mangru.model.metric.MetadataStore;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.MetricStoreAdmin;
import dev.mangru.model.metric.TenantMetrics;
import java.util.Optional;

/// The metrics of one tenant, and what to do when somebody has done with them.
///
/// @param released runs at each call of [#close]
public record OneTenant(
    MetricStore store,
    MetricQuery query,
    ExemplarStore exemplars,
    MetadataStore metadata,
    Optional<MetricStoreAdmin> admin,
    Runnable released)
    implements TenantMetrics {

  @Override
  public void close() {
    released.run();
  }

  OneTenant releasedBy(Runnable action) {
    return new OneTenant(store, query, exemplars, metadata, admin, action);
  }
}
