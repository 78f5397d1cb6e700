package dev.mangru.tsdb.conformance;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.tsdb.promql.HistogramMath;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The counter reset hints that histograms have after a round trip through Prometheus' chunks: the
/// first of a chunk says nothing, and the others say that there was no reset. Scripts expect that
/// of a store; ours keeps the hints that it was given. Confined to one thread.
final class ChunkHints {

  private final Map<Labels, FloatHistogram> previous = new HashMap<>();

  /// A float of a series comes: a chunk of histograms ends.
  void number(Labels labels) {
    previous.remove(labels);
  }

  /// The next histogram of a series, with the hint that reading gives it.
  FloatHistogram stored(Labels labels, FloatHistogram histogram) {
    if (StaleMarker.is(histogram.sum())) {
      previous.remove(labels);
      return histogram;
    }
    FloatHistogram before = previous.put(labels, histogram);
    if (histogram.hint() == ResetHint.GAUGE) {
      return histogram;
    }
    boolean continues =
        before != null && before.hint() != ResetHint.GAUGE && !cuts(before, histogram);
    return histogram.withHint(continues ? ResetHint.NO_RESET : ResetHint.UNKNOWN);
  }

  private static boolean cuts(FloatHistogram before, FloatHistogram now) {
    return now.hint() == ResetHint.RESET
        || now.schema() != before.schema()
        || now.zeroThreshold() != before.zeroThreshold()
        || !Arrays.equals(now.customBounds(), before.customBounds())
        || HistogramMath.isReset(before, now.withHint(ResetHint.UNKNOWN));
  }
}
