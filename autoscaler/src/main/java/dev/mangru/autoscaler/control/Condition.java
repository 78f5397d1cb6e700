package dev.mangru.autoscaler.control;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One condition of an autoscaler's status.
///
/// @param type such as `AbleToScale`
/// @param reason one word
/// @param message in words
/// @param lastTransition when the status last changed
public record Condition(
    String type, Status status, String reason, String message, Instant lastTransition) {

  /// Whether the target can be scaled at all.
  public static final String ABLE_TO_SCALE = "AbleToScale";

  /// Whether metrics tell a number.
  public static final String SCALING_ACTIVE = "ScalingActive";

  /// Whether minimum, maximum or a rate cut the number.
  public static final String SCALING_LIMITED = "ScalingLimited";

  /// Whether someone else keeps changing the replicas.
  public static final String CONTESTED_REPLICAS = "ContestedReplicas";

  /// Whether this controller took the target to zero replicas.
  public static final String SCALED_TO_ZERO = "ScaledToZero";

  /// Of a condition.
  public enum Status {
    TRUE("True"),
    FALSE("False"),
    UNKNOWN("Unknown");

    private final String text;

    Status(String text) {
      this.text = text;
    }

    /// As the API spells it.
    public String text() {
      return text;
    }

    /// Reads what the API spells; anything else is UNKNOWN.
    public static Status of(String text) {
      return switch (text) {
        case "True" -> TRUE;
        case "False" -> FALSE;
        default -> UNKNOWN;
      };
    }
  }

  /// `before` with one condition set: in its place if there is one of that type, else at the end.
  /// The time of transition changes only with the status.
  static List<Condition> set(
      List<Condition> before,
      String type,
      Status status,
      String reason,
      String message,
      Instant now) {
    List<Condition> after = new ArrayList<>(before);
    for (int i = 0; i < after.size(); i++) {
      Condition old = after.get(i);
      if (old.type().equals(type)) {
        Instant since = old.status() == status ? old.lastTransition() : now;
        after.set(i, new Condition(type, status, reason, message, since));
        return after;
      }
    }
    after.add(new Condition(type, status, reason, message, now));
    return after;
  }
}
