package dev.mangru.tsdb.block;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.block.Footer.Section;
import dev.mangru.tsdb.codec.SegmentReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The index of a block: labels of its series by number, and series by matchers. Thread-safe.
///
/// Nothing is posted: a series is a metric name (runs of series, as they are sorted), a value of
/// `le` and a set of other labels (both columns by series), and sets are columns of values. A
/// selection looks at the series of the metric names only, or at each label set once.
final class BlockIndex {

  private static final int HEADER_BYTES = 16;
  private static final int RUN_BYTES = 8;

  /// Series looked at together. Chosen: their columns fit the first cache.
  private static final int BATCH = 1_024;

  private final SealedFile file;
  private final Symbols symbols;
  private final LabelNames names;
  private final LabelSets sets;
  private final int series;
  private final int setWidth;
  private final int leWidth;
  private final long setColumn;
  private final long leColumn;
  private final int runs;
  private final long runTable;

  /// Places of `__name__` and `le` among the label names, or -1.
  private final int metricName;

  private final int le;

  BlockIndex(SealedFile file) throws IOException {
    this.file = file;
    this.symbols = new Symbols(file);
    this.names = new LabelNames(file, symbols);
    this.sets = new LabelSets(file, names);
    Section section = file.section(BlockSections.SERIES);
    if (section.length() < HEADER_BYTES) {
      throw file.corrupt(section.offset(), "series", section.length() + " bytes");
    }
    file.verify(section.offset(), HEADER_BYTES);
    SegmentReader reader = new SegmentReader(file.segment(), section.offset(), HEADER_BYTES);
    this.series = reader.u32();
    this.setWidth = reader.u32();
    this.leWidth = reader.u32();
    this.runs = reader.u32();
    this.setColumn = section.offset() + HEADER_BYTES;
    long wanted = HEADER_BYTES + (long) series * (setWidth + leWidth) + (long) runs * RUN_BYTES;
    if (series != file.footer().series()
        || setWidth < 0
        || setWidth > 4
        || leWidth < 0
        || leWidth > 4
        || runs < 1
        || runs > series
        || wanted != section.length()) {
      throw file.corrupt(
          section.offset(),
          file.footer().series() + " series in " + section.length() + " bytes",
          series + " in " + wanted);
    }
    this.leColumn = setColumn + (long) series * setWidth;
    this.runTable = leColumn + (long) series * leWidth;
    file.verify(runTable, (long) runs * RUN_BYTES);
    this.metricName = names.find(Labels.METRIC_NAME);
    this.le = names.find(LabelColumns.LE);
    checkRuns();
  }

  /// All of them, once: whoever walks over series by runs would else go in circles.
  private void checkRuns() throws IOException {
    int values = metricName < 0 ? 0 : names.values(metricName);
    int before = -1;
    for (int run = 0; run < runs; run++) {
      int start = runStart(run);
      int name = runName(run);
      if (start <= before || (run == 0 && start != 0) || start >= series) {
        throw file.corrupt(
            runTable + 8L * run, "a run after series " + before + " of " + series, "" + start);
      }
      if (name < 0 || name > values) {
        throw file.corrupt(runTable + 8L * run + 4, "a metric name of " + values, "" + name);
      }
      before = start;
    }
  }

  Symbols symbols() {
    return symbols;
  }

  LabelNames names() {
    return names;
  }

  LabelSets sets() {
    return sets;
  }

  /// Bytes of heap, about.
  long bytes() {
    return 256 + symbols.bytes() + names.bytes() + sets.bytes();
  }

  // ---- one series ------------------------------------------------------------------------------

  int setOf(int number) throws IOException {
    int set = setWidth == 0 ? 0 : file.number(setColumn + (long) number * setWidth, setWidth);
    sets.check(set);
    return set;
  }

  private int leOf(int number) throws IOException {
    return leWidth == 0 ? 0 : file.number(leColumn + (long) number * leWidth, leWidth);
  }

  private int runStart(int run) throws IOException {
    return run == runs ? series : file.int32(runTable + 8L * run);
  }

  private int runName(int run) throws IOException {
    return file.int32(runTable + 8L * run + 4);
  }

