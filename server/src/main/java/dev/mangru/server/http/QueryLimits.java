package dev.mangru.server.http;

import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.MetricQuery;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What one metric query may take.
///
/// @param timeout longest time a query may run; a request may ask for less
/// @param lookback how far an instant selector looks back; a request may say otherwise
/// @param maxSamples samples held in memory at one time
public record QueryLimits(Duration timeout, Duration lookback, long maxSamples) {

  /// Most points per series that a range query may ask for. Copied from Prometheus.
  public static final int MAX_POINTS = 11_000;

  public QueryLimits {
    if (!timeout.isPositive() || !lookback.isPositive() || maxSamples <= 0) {
      throw new IllegalArgumentException(
          "query limits must be positive: timeout "
              + timeout
              + ", lookback "
              + lookback
              + ", max-samples "
              + maxSamples);
    }
  }

  /// These limits for a request that asks for less; one that asks for more gets no more.
  ///
  /// @param askedTimeout null if it does not ask
  /// @param askedSamples 0 if it does not ask
  public QueryLimits within(@Nullable Duration askedTimeout, long askedSamples) {
    Duration time =
        askedTimeout != null && askedTimeout.isPositive() && askedTimeout.compareTo(timeout) < 0
            ? askedTimeout
            : timeout;
    return new QueryLimits(
        time, lookback, askedSamples > 0 ? Math.min(askedSamples, maxSamples) : maxSamples);
  }

  /// The options of one query.
  ///
  /// @param askedTimeout what the request asked for, or null
  /// @param askedLookback likewise
  public MetricQuery.Options options(
      @Nullable Duration askedTimeout,
      @Nullable Duration askedLookback,
      Cancellation cancellation) {
    Duration allowed =
        askedTimeout != null && askedTimeout.compareTo(timeout) < 0 ? askedTimeout : timeout;
    Duration back = askedLookback != null && askedLookback.isPositive() ? askedLookback : lookback;
    return new MetricQuery.Options(allowed, back, maxSamples, cancellation);
  }
}
