package dev.mangru.autoscaler.node.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/// Says which of several ways to grow is best. Pure, but for the random one.
public interface Expander {

  /// Its name in configurations and records, such as `least-waste`.
  String name();

  /// The best options, in the order given; several when they are equally good, none when none is
  /// any good.
  ///
  /// @param warnings gets a sentence for each option that cannot be judged
  List<GrowthOption> best(List<GrowthOption> options, List<String> warnings);

  /// Asks one expander after another until one option is left, then draws among the rest.
  ///
  /// @return the option, or an empty list when none is any good
  static List<GrowthOption> choose(
      List<Expander> chain,
      List<GrowthOption> options,
      SplittableRandom random,
      List<String> warnings) {
    List<GrowthOption> left = options;
    for (Expander expander : chain) {
      if (left.size() <= 1) {
        break;
      }
      left = expander.best(left, warnings);
    }
    return left.size() <= 1 ? left : List.of(left.get(random.nextInt(left.size())));
  }

  /// The options with the smallest score, ties included.
  static List<GrowthOption> smallest(
      List<GrowthOption> options, ToDoubleFunction<GrowthOption> score) {
    List<GrowthOption> best = new ArrayList<>();
    double smallest = Double.NaN;
    for (GrowthOption option : options) {
      double each = score.applyAsDouble(option);
      if (Double.isNaN(each)) {
        continue;
      }
      if (best.isEmpty() || each < smallest) {
        best.clear();
        smallest = each;
      }
      if (each == smallest) {
        best.add(option);
      }
    }
    return best;
  }
}
