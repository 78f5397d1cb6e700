package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.MetadataStore;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.time.Ticker;
import dev.mangru.tsdb.ingest.Extras;
import java.util.Map;

/// Keeps what comes beside samples, once those are stored. Thread-safe.
public final class ExtrasKeeper {

  private final MetadataGate gate;

  /// @param ticker tells when metadata that is repeated is looked at again
  public ExtrasKeeper(Ticker ticker) {
    this.gate = new MetadataGate(ticker);
  }

  /// What a body of a sender that repeats its metadata has to gather: all exemplars, and metadata
  /// now and then.
  public Extras begin() {
    return new Extras(true, gate.open());
  }

  /// Hands on what was gathered; returns how many exemplars are kept.
  public long keep(TenantMetrics metrics, Extras extras) {
    Map<String, MetricMetadata> about = extras.metadata();
    if (!about.isEmpty()) {
      MetadataStore store = metrics.metadata();
      gate.learned(
          about.entrySet().stream()
              .anyMatch(each -> !store.find(each.getKey()).contains(each.getValue())));
      store.put(about);
    }
    return extras.exemplars().isEmpty() ? 0 : metrics.exemplars().add(extras.exemplars());
  }
}
