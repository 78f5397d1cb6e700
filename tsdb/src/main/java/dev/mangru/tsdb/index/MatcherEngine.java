package dev.mangru.tsdb.index;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryGuard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Matchers to sets of series. Stateless: each call is confined to its thread and reads the index
/// without a lock.
///
/// Equality with a value comes first, the shortest list leading. Every further matcher either
/// intersects with, or takes away, the union of the lists of the values it names; or, if few
/// candidates are left, looks at each one's labels, asking a pattern once per distinct value.
final class MatcherEngine {

  /// Reading one series' labels costs about as much as this many runs of a list, measured.
  private static final int LABELS_PER_RUN = 16;

  /// Running a pattern costs about as much as reading this many series' labels, measured.
  private static final int PATTERN_PER_LABELS = 4;

  private final LabelIndex index;

  /// Steps of about 50 ns between two questions to the guard.
  private static final int STEPS = 1 << 12;

  /// What a text in a list takes, about: names and values of labels are short.
  private static final int TEXT_BYTES = 96;

  private final int endNumber;
  private final QueryGuard guard;
  private int untilCheck = STEPS;
  private int[] pairs = new int[32];

  /// @param guard asked now and then
  MatcherEngine(LabelIndex index, int endNumber, QueryGuard guard) {
    this.index = index;
    this.endNumber = endNumber;
    this.guard = guard;
  }

  /// Counts steps of work, and asks the guard when they are many.
  void work(int steps) {
    untilCheck -= steps;
    if (untilCheck <= 0) {
      untilCheck = STEPS;
      guard.check();
    }
  }

  /// The series below the end that every one of `matchers` selects.
  Runs select(List<LabelMatcher> matchers) {
    List<LabelMatcher> rest = new ArrayList<>(matchers.size());
    List<Integer> lists = new ArrayList<>(matchers.size());
    for (LabelMatcher matcher : matchers) {
      if (matcher.operator() == Operator.EQUAL && !matcher.value().isEmpty()) {
        int pair = index.findPair(matcher.name(), matcher.value());
        if (pair < 0) {
          return Runs.EMPTY;
        }
        lists.add(pair);
      } else {
        rest.add(matcher);
      }
    }
    Runs candidates = null;
    lists.sort(Comparator.comparingInt(pair -> index.postings().count(pair)));
    for (int pair : lists) {
      guard.check();
      candidates =
          candidates == null ? index.postings().read(pair, endNumber) : and(candidates, pair);
      if (candidates.isEmpty()) {
        return candidates;
      }
    }
    // Those that need the label first: they only ever leave fewer, and one may be all there is.
    rest.sort(Comparator.comparing(LabelMatcher::matchesEmpty));
    for (LabelMatcher matcher : rest) {
      guard.check();
      candidates = narrow(candidates, matcher);
      if (candidates.isEmpty()) {
        return candidates;
      }
    }
    return candidates == null ? index.postings().read(LabelIndex.ALL, endNumber) : candidates;
  }

  /// Leaves the pairs of a series in [#pairs].
  private int read(int number) {
    work(2);
    int count = index.pairs(number, pairs);
    if (count > pairs.length) {
      pairs = new int[count];
      index.pairs(number, pairs);
    }
    return count;
  }

  private Runs and(Runs candidates, int pair) {
    long size = candidates.size();
    if (size * LABELS_PER_RUN > index.postings().count(pair)) {
      return Runs.and(candidates, index.postings().read(pair, endNumber));
    }
    Runs.Builder kept = new Runs.Builder(candidates.runs() * 2);
    Runs.Cursor cursor = candidates.cursor();
    while (cursor.next()) {
      int number = cursor.number();
      int count = read(number);
      for (int i = 0; i < count; i++) {
        if (pairs[i] == pair) {
          kept.add(number, number + 1);
          break;
        }
      }
    }
    return kept.build();
  }

