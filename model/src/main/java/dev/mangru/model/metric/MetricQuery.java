package dev.mangru.model.metric;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Answers one PromQL expression, at an instant or over a range. Thread-safe.
///
/// Errors are [dev.mangru.model.error.MangruException]s: `BAD_DATA` for an expression that does not
/// parse (the message begins with `line:column: parse error:`), `EXECUTION` for one that cannot be
/// evaluated, `QUERY_LIMIT`, `TIMEOUT`, `CANCELED`.
public interface MetricQuery {

  /// Evaluates at one instant.
  ///
  /// @param timeMs evaluation time, milliseconds since the epoch
  QueryResult instant(String expression, long timeMs, Options options);

  /// Evaluates at `startMs`, `startMs + stepMs`, … up to and including `endMs`.
  ///
  /// @param stepMs positive
  QueryResult range(String expression, long startMs, long endMs, long stepMs, Options options);

  /// What a result tells of itself beside the data. Everything but [#NONE] costs a little.
  enum Detail {
    /// Times, and what was held.
    NONE,
    /// Also how many samples the query saw.
    SAMPLES,
    /// The same for each step.
    SAMPLES_PER_STEP,
    /// Also how each operator was evaluated and what it took ([QueryPlan]).
    PLAN,
    /// How each operator would be evaluated; the query is not run and the value is an empty vector.
    PLAN_ONLY
  }

  /// What one query may take.
  ///
  /// @param timeout after which it ends with `TIMEOUT`
  /// @param lookback how far an instant selector looks back, exclusive; null for the default of 5 m
  /// @param maxSamples samples held at one time
  /// @param cancellation lets the caller end the query early
  /// @param maxSourceResolution the longest buckets of summaries that may stand in for samples,
  ///   zero for none; wherever they do the result says so. Answers that are provably the same are
  ///   given from summaries whatever this is
  /// @param detail what the result tells of itself beside the data
  /// @param memory counts what the query holds, its result included, until the caller closes it;
  ///   null for a share of the engine's own that ends with the query
  /// @param cached whether results of earlier queries may be used, and these be kept; the answer is
  ///   the same
  record Options(
      Duration timeout,
      @Nullable Duration lookback,
      long maxSamples,
      Cancellation cancellation,
      Duration maxSourceResolution,
      Detail detail,
      QueryMemory.@Nullable Share memory,
      boolean cached) {

    public Options {
      if (maxSourceResolution.isNegative()) {
        throw new IllegalArgumentException(
            "the source resolution must not be negative: " + maxSourceResolution);
      }
    }

    /// Options of a query that is answered as from the samples alone.
    public Options(
        Duration timeout, @Nullable Duration lookback, long maxSamples, Cancellation cancellation) {
      this(timeout, lookback, maxSamples, cancellation, Duration.ZERO, Detail.NONE, null, true);
    }

    /// The same with its memory counted by `share`.
    public Options withMemory(QueryMemory.Share share) {
      return new Options(
          timeout, lookback, maxSamples, cancellation, maxSourceResolution, detail, share, cached);
    }

    /// The same with another source resolution.
    public Options withMaxSourceResolution(Duration resolution) {
      return new Options(
          timeout, lookback, maxSamples, cancellation, resolution, detail, memory, cached);
    }

    /// The same with another detail.
    public Options withDetail(Detail asked) {
      return new Options(
          timeout, lookback, maxSamples, cancellation, maxSourceResolution, asked, memory, cached);
    }

    /// The same with or without results of earlier queries.
    public Options withCached(boolean allowed) {
      return new Options(
          timeout,
          lookback,
          maxSamples,
          cancellation,
          maxSourceResolution,
          detail,
          memory,
          allowed);
    }

    /// Two minutes, the default lookback and 50 million samples: Prometheus' defaults.
    public static Options defaults() {
      return new Options(Duration.ofMinutes(2), null, 50_000_000, new Cancellation());
    }
  }
}
