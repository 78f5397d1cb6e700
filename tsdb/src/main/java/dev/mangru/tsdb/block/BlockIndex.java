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

  private static final int[] NO_SERIES = {};

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

  /// The numbers of all series that all matchers select, ascending.
  int[] select(List<LabelMatcher> matchers) throws IOException {
    List<ValueTest> ofName = new ArrayList<>();
    List<ValueTest> ofLe = new ArrayList<>();
    List<ValueTest> ofSet = new ArrayList<>();
    for (LabelMatcher matcher : matchers) {
      ValueTest test = ValueTest.of(names, matcher);
      if (test.rejectsAll()) {
        return NO_SERIES;
      }
      if (test.name() < 0) {
        continue; // no series has the label, and the matcher selects the empty value
      }
      (test.name() == metricName ? ofName : test.name() == le ? ofLe : ofSet).add(test);
    }
    BitSet accepted = new BitSet(runs);
    long candidates = 0;
    for (int run = 0; run < runs; run++) {
      if (accepts(ofName, runName(run))) {
        accepted.set(run);
        candidates += runStart(run + 1) - runStart(run);
      }
    }
    SetFilter filter = new SetFilter(sets, ofSet, candidates);
    Found found = new Found();
    for (int run = accepted.nextSetBit(0); run >= 0; run = accepted.nextSetBit(run + 1)) {
      int end = runStart(run + 1);
      for (int from = runStart(run); from < end; from += BATCH) {
        select(from, Math.min(end, from + BATCH), ofLe, ofSet.isEmpty() ? null : filter, found);
      }
    }
    return Arrays.copyOf(found.numbers, found.count);
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

  List<String> labelNames(int[] numbers) throws IOException {
    BitSet found = new BitSet(names.count());
    BitSet shapes = new BitSet(sets.shapes());
    for (int number : numbers) {
      shapes.set(sets.shapeOf(setOf(number)));
      if (metricName >= 0 && runName(runOf(number)) != 0) {
        found.set(metricName);
      }
      if (le >= 0 && leOf(number) != 0) {
        found.set(le);
      }
    }
    for (int shape = shapes.nextSetBit(0); shape >= 0; shape = shapes.nextSetBit(shape + 1)) {
      for (int name : sets.names(shape)) {
        found.set(name);
      }
    }
    List<String> result = new ArrayList<>(found.cardinality());
    for (int name = found.nextSetBit(0); name >= 0; name = found.nextSetBit(name + 1)) {
      result.add(names.name(name));
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
      counts[name < 0 ? 0 : valueOf(number, name)]++;
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
