package dev.mangru.autoscaler.node.shape;

import java.util.Map;
import java.util.TreeMap;

/// Amounts of what a node offers or a pod asks for. Immutable.
///
/// Sums saturate at the largest `long` instead of overflowing.
///
/// @param cpuMilli thousandths of a core
/// @param memoryBytes bytes of memory
/// @param ephemeralBytes bytes of local ephemeral storage
/// @param pods how many pods; 1 for the requests of one pod
/// @param extended every other resource by name (`nvidia.com/gpu`, `hugepages-2Mi`), whole units
public record Resources(
    long cpuMilli, long memoryBytes, long ephemeralBytes, long pods, Map<String, Long> extended) {

  /// Nothing of anything.
  public static final Resources NONE = new Resources(0, 0, 0, 0, Map.of());

  public Resources {
    extended = Map.copyOf(extended);
  }

  /// CPU and memory of one pod.
  public static Resources ofPod(long cpuMilli, long memoryBytes) {
    return new Resources(cpuMilli, memoryBytes, 0, 1, Map.of());
  }

  /// CPU, memory and the number of pods of a node.
  public static Resources ofNode(long cpuMilli, long memoryBytes, long pods) {
    return new Resources(cpuMilli, memoryBytes, 0, pods, Map.of());
  }

  /// Both together.
  public Resources plus(Resources other) {
    return new Resources(
        add(cpuMilli, other.cpuMilli),
        add(memoryBytes, other.memoryBytes),
        add(ephemeralBytes, other.ephemeralBytes),
        add(pods, other.pods),
        merged(other, false));
  }

  /// The larger amount of each resource.
  public Resources max(Resources other) {
    return new Resources(
        Math.max(cpuMilli, other.cpuMilli),
        Math.max(memoryBytes, other.memoryBytes),
        Math.max(ephemeralBytes, other.ephemeralBytes),
        Math.max(pods, other.pods),
        merged(other, true));
  }

  /// The amount of an extended resource, zero when there is none.
  public long extended(String name) {
    return extended.getOrDefault(name, 0L);
  }

  private Map<String, Long> merged(Resources other, boolean larger) {
    if (other.extended.isEmpty()) {
      return extended;
    }
    Map<String, Long> sum = new TreeMap<>(extended);
    other.extended.forEach(
        (name, amount) -> sum.merge(name, amount, (a, b) -> larger ? Math.max(a, b) : add(a, b)));
    return sum;
  }

  /// The sum of two amounts, saturating.
  static long add(long a, long b) {
    long sum = a + b;
    if (((a ^ sum) & (b ^ sum)) < 0) {
      return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return sum;
  }
}
