package dev.mangru.collector.kube;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Kubernetes quantities as numbers.
final class Amounts {

  private Amounts() {}

  /// In base units: cores, bytes, pieces.
  static double of(Quantity quantity) {
    return quantity.getNumericalAmount().doubleValue();
  }

  /// One resource of a map; 0 where there is none.
  static double of(@Nullable Map<String, Quantity> resources, String resource) {
    Quantity quantity = resources == null ? null : resources.get(resource);
    return quantity == null ? 0 : of(quantity);
  }

  /// What the containers of a pod ask for together.
  static double requested(Pod pod, String resource) {
    double sum = 0;
    for (Container container : pod.getSpec().getContainers()) {
      ResourceRequirements wanted = container.getResources();
      sum += wanted == null ? 0 : of(wanted.getRequests(), resource);
    }
    return sum;
  }
}
