package dev.mangru.alerts.template;

import dev.mangru.model.time.Ticker;

/// What one expansion may still do. Confined to one thread.
final class Budget {

  /// The clock is read once in so many steps: a step takes well under a microsecond.
  private static final int STEPS_PER_CLOCK_READ = 1_024;

  /// The expansion went past a limit. Only thrown and caught inside one expansion.
  static final class Exhausted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Exhausted(String message) {
      super(message, null, false, false);
    }
  }

  private final TemplateLimits limits;
  private final Ticker ticker;
  private final long startNanos;
  private long steps;
  private long nextClockRead = STEPS_PER_CLOCK_READ;
  private int depth;

  Budget(TemplateLimits limits, Ticker ticker) {
    this.limits = limits;
    this.ticker = ticker;
    this.startNanos = ticker.read();
  }

  TemplateLimits limits() {
    return limits;
  }

  void step(long count) {
    steps += count;
    if (steps > limits.steps()) {
      throw new Exhausted(
          "more than " + limits.steps() + " steps; is there a loop that never ends?");
    }
    if (steps >= nextClockRead) {
      nextClockRead = steps + STEPS_PER_CLOCK_READ;
      if (ticker.read() - startNanos > limits.time().toNanos()) {
        throw new Exhausted("more than " + limits.time() + " of time");
      }
    }
  }

  void enter() {
    depth++;
    if (depth > TemplateLimits.EVALUATION_DEPTH) {
      throw new Exhausted(
          "more than " + TemplateLimits.EVALUATION_DEPTH + " blocks inside one another");
    }
  }

  void leave() {
    depth--;
  }
}
