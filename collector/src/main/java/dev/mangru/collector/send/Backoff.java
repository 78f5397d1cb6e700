package dev.mangru.collector.send;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// How long to wait before the next attempt: doubled each time up to a cap, with half of it random
/// so that a thousand agents do not come back in the same second. Confined to one thread.
///
/// Source: “Exponential Backoff And Jitter”, AWS Architecture Blog, “equal jitter”.
public final class Backoff {

  private final Duration first;
  private final Duration cap;
  private final RandomGenerator random;
  private int failures;

  /// @param first the longest wait after the first failure; positive
  /// @param cap the longest wait of all, a server's wish included; not below `first`
  public Backoff(Duration first, Duration cap, RandomGenerator random) {
    if (!first.isPositive() || cap.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "a backoff must start above zero and not above its cap: " + first + " to " + cap);
    }
    this.first = first;
    this.cap = cap;
    this.random = random;
  }

  /// Something was sent; the next failure is the first again.
  public void succeeded() {
    failures = 0;
  }

  /// The wait after one more failure.
  ///
  /// @param wanted what the server asked for; at least this long, but never above the cap
  public Duration failed(@Nullable Duration wanted) {
    long capNs = cap.toNanos();
    long longest = first.toNanos();
    for (int i = 0; i < failures && longest < capNs; i++) {
      longest = Math.min(capNs, longest * 2);
    }
    failures++;
    long half = longest / 2;
    long wait = half + random.nextLong(longest - half + 1);
    long asked = wanted == null ? 0 : wanted.toNanos();
    return Duration.ofNanos(Math.min(capNs, Math.max(wait, asked)));
  }
}
