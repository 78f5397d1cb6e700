package dev.mangru.alerts.slo;

import dev.mangru.model.slo.SloStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything the objectives tell about themselves. A value that is not known yet is NaN.
///
/// | metric | labels | says |
/// | --- | --- | --- |
/// | `mangru_slo_availability_ratio` | slo, window | good over total |
/// | `mangru_slo_budget_left_ratio` | slo, window | share of the error budget left |
/// | `mangru_slo_burn_rate` | slo | in the last hour; 1 spends the budget exactly |
/// | `mangru_slo_target_ratio` | slo | the wanted availability |
/// | `mangru_slo_ticks_total` | | ticks |
/// | `mangru_slo_failures_total` | | objectives a tick could not measure |
/// | `mangru_slo_lost_points_total` | | points the store did not take |
public final class SloMetrics implements MeterBinder {

  private final SloEngine engine;

  /// Of this engine.
  public SloMetrics(SloEngine engine) {
    this.engine = engine;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder("mangru.slo.ticks", engine, SloEngine::ticks)
        .description("Ticks of the SLO engine")
        .register(registry);
    FunctionCounter.builder("mangru.slo.failures", engine, SloEngine::failures)
        .description("Objectives that a tick could not measure")
        .register(registry);
    FunctionCounter.builder("mangru.slo.lost.points", engine, SloEngine::lostPoints)
        .description("Points that the metric store did not take")
        .register(registry);
    List<SloStatus> statuses = engine.statuses();
    for (int i = 0; i < statuses.size(); i++) {
      bind(registry, statuses.get(i), i);
    }
  }

  private void bind(MeterRegistry registry, SloStatus status, int objective) {
    String name = status.objective().name();
    double target = status.objective().target();
    Gauge.builder("mangru.slo.target.ratio", () -> target)
        .description("The wanted availability")
        .tag("slo", name)
        .register(registry);
    Gauge.builder("mangru.slo.burn.rate", () -> orNan(status(objective).burnRate1h()))
        .description("Error ratio of the last hour over the allowed one")
        .tag("slo", name)
        .register(registry);
    for (int w = 0; w < status.windows().size(); w++) {
      int window = w;
      String windowName = status.windows().get(w).name();
      Gauge.builder(
              "mangru.slo.availability.ratio",
              () -> orNan(status(objective).windows().get(window).availability()))
          .description("Good over total within the window")
          .tag("slo", name)
          .tag("window", windowName)
          .register(registry);
      Gauge.builder(
              "mangru.slo.budget.left.ratio",
              () -> orNan(status(objective).windows().get(window).budgetLeft()))
          .description("Share of the window's error budget that is left")
          .tag("slo", name)
          .tag("window", windowName)
          .register(registry);
    }
  }

  private SloStatus status(int objective) {
    return engine.statuses().get(objective);
  }

  private static double orNan(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }
}
