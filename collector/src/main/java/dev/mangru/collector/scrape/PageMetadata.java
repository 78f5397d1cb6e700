package dev.mangru.collector.scrape;

import dev.mangru.model.metric.MetricMetadata;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// What pages told of their metric families, kept once for all pages that told the same: hundreds
/// of pods of one program do. Thread-safe.
final class PageMetadata {

  /// Kinds of pages that are recognised. Chosen: more would only be kept more than once.
  private static final int SLOTS = 512;

  /// Families of one page that are kept; the rest is forgotten. Chosen: kube-state-metrics has 400.
  private static final int MAX_FAMILIES = 5_000;

  private static final AtomicReferenceArray<WeakReference<Map<String, MetricMetadata>>> KNOWN =
      new AtomicReferenceArray<>(SLOTS);

  private PageMetadata() {}

  /// The model's words for a page's families; `before` if nothing has changed.
  static Map<String, MetricMetadata> of(
      Map<String, dev.mangru.collector.pipeline.MetricMetadata> page,
      Map<String, MetricMetadata> before) {
    Map<String, MetricMetadata> now = LinkedHashMap.newLinkedHashMap(page.size());
    page.forEach((family, about) -> {
      if (now.size() < MAX_FAMILIES) {
        now.put(family, new MetricMetadata(type(about), about.help(), about.unit()));
      }
    });
    if (now.equals(before)) {
      return before;
    }
    int slot = Math.floorMod(now.hashCode(), SLOTS);
    WeakReference<Map<String, MetricMetadata>> known = KNOWN.get(slot);
    Map<String, MetricMetadata> same = known == null ? null : known.get();
    if (same != null && same.equals(now)) {
      return same;
    }
    Map<String, MetricMetadata> fresh = Map.copyOf(now);
    KNOWN.set(slot, new WeakReference<>(fresh));
    return fresh;
  }

  private static MetricMetadata.Type type(dev.mangru.collector.pipeline.MetricMetadata about) {
    return switch (about.type()) {
      case UNKNOWN -> MetricMetadata.Type.UNKNOWN;
      case COUNTER -> MetricMetadata.Type.COUNTER;
      case GAUGE -> MetricMetadata.Type.GAUGE;
      case HISTOGRAM -> MetricMetadata.Type.HISTOGRAM;
      case GAUGEHISTOGRAM -> MetricMetadata.Type.GAUGE_HISTOGRAM;
      case SUMMARY -> MetricMetadata.Type.SUMMARY;
      case INFO -> MetricMetadata.Type.INFO;
      case STATESET -> MetricMetadata.Type.STATE_SET;
    };
  }
}
