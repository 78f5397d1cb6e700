package dev.mangru.server.self;

import dev.mangru.collector.scrape.ExpositionException;
import dev.mangru.collector.scrape.PrometheusTextParser;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;

/// Stores Mangru's own metrics, as if someone scraped `/metrics`, with or without an agent: the
/// built-in objectives are measured from them. Confined to its loop.
public final class SelfScrape {

  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry;
  private final MetricStore store;
  private final String instance;

  /// @param instance the value of the `instance` label, the node's name
  public SelfScrape(PrometheusMeterRegistry registry, MetricStore store, String instance) {
    this.registry = registry;
    this.store = store;
    this.instance = instance;
  }

  /// One scrape.
  ///
  /// @throws ExpositionException if our own page does not parse, which is a bug
  public void pass(Instant now) throws IOException, ExpositionException {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    registry.scrape(page, CONTENT_TYPE);
    long timeMs = now.toEpochMilli();
    Appender batch = store.appender();
    PrometheusTextParser.scrape(
        page.toByteArray(), (labels, value, _) -> batch.append(target(labels), timeMs, value));
    batch.append(target(Labels.of(Labels.METRIC_NAME, "up")), timeMs, 1);
    batch.commit();
  }

  private Labels target(Labels labels) {
    return labels.toBuilder().set("job", "mangru").set("instance", instance).build();
  }
}
