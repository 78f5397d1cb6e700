package dev.mangru.autoscaler.node;

import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import java.util.ArrayList;
import java.util.List;

/// Decisions in memory.
final class KeptDecisions implements DecisionLog {

  final List<Decision> all = new ArrayList<>();

  @Override
  public long append(Decision decision) {
    all.add(decision);
    return all.size();
  }

  @Override
  public List<Entry> find(Query query) {
    List<Entry> found = new ArrayList<>();
    for (int i = all.size(); i >= 1 && found.size() < query.limit(); i--) {
      Entry entry = new Entry(i, all.get(i - 1));
      if (query.selects(entry)) {
        found.add(entry);
      }
    }
    return found;
  }

  @Override
  public Entry get(long number) {
    return new Entry(number, all.get((int) number - 1));
  }

  List<Decision> of(String reason) {
    return all.stream().filter(decision -> decision.reason().equals(reason)).toList();
  }

  Decision last(String reason) {
    return of(reason).getLast();
  }
}
