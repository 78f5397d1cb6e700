package dev.mangru.tsdb.index;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Names and values of labels that some present series has. A name needs one present series and so
/// does a value: mostly the first of its list is. Confined to one thread; used once.
final class PresentTexts {

  private final LabelIndex index;
  private final MatcherEngine engine;
  private final int endNumber;
  private final IntPredicate asked;
  private final BitSet known = new BitSet();
  private final BitSet present = new BitSet();

  PresentTexts(LabelIndex index, MatcherEngine engine, int endNumber, IntPredicate asked) {
    this.index = index;
    this.engine = engine;
    this.endNumber = endNumber;
    this.asked = asked;
  }

  private boolean isPresent(int number) {
    engine.work(8);
    if (!known.get(number)) {
      known.set(number);
      present.set(number, asked.test(number));
    }
    return present.get(number);
  }

  /// @param selected null for all
  List<String> names(@Nullable Runs selected) {
    List<String> found = new ArrayList<>();
    if (selected != null && selected.size() < index.pairCount()) {
      BitSet seen = new BitSet();
      Runs.Cursor cursor = selected.cursor();
      while (cursor.next()) {
        engine.addNames(cursor.number(), seen, this::isPresent);
      }
      seen.stream().forEach(name -> found.add(index.names().get(name)));
    } else {
      for (int name = 0; name < index.names().count(); name++) {
        for (int pair = index.newestPair(name); pair != 0; pair = index.pairBefore(pair)) {
          if (anyPresent(pair, selected)) {
            found.add(index.names().get(name));
            break;
          }
        }
      }
    }
    return engine.sorted(found);
  }

  /// @param selected null for all
  List<String> values(String name, @Nullable Runs selected) {
    List<String> found = new ArrayList<>();
    int number = index.names().find(name);
    if (number < 0) {
      return found;
    }
    if (selected != null && engine.fewerThanLists(selected, number)) {
      BitSet seen = new BitSet();
      Runs.Cursor cursor = selected.cursor();
      while (cursor.next()) {
        int pair = engine.pairOf(cursor.number(), number);
        if (pair >= 0 && !seen.get(pair) && isPresent(cursor.number())) {
          seen.set(pair);
          found.add(index.values().get(index.pairValue(pair)));
        }
      }
    } else {
      for (int pair = index.newestPair(number); pair != 0; pair = index.pairBefore(pair)) {
        if (anyPresent(pair, selected)) {
          found.add(index.values().get(index.pairValue(pair)));
        }
      }
    }
    return engine.sorted(found);
  }

  private boolean anyPresent(int pair, @Nullable Runs selected) {
    int first = index.postings().first(pair);
    if (first >= endNumber) {
      return false;
    }
    if (selected == null && isPresent(first)) {
      return true;
    }
    Runs series = index.postings().read(pair, endNumber);
    Runs.Cursor cursor = (selected == null ? series : Runs.and(selected, series)).cursor();
    while (cursor.next()) {
      if (isPresent(cursor.number())) {
        return true;
      }
    }
    return false;
  }
}
