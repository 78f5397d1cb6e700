package dev.mangru.autoscaler.node.plan;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Prefers groups by a list that people write: numbers, each with regular expressions that are
/// searched anywhere in a group's name. The highest number that matches any group wins; groups that
/// match none are dropped with a warning. An empty list, or one with an expression that does not
/// parse, keeps all. Pure.
public final class ByPriority implements Expander {

  private final Map<Integer, List<Pattern>> patterns = new TreeMap<>();
  private final String problem;

  /// @param priorities regular expressions by number
  public ByPriority(Map<Integer, List<String>> priorities) {
    String found = "";
    for (Map.Entry<Integer, List<String>> each : priorities.entrySet()) {
      List<Pattern> compiled = new ArrayList<>();
      for (String expression : each.getValue()) {
        try {
          compiled.add(Pattern.compile(expression));
        } catch (PatternSyntaxException e) {
          found = "priority " + each.getKey() + ": " + e.getMessage();
        }
      }
      patterns.put(each.getKey(), compiled);
    }
    this.problem = found;
  }

  @Override
  public String name() {
    return "priority";
  }

  @Override
  public List<GrowthOption> best(List<GrowthOption> options, List<String> warnings) {
    if (!problem.isEmpty() || patterns.isEmpty()) {
      warnings.add(
          problem.isEmpty()
              ? "no priorities are set; all groups are kept"
              : problem + "; all groups are kept");
      return options;
    }
    List<GrowthOption> best = new ArrayList<>();
    int highest = Integer.MIN_VALUE;
    for (GrowthOption option : options) {
      Integer priority = priority(option.group());
      if (priority == null) {
        warnings.add(option.group());
        continue;
      }
      if (best.isEmpty() || priority > highest) {
        best.clear();
        highest = priority;
      }
      if (priority == highest) {
        best.add(option);
      }
    }
    return best.isEmpty() ? options : best;
  }

  private @Nullable Integer priority(String group) {
    Integer highest = null;
    for (Map.Entry<Integer, List<Pattern>> each : patterns.entrySet()) {
      if (each.getValue().stream().anyMatch(pattern -> pattern.matcher(group).find())) {
        highest = each.getKey(); // ascending, so the last one is the highest
      }
    }
    return highest;
  }
}
