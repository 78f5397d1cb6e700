package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.SeriesExemplar;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a body carries beside samples, gathered for whoever keeps it. Confined to one thread; used
/// for one body.
public final class Extras {

  private final boolean wantsExemplars;
  private final boolean wantsMetadata;
  private final List<SeriesExemplar> exemplars = new ArrayList<>(0);
  private final Map<String, MetricMetadata> metadata = LinkedHashMap.newLinkedHashMap(0);

  /// @param exemplars whether somebody keeps exemplars; else they are only counted
  /// @param metadata whether somebody keeps metadata; else they are only counted
  public Extras(boolean exemplars, boolean metadata) {
    this.wantsExemplars = exemplars;
    this.wantsMetadata = metadata;
  }

  /// The body's exemplars in its order, those of series that were left out excepted.
  public List<SeriesExemplar> exemplars() {
    return Collections.unmodifiableList(exemplars);
  }

  /// The body's metadata by metric name; of several for one name the last.
  public Map<String, MetricMetadata> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  /// Whether somebody keeps exemplars.
  public boolean wantsExemplars() {
    return wantsExemplars;
  }

  /// Whether somebody keeps metadata.
  public boolean wantsMetadata() {
    return wantsMetadata;
  }

  /// Gathers an exemplar.
  public void add(Labels series, Exemplar exemplar) {
    exemplars.add(new SeriesExemplar(series, exemplar));
  }

  /// Gathers metadata.
  public void add(String metric, MetricMetadata about) {
    metadata.put(metric, about);
  }
}
