package dev.mangru.collector.scrape;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What OpenMetrics 1.0 asks of the samples of one histogram at one time: buckets in rising order
/// with rising counts and an infinite one at the end, a sum with every count. Confined to one
/// thread.
final class StrictHistogram {

  private @Nullable Map<String, String> group;
  private @Nullable BigDecimal timestamp;

  private double lastBound = Double.NaN;
  private double lastCount;
  private double total = Double.NaN;
  private boolean negativeBuckets;
  private boolean sum;
  private boolean gaugeSum;
  private boolean negativeGaugeSum;

  /// Adds one sample; the samples before it are checked when it starts another group or time.
  void add(String family, String suffix, Map<String, String> sampleGroup, StrictSample sample)
      throws ExpositionException {
    if (!sampleGroup.equals(group) || !StrictSample.sameTime(sample.timestamp(), timestamp)) {
      end(family);
      group = sampleGroup;
      timestamp = sample.timestamp();
    }
    switch (suffix) {
      case "_bucket" -> bucket(family, sample);
      case "_count", "_gcount" -> total = sample.value();
      case "_sum" -> sum = true;
      case "_gsum" -> {
        gaugeSum = true;
        negativeGaugeSum = sample.value() < 0;
      }
      default -> {}
    }
  }

  private void bucket(String family, StrictSample sample) throws ExpositionException {
    double bound = StrictSample.number(Objects.requireNonNull(sample.labels().get("le")));
    if (bound <= lastBound) {
      throw new ExpositionException("buckets out of order: " + family);
    }
    if (sample.value() < lastCount) {
      throw new ExpositionException("bucket counts fall: " + family);
    }
    negativeBuckets |= bound < 0;
    lastBound = bound;
    lastCount = sample.value();
  }

  /// Checks the samples added since the last group ended, and forgets them.
  void end(String family) throws ExpositionException {
    if (group == null) {
      return;
    }
    boolean counted = !Double.isNaN(total);
    if (lastBound != Double.POSITIVE_INFINITY) {
      throw new ExpositionException("+Inf bucket missing: " + family);
    }
    if (counted && total != lastCount) {
      throw new ExpositionException("count differs from the +Inf bucket: " + family);
    }
    if (counted != (sum || gaugeSum)) {
      throw new ExpositionException("a sum and a count come together or not at all: " + family);
    }
    if (negativeBuckets && sum) {
      throw new ExpositionException("no sum beside buckets below 0: " + family);
    }
    if (!negativeBuckets && negativeGaugeSum) {
      throw new ExpositionException("a negative sum without buckets below 0: " + family);
    }
    group = null;
    lastBound = Double.NaN;
    lastCount = 0;
    total = Double.NaN;
    negativeBuckets = false;
    sum = false;
    gaugeSum = false;
    negativeGaugeSum = false;
  }
}
