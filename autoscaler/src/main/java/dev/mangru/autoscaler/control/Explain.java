package dev.mangru.autoscaler.control;

import dev.mangru.model.scale.Decision;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Decisions in plain sentences, from nothing but the record.
public final class Explain {

  private Explain() {}

  /// Why the number did not move, or did not move further; or why it moved.
  public static String whyNot(Decision decision) {
    String where =
        decision.namespace().isEmpty()
            ? decision.name()
            : decision.namespace() + "/" + decision.name();
    return switch (decision.outcome()) {
      case SCALED -> where + " did move: " + decision.summary();
      case HELD -> where + " did not move: " + decision.summary();
      case CANNOT_TELL -> where + " could not decide: " + decision.summary();
      case FAILED -> {
        String answer = "no call was made";
        for (Decision.ApiCall call : decision.calls().reversed()) {
          answer = call.done() ? answer : call.answer();
        }
        yield where
            + " wanted %d instead of %d, and the cluster did not take it: %s"
                .formatted(decision.desired(), decision.current(), answer);
      }
      case OBSERVED ->
          where
              + " wanted %d instead of %d, and Mangru only watches: %s"
                  .formatted(decision.desired(), decision.current(), decision.summary());
    };
  }

  /// Why nothing moves.
  static String held(
      int current, int wanted, List<Decision.Input> inputs, List<Decision.Clamp> clamps) {
    String said = said(inputs);
    for (Decision.Clamp clamp : clamps) {
      if (!clamp.rule().equals("tolerance") && clamp.after() == current && wanted != current) {
        return "Stays at %d: %s, and %s held it (%s)."
            .formatted(current, said, clamp.rule(), clamp.reason());
      }
    }
    for (Decision.Clamp clamp : clamps) {
      if (clamp.after() == current) {
        return "Stays at %d: %s; %s.".formatted(current, said, clamp.reason());
      }
    }
    return "Stays at %d: %s.".formatted(current, said);
  }

  /// Why it moves, and why no further.
  static String rescale(
      int current,
      int desired,
      String why,
      List<Decision.Input> inputs,
      List<Decision.Clamp> clamps) {
    String cut =
        clamps.isEmpty() || clamps.getLast().before() == clamps.getLast().after()
            ? ""
            : "; %s left %d of %d"
                .formatted(
                    clamps.getLast().rule(), clamps.getLast().after(), clamps.getLast().before());
    return "From %d to %d replicas: %s%s."
        .formatted(current, desired, why.isEmpty() ? said(inputs) : why + ", " + said(inputs), cut);
  }

  private static String said(List<Decision.Input> inputs) {
    Decision.@Nullable Input chosen = null;
    for (Decision.Input input : inputs) {
      chosen = input.chosen() ? input : chosen;
    }
    if (chosen == null) {
      return "no metric was asked";
    }
    return "%s is %s of %s and asks for %s"
        .formatted(
            chosen.name(),
            number(chosen.value(), chosen.unit()),
            number(chosen.target(), chosen.unit()),
            Objects.requireNonNullElse(chosen.proposal(), 0));
  }

  private static String number(@Nullable Double value, String unit) {
    if (value == null) {
      return "nothing";
    }
    String text =
        value == Math.rint(value) && Math.abs(value) < 1e15
            ? String.valueOf(value.longValue())
            : String.format(Locale.ROOT, "%.3f", value);
    return unit.isEmpty() ? text : unit.equals("percent") ? text + " %" : text + " " + unit;
  }
}
