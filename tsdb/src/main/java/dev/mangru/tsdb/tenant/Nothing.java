package dev.mangru.tsdb.tenant;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.ExemplarStore;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.MetadataStore;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.model.time.TimeRange;
import java.util.List;
import java.util.Map;

/// What a tenant has that has never written: nothing, to be read only.
final class Nothing implements MetricStore, ExemplarStore, MetadataStore {

  private static final class EmptyQuerier implements Querier {
    @Override
    public List<Series> select(List<LabelMatcher> matchers) {
      return List.of();
    }

    @Override
    public List<String> labelNames(List<LabelMatcher> matchers) {
      return List.of();
    }

    @Override
    public List<String> labelValues(String name, List<LabelMatcher> matchers) {
      return List.of();
    }

    @Override
    public void close() {
      // holds nothing
    }
  }

  private static IllegalStateException readOnly() {
    return new IllegalStateException("metrics that were opened for reading take nothing");
  }

  @Override
  public Appender appender() {
    throw readOnly();
  }

  @Override
  public Querier querier(TimeRange range) {
    return new EmptyQuerier();
  }

  @Override
  public long add(List<SeriesExemplar> exemplars) {
    throw readOnly();
  }

  @Override
  public List<OfSeries> select(TimeRange range, List<List<LabelMatcher>> selectors) {
    return List.of();
  }

  @Override
  public void put(Map<String, MetricMetadata> byMetric) {
    throw readOnly();
  }

  @Override
  public List<MetricMetadata> find(String metric) {
    return List.of();
  }

  @Override
  public Map<String, List<MetricMetadata>> all(int limit) {
    return Map.of();
  }

  @Override
  public void close() {
    // holds nothing
  }
}