  private Runs narrow(@Nullable Runs candidates, LabelMatcher matcher) {
    boolean absentToo = matcher.matchesEmpty();
    int name = index.names().find(matcher.name());
    if (name < 0) {
      return !absentToo
          ? Runs.EMPTY
          : candidates == null ? index.postings().read(LabelIndex.ALL, endNumber) : candidates;
    }
    if (candidates != null && fewerThanValues(candidates, name, matcher)) {
      return filter(candidates, name, matcher);
    }
    // Of a matcher that takes absent labels too, the values it refuses are taken away.
    Runs lists = union(name, matcher, !absentToo);
    if (candidates != null) {
      return absentToo ? Runs.minus(candidates, lists) : Runs.and(candidates, lists);
    }
    return absentToo ? Runs.minus(index.postings().read(LabelIndex.ALL, endNumber), lists) : lists;
  }

  private boolean fewerThanValues(Runs candidates, int name, LabelMatcher matcher) {
    long valueWork = (long) index.valueCount(name) * PATTERN_PER_LABELS;
    return switch (matcher.operator()) {
      case EQUAL, NOT_EQUAL -> false;
      case REGEX, NOT_REGEX -> candidates.size() < valueWork;
    };
  }

  private Runs filter(Runs candidates, int name, LabelMatcher matcher) {
    Map<Integer, Boolean> known = new HashMap<>();
    boolean absent = matcher.matchesEmpty();
    Runs.Builder kept = new Runs.Builder(candidates.runs() * 2);
    Runs.Cursor cursor = candidates.cursor();
    while (cursor.next()) {
      int number = cursor.number();
      int pair = pairOf(number, name);
      boolean matches =
          pair < 0
              ? absent
              : known.computeIfAbsent(
                  pair, p -> matcher.matches(index.values().get(index.pairValue(p))));
      if (matches) {
        kept.add(number, number + 1);
      }
    }
    return kept.build();
  }

  /// The pair with this name that a series has, or -1.
  int pairOf(int number, int name) {
    int count = read(number);
    for (int i = 0; i < count; i++) {
      if (index.pairName(pairs[i]) == name) {
        return pairs[i];
      }
    }
    return -1;
  }

  /// The series with a value of `name` that the matcher takes (or refuses).
  private Runs union(int name, LabelMatcher matcher, boolean taken) {
    Runs.Union union = new Runs.Union();
    switch (matcher.operator()) {
      case EQUAL, NOT_EQUAL -> unionOfEqual(name, matcher, taken, union);
      case REGEX, NOT_REGEX -> unionOfPattern(name, matcher, taken, union);
    }
    return union.build();
  }

  private void unionOfEqual(int name, LabelMatcher matcher, boolean taken, Runs.Union union) {
    boolean equal = taken == (matcher.operator() == Operator.EQUAL);
    int value = index.values().find(matcher.value());
    for (int pair = equal ? 0 : index.newestPair(name); pair != 0; pair = index.pairBefore(pair)) {
      work(2);
      if (index.pairValue(pair) != value) {
        index.postings().read(pair, endNumber, union);
      }
    }
    if (equal && value >= 0) {
      readPair(matcher.name(), matcher.value(), union);
    }
  }

  private void readPair(String name, String value, Runs.Union union) {
    int pair = index.findPair(name, value);
    if (pair >= 0) {
      index.postings().read(pair, endNumber, union);
    }
  }

  private void unionOfPattern(int name, LabelMatcher matcher, boolean taken, Runs.Union union) {
    RegexShape shape = RegexShape.of(matcher.value());
    boolean inside = taken == (matcher.operator() == Operator.REGEX);
    if (inside && shape instanceof RegexShape.OneOf(var texts)) {
      for (String text : texts) {
        readPair(matcher.name(), text, union);
      }
      return;
    }
    byte[] prefix =
        shape instanceof RegexShape.Prefixed(String text) ? Utf8.encode(text) : new byte[0];
    Symbols values = index.values();
    for (int pair = index.newestPair(name); pair != 0; pair = index.pairBefore(pair)) {
      work(8);
      int value = index.pairValue(pair);
      boolean matched =
          values.startsWith(value, prefix)
              && matcher.matches(values.get(value)) == (matcher.operator() == Operator.REGEX);
      if (matched == inside) {
        index.postings().read(pair, endNumber, union);
      }
    }
  }

