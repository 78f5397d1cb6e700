package dev.mangru.model.metric;

import java.util.Optional;

/// One tenant's metrics, for as long as this is open: close it when the request is answered.
/// Thread-safe.
public interface TenantMetrics extends AutoCloseable {

  /// The tenant's samples.
  MetricStore store();

  /// Queries of the tenant's samples.
  MetricQuery query();

  /// The tenant's exemplars.
  ExemplarStore exemplars();

  /// What is known of the tenant's metrics.
  MetadataStore metadata();

  /// What an administrator does to the tenant's store; empty for a tenant that has written nothing
  /// yet.
  Optional<MetricStoreAdmin> admin();

  /// Lets go; the store itself stays open for others.
  @Override
  void close();
}
