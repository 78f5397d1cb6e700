package dev.mangru.tsdb.compact;

/// How much time one summary stands for.
public enum Resolution {
  /// 5 minutes.
  D5M(300_000, "d5m"),
  /// 1 hour.
  D1H(3_600_000, "d1h");

  private final long millis;
  private final String suffix;

  Resolution(long millis, String suffix) {
    this.millis = millis;
    this.suffix = suffix;
  }

  /// In milliseconds.
  public long millis() {
    return millis;
  }

  /// What the names of its files end with.
  public String suffix() {
    return suffix;
  }

  /// The end of the bucket that `timestampMs` is in: a bucket `(end - resolution, end]` is open at
  /// its start and ends at a multiple of the resolution, as a range of PromQL does.
  public long endOf(long timestampMs) {
    return -Math.floorDiv(-timestampMs, millis) * millis;
  }

  /// Whether whole buckets make up every range `(t - rangeMs, t]` at `t = startMs + n x stepMs`.
  /// Then over these ranges `count_over_time`, `present_over_time`, `min_over_time` and
  /// `max_over_time` of floats are equal to what the samples themselves give, bit for bit
  /// ([SummaryColumns#exactExtremes]), and `sum_over_time` is where [SummaryColumns#exactSum] says
  /// so. Nothing else is.
  public boolean aligned(long startMs, long stepMs, long rangeMs) {
    return startMs % millis == 0 && stepMs % millis == 0 && rangeMs > 0 && rangeMs % millis == 0;
  }
}
