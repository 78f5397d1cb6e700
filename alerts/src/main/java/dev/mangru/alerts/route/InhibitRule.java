package dev.mangru.alerts.route;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// While an alert of every source fires, nobody is told of the targets that agree with it.
///
/// @param name may be empty
/// @param sources all of them must be there
/// @param target which alerts are kept quiet
public record InhibitRule(String name, List<Source> sources, List<LabelMatcher> target) {

  /// Alerts that keep others quiet.
  ///
  /// @param matchers which alerts keep others quiet
  /// @param equal labels in which source and target must agree; an absent one is empty
  public record Source(List<LabelMatcher> matchers, Set<String> equal) {
    public Source {
      matchers = List.copyOf(matchers);
      equal = Set.copyOf(equal);
    }
  }

  public InhibitRule {
    sources = List.copyOf(sources);
    target = List.copyOf(target);
  }

  static InhibitRule of(YamlMap map) {
    List<Source> sources = new ArrayList<>();
    for (YamlMap source : map.maps("sources")) {
      if (source != null) {
        sources.add(
            new Source(
                ConfigSchema.matchers(source, "matchers"), Set.copyOf(source.texts("equal"))));
      }
    }
    if (sources.isEmpty()) {
      sources.add(new Source(matchers(map, "source"), Set.copyOf(map.texts("equal"))));
    }
    return new InhibitRule(map.text("name"), sources, matchers(map, "target"));
  }

  private static List<LabelMatcher> matchers(YamlMap map, String prefix) {
    List<LabelMatcher> matchers = new ArrayList<>();
    map.entries(prefix + "_match")
        .forEach((name, value) -> matchers.add(LabelMatcher.equal(name, String.valueOf(value))));
    map.entries(prefix + "_match_re")
        .forEach((name, value) ->
            matchers.add(Matchers.of(Operator.REGEX, name, "^(?:" + value + ")$")));
    matchers.addAll(ConfigSchema.matchers(map, prefix + "_matchers"));
    return matchers;
  }
}
