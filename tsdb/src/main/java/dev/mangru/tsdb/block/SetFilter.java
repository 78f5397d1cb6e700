package dev.mangru.tsdb.block;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Several matchers against label sets. Confined to one thread.
///
/// What a shape decides for all its sets (no such label, one value for all) is decided once; what
/// is left is looked up in the columns, and remembered by set if sets will come up again.
final class SetFilter {

  private static final byte UNKNOWN = 0;
  private static final byte NO = 1;
  private static final byte YES = 2;

  private final LabelSets sets;
  private final List<ValueTest> tests;
  private final byte[] shapeKnown;
  private final int[][] columns;
  private final ValueTest[][] columnTests;
  private final byte @Nullable [] memo;
  private int shape = -1;
  private int from;
  private int to;

  /// @param candidates how many series will be asked for
  SetFilter(LabelSets sets, List<ValueTest> tests, long candidates) {
    this.sets = sets;
    this.tests = tests;
    this.shapeKnown = new byte[sets.shapes()];
    this.columns = new int[sets.shapes()][];
    this.columnTests = new ValueTest[sets.shapes()][];
    this.memo = candidates > sets.count() && !tests.isEmpty() ? new byte[sets.count()] : null;
  }

  boolean accepts(int set) throws IOException {
    if (memo != null && set >= 0 && set < memo.length && memo[set] != UNKNOWN) {
      return memo[set] == YES;
    }
    if (set < from || set >= to) {
      sets.check(set);
      shape = sets.shapeOf(set);
      from = sets.firstSet(shape);
      to = sets.endSet(shape);
      if (shapeKnown[shape] == UNKNOWN) {
        prepare(shape);
      }
    }
    boolean accepted = shapeKnown[shape] == YES && acceptsRow(set);
    if (memo != null) {
      memo[set] = accepted ? YES : NO;
    }
    return accepted;
  }

  private boolean acceptsRow(int set) throws IOException {
    int[] ofShape = columns[shape];
    ValueTest[] testsOfShape = columnTests[shape];
    for (int i = 0; i < ofShape.length; i++) {
      if (!testsOfShape[i].accepts(sets.value(set, shape, ofShape[i]))) {
        return false;
      }
    }
    return true;
  }

  private void prepare(int number) throws IOException {
    List<Integer> open = new ArrayList<>();
    List<ValueTest> openTests = new ArrayList<>();
    shapeKnown[number] = YES;
    for (ValueTest test : tests) {
      int column = Arrays.binarySearch(sets.names(number), test.name());
      if (column >= 0 && !sets.constant(number, column)) {
        open.add(column);
        openTests.add(test);
      } else if (!test.accepts(
          column < 0 ? 0 : sets.value(sets.firstSet(number), number, column))) {
        shapeKnown[number] = NO;
      }
    }
    columns[number] = open.stream().mapToInt(Integer::intValue).toArray();
    columnTests[number] = openTests.toArray(ValueTest[]::new);
  }
}