  /// The names that the selected series have, in order.
  List<String> names(Runs selected) {
    boolean[] seen = new boolean[index.names().count()];
    Runs.Cursor cursor = selected.cursor();
    while (cursor.next()) {
      int count = read(cursor.number());
      for (int i = 0; i < count; i++) {
        seen[index.pairName(pairs[i])] = true;
      }
    }
    List<String> found = new ArrayList<>();
    for (int i = 0; i < seen.length; i++) {
      if (seen[i]) {
        found.add(index.names().get(i));
      }
    }
    return sorted(found);
  }

  /// Adds the names of a series to `seen` if it has one more and is present.
  void addNames(int number, BitSet seen, IntPredicate present) {
    int count = read(number);
    boolean more = false;
    for (int i = 0; i < count && !more; i++) {
      more = !seen.get(index.pairName(pairs[i]));
    }
    if (more && present.test(number)) {
      for (int i = 0; i < count; i++) {
        seen.set(index.pairName(pairs[i]));
      }
    }
  }

  /// All names, in order.
  List<String> names() {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < index.names().count(); i++) {
      if (anyBelowEnd(i)) {
        found.add(index.names().get(i));
      }
    }
    return sorted(found);
  }

  private boolean anyBelowEnd(int name) {
    // Some pair of every published name has a published series; the oldest pairs are found last,
    // but nearly always the newest one answers.
    for (int pair = index.newestPair(name); pair != 0; pair = index.pairBefore(pair)) {
      if (index.postings().first(pair) < endNumber) {
        return true;
      }
    }
    return false;
  }

  /// All values of a name, in order.
  List<String> values(String name) {
    int number = index.names().find(name);
    List<String> found = new ArrayList<>();
    if (number >= 0) {
      guard.holdBytes((long) TEXT_BYTES * index.valueCount(number));
      for (int pair = index.newestPair(number); pair != 0; pair = index.pairBefore(pair)) {
        work(4);
        if (index.postings().first(pair) < endNumber) {
          found.add(index.values().get(index.pairValue(pair)));
        }
      }
    }
    return sorted(found);
  }

  /// The values of a name that the selected series have, in order.
  List<String> values(String name, Runs selected) {
    int number = index.names().find(name);
    List<String> found = new ArrayList<>();
    if (number < 0) {
      return found;
    }
    guard.holdBytes((long) TEXT_BYTES * Math.min(selected.size(), index.valueCount(number)));
    if (!fewerThanLists(selected, number)) {
      for (int pair = index.newestPair(number); pair != 0; pair = index.pairBefore(pair)) {
        work(16);
        if (!Runs.and(selected, index.postings().read(pair, endNumber)).isEmpty()) {
          found.add(index.values().get(index.pairValue(pair)));
        }
      }
      return sorted(found);
    }
    int[] seen = new int[Math.min(selected.size(), 1 << 16)];
    int count = 0;
    Runs.Cursor cursor = selected.cursor();
    while (cursor.next()) {
      int pair = pairOf(cursor.number(), number);
      if (pair < 0 || (count > 0 && seen[count - 1] == pair)) {
        continue;
      }
      if (count == seen.length) {
        count = distinct(seen, count);
        seen = count > seen.length / 2 ? Arrays.copyOf(seen, seen.length * 2) : seen;
      }
      seen[count++] = pair;
    }
    count = distinct(seen, count);
    for (int i = 0; i < count; i++) {
      found.add(index.values().get(index.pairValue(seen[i])));
    }
    return sorted(found);
  }

  /// Whether to look at the labels of these series costs less than to go through the lists of all
  /// values of a name: there is at least a run for each value, and at most one for each series,
  /// which is near for names like the metric's.
  boolean fewerThanLists(Runs selected, int name) {
    return selected.size()
        <= Math.max(
            (long) index.valueCount(name) * LABELS_PER_RUN, index.seriesCount() / LABELS_PER_RUN);
  }

  private static int distinct(int[] numbers, int count) {
    Arrays.sort(numbers, 0, count);
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (kept == 0 || numbers[kept - 1] != numbers[i]) {
        numbers[kept++] = numbers[i];
      }
    }
    return kept;
  }

  /// Sorts texts in place.
  List<String> sorted(List<String> texts) {
    texts.sort((a, b) -> {
      work(2);
      return Labels.compareUtf8(a, b);
    });
    return texts;
  }
}
