package dev.mangru.autoscaler.horizontal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Usage compared with its target.
///
/// @param ratio usage over target; 1 is exactly right
/// @param utilizationPercent whole percents of requests; null for an average value
/// @param averageMilli mean per pod, truncated, in thousandths
public record UsageRatio(double ratio, @Nullable Integer utilizationPercent, long averageMilli) {

  /// Usage in percent of requests over a target in percent. Samples of pods without a request are
  /// left out. The percentage is truncated first, as Kubernetes does: 63.9 % over 50 % is 1.26.
  ///
  /// @return null if no sample belongs to a pod with requests
  public static @Nullable UsageRatio ofUtilization(
      Map<String, Long> usageMilli, Map<String, Long> requestsMilli, int targetPercent) {
    long usage = 0;
    long requests = 0;
    int pods = 0;
    for (Map.Entry<String, Long> sample : usageMilli.entrySet()) {
      Long request = requestsMilli.get(sample.getKey());
      if (request != null) {
        usage = Saturating.add(usage, sample.getValue());
        requests = Saturating.add(requests, request);
        pods++;
      }
    }
    if (requests == 0) {
      return null;
    }
    int percent = Saturating.toInt(Saturating.multiply(usage, 100) / requests);
    return new UsageRatio((double) percent / targetPercent, percent, usage / pods);
  }

  /// The truncated mean over a target, both in thousandths.
  ///
  /// @param usageMilli not empty
  public static UsageRatio ofAverage(Map<String, Long> usageMilli, long targetMilli) {
    long sum = 0;
    for (long value : usageMilli.values()) {
      sum = Saturating.add(sum, value);
    }
    long average = sum / usageMilli.size();
    return new UsageRatio((double) average / targetMilli, null, average);
  }
}