  private int runOf(int number) throws IOException {
    int low = 0;
    int high = runs;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (runStart(middle) <= number) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// The labels of a series.
  Labels labels(int number) throws IOException {
    int set = setOf(number);
    int shape = sets.shapeOf(set);
    int[] labelNames = sets.names(shape);
    int metric = metricName < 0 ? 0 : runName(runOf(number));
    int bound = le < 0 ? 0 : leOf(number);
    int extra = (metric == 0 ? 0 : 1) + (bound == 0 ? 0 : 1);
    String[] pairs = new String[2 * (labelNames.length + extra)];
    int at = 0;
    boolean metricDue = metric != 0;
    boolean leDue = bound != 0;
    for (int c = 0; c <= labelNames.length; c++) {
      int next = c < labelNames.length ? labelNames[c] : Integer.MAX_VALUE;
      // The smaller of the two first: either may come before any label of the set.
      if (leDue && le < next && (!metricDue || le < metricName)) {
        at = put(pairs, at, le, bound);
        leDue = false;
      }
      if (metricDue && metricName < next) {
        at = put(pairs, at, metricName, metric);
        metricDue = false;
      }
      if (leDue && le < next) {
        at = put(pairs, at, le, bound);
        leDue = false;
      }
      if (c < labelNames.length) {
        at = put(pairs, at, next, sets.value(set, shape, c));
      }
    }
    return Labels.ofSortedPairs(pairs);
  }

  private int put(String[] pairs, int at, int name, int value) throws IOException {
    pairs[at] = names.name(name);
    pairs[at + 1] = names.value(name, value);
    return at + 2;
  }

  /// The number of the series with exactly these labels, or -1.
  int find(Labels wanted) throws IOException {
    int low = 0;
    int high = series - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = labels(middle).compareTo(wanted);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  // ---- many series -----------------------------------------------------------------------------

  /// Matchers by what they look at.
  private final class Tests {
    final List<ValueTest> ofName = new ArrayList<>();
    final List<ValueTest> ofLe = new ArrayList<>();
    final List<ValueTest> ofSet = new ArrayList<>();

    /// Whether no series is selected at all.
    boolean rejectAll;

    Tests(List<LabelMatcher> matchers) throws IOException {
      for (LabelMatcher matcher : matchers) {
        ValueTest test = ValueTest.of(names, matcher);
        if (test.rejectsAll()) {
          rejectAll = true;
          return;
        }
        if (test.name() >= 0) { // else no series has the label, and the empty value is selected
          (test.name() == metricName ? ofName : test.name() == le ? ofLe : ofSet).add(test);
        }
      }
    }
  }

  /// Takes selected series of one metric name, some at a time.
  private interface Taker {
    /// Takes what was found last; false to be given no more of this run.
    boolean take(int run, Found found) throws IOException;
  }

  /// The numbers of all series that all matchers select, ascending.
  int[] select(List<LabelMatcher> matchers) throws IOException {
    Found found = new Found();
    walk(matchers, found, (_, _) -> true);
    return Arrays.copyOf(found.numbers, found.count);
  }

  private void walk(List<LabelMatcher> matchers, Found found, Taker taker) throws IOException {
    Tests tests = new Tests(matchers);
    if (tests.rejectAll) {
      return;
    }
    BitSet accepted = new BitSet(runs);
    long candidates = 0;
    for (int run = 0; run < runs; run++) {
      if (accepts(tests.ofName, runName(run))) {
        accepted.set(run);
        candidates += runStart(run + 1) - runStart(run);
      }
    }
    SetFilter filter = tests.ofSet.isEmpty() ? null : new SetFilter(sets, tests.ofSet, candidates);
    for (int run = accepted.nextSetBit(0); run >= 0; run = accepted.nextSetBit(run + 1)) {
      int end = runStart(run + 1);
      boolean more = true;
      for (int from = runStart(run); from < end && more; from += BATCH) {
        int before = found.count;
        select(from, Math.min(end, from + BATCH), tests.ofLe, filter, found);
        more = found.count == before || taker.take(run, found);
      }
    }
  }

  /// Series found so far, and scratch arrays.
  private static final class Found {
    int[] numbers = new int[64];
    int count;
    final int[] setsOf = new int[BATCH];
    final int[] lesOf = new int[BATCH];
    final byte[] scratch = new byte[BATCH * 4];
  }

  private void select(
      int from, int to, List<ValueTest> ofLe, @Nullable SetFilter filter, Found found)
      throws IOException {
    int count = to - from;
    if (found.numbers.length < found.count + count) {
      found.numbers = Arrays.copyOf(found.numbers, found.count + count + found.count / 2);
    }
    boolean checkLe = !ofLe.isEmpty();
    if (checkLe) {
      file.numbers(leColumn + (long) from * leWidth, leWidth, count, found.lesOf, found.scratch);
    }
    if (filter != null && setWidth > 0) {
      file.numbers(
          setColumn + (long) from * setWidth, setWidth, count, found.setsOf, found.scratch);
    }
    int at = found.count;
    for (int i = 0; i < count; i++) {
      if ((!checkLe || accepts(ofLe, found.lesOf[i]))
          && (filter == null || filter.accepts(found.setsOf[i]))) {
        found.numbers[at++] = from + i;
      }
    }
    found.count = at;
  }

  static boolean accepts(List<ValueTest> tests, int value) throws IOException {
    for (int i = 0; i < tests.size(); i++) {
      if (!tests.get(i).accepts(value)) {
        return false;
      }
    }
    return true;
  }

  List<String> labelNames() throws IOException {
    List<String> all = new ArrayList<>(names.count());
    for (int name = 0; name < names.count(); name++) {
      all.add(names.name(name));
    }
    return all;
  }

  /// The label names of all series that all matchers select.
  List<String> labelNames(List<LabelMatcher> matchers) throws IOException {
    BitSet found = new BitSet(names.count());
    BitSet ofSets = new BitSet(sets.count());
    Found series = new Found();
    walk(
        matchers,
        series,
        (run, some) -> {
          if (metricName >= 0 && runName(run) != 0) {
            found.set(metricName);
          }
          for (int i = 0; i < some.count; i++) {
            ofSets.set(setOf(some.numbers[i]));
            if (le >= 0 && !found.get(le) && leOf(some.numbers[i]) != 0) {
              found.set(le);
            }
          }
          some.count = 0;
          return true;
        });
    for (int set = ofSets.nextSetBit(0); set >= 0; ) {
      int shape = sets.shapeOf(set);
      for (int name : sets.names(shape)) {
        found.set(name);
      }
      set = ofSets.nextSetBit(sets.endSet(shape));
    }
    List<String> result = new ArrayList<>(found.cardinality());
    for (int name = found.nextSetBit(0); name >= 0; name = found.nextSetBit(name + 1)) {
      result.add(names.name(name));
    }
    return result;
  }

  /// The values of a label in all series that all matchers select.
  List<String> labelValues(String label, List<LabelMatcher> matchers) throws IOException {
    int name = names.find(label);
    if (name < 0) {
      return List.of();
    }
    BitSet found = new BitSet(names.values(name) + 1);
    BitSet ofSets = new BitSet(sets.count());
    walk(
        matchers,
        new Found(),
        (run, some) -> {
          if (name == metricName) {
            found.set(runName(run));
          } else {
            for (int i = 0; i < some.count; i++) {
              if (name == le) {
                found.set(leOf(some.numbers[i]));
              } else {
                ofSets.set(setOf(some.numbers[i]));
              }
            }
          }
          some.count = 0;
          return name != metricName;
        });
    for (int set = ofSets.nextSetBit(0); set >= 0; set = ofSets.nextSetBit(set + 1)) {
      int shape = sets.shapeOf(set);
      int column = Arrays.binarySearch(sets.names(shape), name);
      if (column >= 0) {
        found.set(sets.value(set, shape, column));
      }
    }
    List<String> result = new ArrayList<>(found.cardinality());
    for (int value = found.nextSetBit(1); value >= 0; value = found.nextSetBit(value + 1)) {
      result.add(names.value(name, value));
    }
    return result;
  }

  List<String> labelValues(String label) throws IOException {
    int name = names.find(label);
    List<String> all = new ArrayList<>();
    for (int value = 1; name >= 0 && value <= names.values(name); value++) {
      all.add(names.value(name, value));
    }
    return all;
  }

  /// How many of the series have each value of a label, in the order of values; those without it
  /// under the empty value.
  Map<String, Integer> countByValue(String label, int[] numbers) throws IOException {
    int name = names.find(label);
    int[] counts = new int[name < 0 ? 1 : names.values(name) + 1];
    for (int number : numbers) {
      int value = name < 0 ? 0 : valueOf(number, name);
      if (value < 0 || value >= counts.length) {
        throw names.noSuchValue(name, value);
      }
      counts[value]++;
    }
    return named(name, counts);
  }

  /// As [#countByValue] for all series and the metric name, from its runs.
  Map<String, Integer> countByMetricName() throws IOException {
    int[] counts = new int[metricName < 0 ? 1 : names.values(metricName) + 1];
    for (int run = 0; run < runs; run++) {
      counts[metricName < 0 ? 0 : runName(run)] += runStart(run + 1) - runStart(run);
    }
    return named(metricName, counts);
  }

  private Map<String, Integer> named(int name, int[] counts) throws IOException {
    Map<String, Integer> result = new LinkedHashMap<>();
    for (int value = 0; value < counts.length; value++) {
      if (counts[value] > 0) {
        result.put(value == 0 ? "" : names.value(name, value), counts[value]);
      }
    }
    return result;
  }

  private int valueOf(int number, int name) throws IOException {
    if (name == metricName) {
      return runName(runOf(number));
    }
    if (name == le) {
      return leOf(number);
    }
    int set = setOf(number);
    int shape = sets.shapeOf(set);
    int column = Arrays.binarySearch(sets.names(shape), name);
    return column < 0 ? 0 : sets.value(set, shape, column);
  }
}
