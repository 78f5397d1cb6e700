package dev.mangru.server.config;

import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.Objective.Indicator;
import java.net.URI;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// One objective as the user writes it: exactly one of `ratio`, `condition` and `probe`.
///
/// @param name unique among objectives
/// @param description one line for people
/// @param target wanted availability, above 0 and below 1
/// @param ratio good events over all events
/// @param condition PromQL; a slice of time is good while it has a result
/// @param probe a URL that the agent asks
public record ObjectiveProperties(
    String name,
    @DefaultValue("") String description,
    double target,
    @Nullable Ratio ratio,
    @Nullable String condition,
    @Nullable Probe probe) {

  public ObjectiveProperties {
    if (name == null || name.isBlank()) {
      throw new IllegalArgumentException("an objective in mangru.objectives has no name");
    }
    long indicators = Stream.of(ratio, condition, probe).filter(i -> i != null).count();
    if (indicators != 1) {
      throw new IllegalArgumentException(
          "objective "
              + name
              + " needs exactly one of ratio, condition and probe, and has "
              + indicators);
    }
  }

  /// Two PromQL selectors of counters.
  ///
  /// @param good events that were good
  /// @param total all events
  public record Ratio(String good, String total) {}

  /// An HTTP probe.
  ///
  /// @param url what is asked
  /// @param interval how often
  /// @param timeout how long an answer may take
  public record Probe(
      URI url, @DefaultValue("10s") Duration interval, @DefaultValue("5s") Duration timeout) {}

  /// The objective that is measured.
  public Objective objective() {
    return new Objective(name, description, target, indicator());
  }

  private Indicator indicator() {
    if (ratio != null) {
      return new Indicator.Ratio(ratio.good(), ratio.total());
    }
    if (condition != null) {
      return new Indicator.TimeSlice(condition);
    }
    // The probe of an objective carries the objective's name.
    String quoted = name.replace("\\", "\\\\").replace("\"", "\\\"");
    return new Indicator.TimeSlice("min(probe_success{probe=\"" + quoted + "\"}) == 1");
  }
}
