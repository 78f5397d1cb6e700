package dev.mangru.collector.scrape;

/// How much one page may hold. A page beyond a limit is a failed scrape, as in Prometheus.
///
/// @param bodyBytes bytes of the page, before and after decompression
/// @param samples samples of the page
public record ScrapeLimits(int bodyBytes, int samples) {

  /// 50 MiB and 50,000 samples (chosen: kube-state-metrics of a large cluster stays below both).
  public static final ScrapeLimits DEFAULT = new ScrapeLimits(50 << 20, 50_000);

  public ScrapeLimits {
    if (bodyBytes <= 0 || samples <= 0) {
      throw new IllegalArgumentException(
          "scrape limits must be positive: " + bodyBytes + " bytes, " + samples + " samples");
    }
  }
}
