package dev.mangru.autoscaler.control;

import dev.mangru.model.scale.Decision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// Every metric of horizontal autoscaling. Thread-safe.
public final class AutoscalerMetrics {

  private final Timer passes;
  private final Counter skippedPasses;
  private final Counter trouble;
  private final AtomicInteger autoscalers = new AtomicInteger();
  private final Map<Decision.Outcome, Counter> decisions = new EnumMap<>(Decision.Outcome.class);

  /// Registers them.
  public AutoscalerMetrics(MeterRegistry registry) {
    passes =
        Timer.builder("mangru.hpa.pass.duration")
            .description("One pass over all horizontal autoscalers")
            .register(registry);
    skippedPasses =
        Counter.builder("mangru.hpa.passes.skipped")
            .description("Passes not made because the cluster was not to be trusted")
            .register(registry);
    trouble =
        Counter.builder("mangru.hpa.errors")
            .description("Autoscalers that a pass had to leave out")
            .register(registry);
    Gauge.builder("mangru.hpa.autoscalers", autoscalers, AtomicInteger::get)
        .description("Horizontal autoscalers in the cluster")
        .register(registry);
    for (Decision.Outcome outcome : Decision.Outcome.values()) {
      decisions.put(
          outcome,
          Counter.builder("mangru.hpa.decisions")
              .description("Decisions by what became of them")
              .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
  }

  void pass(int seen, Duration took) {
    autoscalers.set(seen);
    passes.record(took);
  }

  void skippedPass() {
    skippedPasses.increment();
  }

  void trouble() {
    trouble.increment();
  }

  void decided(Decision.Outcome outcome) {
    Counter counter = decisions.get(outcome);
    if (counter != null) {
      counter.increment();
    }
  }
}
