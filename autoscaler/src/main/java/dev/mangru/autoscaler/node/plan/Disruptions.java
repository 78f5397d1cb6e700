package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// What is left of the disruption budgets while a plan spends them. Confined to one thread.
public final class Disruptions {

  private final List<DisruptionBudget> budgets;
  private final int[] left;

  /// Budgets of which nothing is spent yet.
  public Disruptions(Collection<DisruptionBudget> budgets) {
    this.budgets = List.copyOf(budgets);
    this.left = this.budgets.stream().mapToInt(DisruptionBudget::disruptionsAllowed).toArray();
  }

  /// Whether any budget protects the pod.
  boolean covers(PodShape pod) {
    return budgets.stream().anyMatch(budget -> budget.covers(pod));
  }

  /// The names of the budgets that protect the pod and have nothing left.
  List<String> exhausted(PodShape pod) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < left.length; i++) {
      if (left[i] < 1 && budgets.get(i).covers(pod)) {
        names.add(budgets.get(i).name());
      }
    }
    return names;
  }

  /// Counts pods as disturbed.
  void spend(Collection<PodShape> pods) {
    for (int i = 0; i < left.length; i++) {
      for (PodShape pod : pods) {
        if (budgets.get(i).covers(pod)) {
          left[i]--;
        }
      }
    }
  }
}
