package dev.mangru.autoscaler.control;

import java.util.List;
import java.util.Map;

/// Requirements on labels that must all hold; none at all selects everything.
public record LabelSelector(List<Requirement> requirements) {

  public LabelSelector {
    requirements = List.copyOf(requirements);
  }

  /// How a label is compared.
  public enum Operator {
    IN("In"),
    NOT_IN("NotIn"),
    EXISTS("Exists"),
    DOES_NOT_EXIST("DoesNotExist"),
    GREATER_THAN("Gt"),
    LESS_THAN("Lt");

    private final String kubernetesName;

    Operator(String kubernetesName) {
      this.kubernetesName = kubernetesName;
    }

    /// As a `matchExpressions` entry spells it.
    public String kubernetesName() {
      return kubernetesName;
    }
  }

  /// One requirement.
  ///
  /// @param values of IN and NOT_IN, or the one bound of GREATER_THAN and LESS_THAN
  public record Requirement(String key, Operator operator, List<String> values) {

    public Requirement {
      values = List.copyOf(values);
    }

    /// Whether labels meet it. A missing label meets only NOT_IN and DOES_NOT_EXIST.
    public boolean matches(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case IN -> value != null && values.contains(value);
        case NOT_IN -> value == null || !values.contains(value);
        case EXISTS -> value != null;
        case DOES_NOT_EXIST -> value == null;
        case GREATER_THAN -> value != null && compared(value) > 0;
        case LESS_THAN -> value != null && compared(value) < 0;
      };
    }

    /// The label against the bound as whole numbers; 0 if the label is none.
    private int compared(String value) {
      try {
        return Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst()));
      } catch (NumberFormatException _) {
        return 0; // Kubernetes: a label that is no number meets neither
      }
    }
  }

  /// Whether all requirements hold.
  public boolean matches(Map<String, String> labels) {
    for (Requirement requirement : requirements) {
      if (!requirement.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  /// Reads the text form: `app=web,tier in (front,back),!canary,replicas>2`.
  ///
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if it is none
  public static LabelSelector parse(String text) {
    return new SelectorParser(text).parse();
  }
}
