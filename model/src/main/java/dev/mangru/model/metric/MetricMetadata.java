package dev.mangru.model.metric;

/// What is known of a metric beside its samples.
///
/// @param help one sentence about it; may be empty
/// @param unit such as `seconds`; may be empty
public record MetricMetadata(Type type, String help, String unit) {

  /// The kinds of metrics (OpenMetrics 1.0). The order is remote write's, which numbers them so.
  public enum Type {
    UNKNOWN("unknown"),
    COUNTER("counter"),
    GAUGE("gauge"),
    HISTOGRAM("histogram"),
    GAUGE_HISTOGRAM("gaugehistogram"),
    SUMMARY("summary"),
    INFO("info"),
    STATE_SET("stateset");

    private final String text;

    Type(String text) {
      this.text = text;
    }

    /// As the exposition format and Prometheus' API write it.
    public String text() {
      return text;
    }
  }
}
