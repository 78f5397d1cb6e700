package dev.mangru.autoscaler.node.plan;

import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.Collection;

/// How many nodes and how long one estimate may take. Confined to one thread.
///
/// In thresholds zero means not set and a negative number means nothing at all.
public final class EstimationLimit {

  private final long maxNodes;
  private final long maxNanos;
  private final Ticker ticker;
  private long startNanos;
  private long nodes;

  /// One threshold.
  ///
  /// @param maxNodes at most so many new nodes
  /// @param maxDuration at most so long
  public record Threshold(long maxNodes, Duration maxDuration) {}

  /// The tightest of all thresholds, from this moment on.
  public EstimationLimit(Collection<Threshold> thresholds, Ticker ticker) {
    long fewest = 0;
    long shortest = 0;
    for (Threshold each : thresholds) {
      fewest = tighter(fewest, each.maxNodes());
      shortest = tighter(shortest, each.maxDuration().toNanos());
    }
    this.maxNodes = fewest;
    this.maxNanos = shortest;
    this.ticker = ticker;
    reset();
  }

  /// The tighter of two limits: -1 when either allows nothing, else the smaller that is set.
  public static long tighter(long a, long b) {
    if (a < 0 || b < 0) {
      return -1;
    }
    return a == 0 || (b > 0 && b < a) ? b : a;
  }

  /// Starts the next estimate.
  public void reset() {
    startNanos = ticker.read();
    nodes = 0;
  }

  /// Asks to add one node, which then counts.
  public boolean allow() {
    boolean tooMany = maxNodes < 0 || (maxNodes > 0 && nodes >= maxNodes);
    boolean tooLong = maxNanos < 0 || (maxNanos > 0 && ticker.read() - startNanos > maxNanos);
    if (tooMany || tooLong) {
      return false;
    }
    nodes++;
    return true;
  }

  /// How many nodes were allowed since the start.
  public long nodes() {
    return nodes;
  }
}
