package dev.mangru.alerts.mute;

import dev.mangru.alerts.route.InhibitRule;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Says which alerts are kept quiet because another one says it all. Immutable.
///
/// An alert that is both source and target of a rule is not kept quiet by alerts that are both,
/// too: otherwise it would silence itself.
public final class Inhibitor {

  /// Alerts that are named as keeping one quiet. Ten thousand that each name ten thousand would
  /// take minutes; Alertmanager names one. Chosen.
  public static final int MAX_NAMED = 10;

  private final List<InhibitRule> rules;

  /// By these rules.
  public Inhibitor(List<InhibitRule> rules) {
    this.rules = List.copyOf(rules);
  }

  /// Looks at the alerts that fire now.
  public View over(Collection<Labels> firing) {
    List<List<Map<List<String>, List<Labels>>>> index = new ArrayList<>();
    for (InhibitRule rule : rules) {
      List<Map<List<String>, List<Labels>>> sources = new ArrayList<>();
      for (InhibitRule.Source source : rule.sources()) {
        Map<List<String>, List<Labels>> byEqual = new HashMap<>();
        for (Labels labels : firing) {
          if (LabelMatcher.allMatch(source.matchers(), labels)) {
            byEqual.computeIfAbsent(key(source, labels), _ -> new ArrayList<>()).add(labels);
          }
        }
        sources.add(byEqual);
      }
      index.add(sources);
    }
    return new View(rules, index);
  }

  private static List<String> key(InhibitRule.Source source, Labels labels) {
    return source.equal().stream().sorted().map(labels::get).toList();
  }

  /// The rules over the alerts of one instant. Immutable.
  public static final class View {

    private final List<InhibitRule> rules;

    /// For each rule and each of its sources: the alerts by their values of the equal labels.
    private final List<List<Map<List<String>, List<Labels>>>> index;

    private View(List<InhibitRule> rules, List<List<Map<List<String>, List<Labels>>>> index) {
      this.rules = rules;
      this.index = index;
    }

    /// Fingerprints of alerts that keep this one quiet, sorted: [#MAX_NAMED] of each source at
    /// most; empty if none does.
    public List<String> inhibitedBy(Labels labels) {
      TreeSet<String> by = new TreeSet<>();
      for (int i = 0; i < rules.size(); i++) {
        InhibitRule rule = rules.get(i);
        if (LabelMatcher.allMatch(rule.target(), labels)) {
          by.addAll(inhibitedBy(rule, index.get(i), labels));
        }
      }
      return List.copyOf(by);
    }

    private static List<String> inhibitedBy(
        InhibitRule rule, List<Map<List<String>, List<Labels>>> sources, Labels labels) {
      List<String> by = new ArrayList<>();
      for (int i = 0; i < sources.size(); i++) {
        InhibitRule.Source source = rule.sources().get(i);
        boolean bothSides = LabelMatcher.allMatch(source.matchers(), labels);
        boolean found = false;
        int named = 0;
        for (Labels candidate : sources.get(i).getOrDefault(key(source, labels), List.of())) {
          if (!(bothSides && LabelMatcher.allMatch(rule.target(), candidate))) {
            by.add(Fingerprint.of(candidate));
            found = true;
            if (++named == MAX_NAMED) {
              break;
            }
          }
        }
        if (!found) {
          return List.of();
        }
      }
      return by;
    }
  }
}
