package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Side;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import java.util.Arrays;

/// Adds native histograms up, count by count and each with compensation. Confined to one thread.
///
/// The sum has the lowest schema and the largest zero bucket of its terms: a zero threshold inside
/// a populated bucket is raised to that bucket's end, until all agree. Of custom bounds those stay
/// that all terms have.
///
/// Source: Prometheus `FloatHistogram.KahanAdd`, `reconcileZeroBuckets`,
/// `intersectCustomBucketBounds`.
final class HistogramSum {

  /// Buckets on one side of zero, ascending by index.
  private static final class Row {
    private int[] indexes = new int[8];
    private double[] sums = new double[8];
    private double[] rests = new double[8];
    private int size;

    void set(Side side) {
      size = 0;
      for (int i = 0; i < side.size(); i++) {
        append(side.indexes()[i], side.counts()[i], 0);
      }
    }

    private void append(int index, double sum, double rest) {
      if (size == indexes.length) {
        indexes = Arrays.copyOf(indexes, 2 * size);
        sums = Arrays.copyOf(sums, 2 * size);
        rests = Arrays.copyOf(rests, 2 * size);
      }
      indexes[size] = index;
      sums[size] = sum;
      rests[size++] = rest;
    }

    private void plus(int at, double value) {
      double total = sums[at] + value;
      rests[at] = NeumaierSum.compensate(sums[at], rests[at], value, total);
      sums[at] = total;
    }

    /// Adds buckets that have indexes of the same meaning.
    void add(int[] others, double[] counts, int from, int count, double sign) {
      Row merged = new Row();
      int left = 0;
      int right = from;
      while (left < size || right < count) {
        if (right == count || (left < size && indexes[left] < others[right])) {
          merged.append(indexes[left], sums[left], rests[left]);
          left++;
        } else if (left == size || others[right] < indexes[left]) {
          merged.append(others[right], 0, 0);
          merged.plus(merged.size - 1, sign * counts[right]);
          right++;
        } else {
          merged.append(indexes[left], sums[left], rests[left]);
          merged.plus(merged.size - 1, sign * counts[right]);
          left++;
          right++;
        }
      }
      take(merged);
    }

    private void take(Row other) {
      indexes = other.indexes;
      sums = other.sums;
      rests = other.rests;
      size = other.size;
    }

    /// Gives every bucket the index that `target` has for it; indexes stay in order.
    void reindex(int[] target) {
      Row merged = new Row();
      for (int i = 0; i < size; i++) {
        int last = merged.size - 1;
        if (last >= 0 && merged.indexes[last] == target[i]) {
          merged.plus(last, sums[i]);
          merged.plus(last, rests[i]);
        } else {
          merged.append(target[i], sums[i], rests[i]);
        }
      }
      take(merged);
    }

    void copy(Row from) {
      indexes = from.indexes.clone();
      sums = from.sums.clone();
      rests = from.rests.clone();
      size = from.size;
    }

    void scale(double factor, boolean divide) {
      for (int i = 0; i < size; i++) {
        sums[i] = divide ? sums[i] / factor : sums[i] * factor;
        rests[i] = divide ? rests[i] / factor : rests[i] * factor;
      }
    }

    boolean exceeds(double limit) {
      for (int i = 0; i < size; i++) {
        if (Math.abs(value(i)) > limit) {
          return true;
        }
      }
      return false;
    }

    void dropFirst(int count) {
      System.arraycopy(indexes, count, indexes, 0, size - count);
      System.arraycopy(sums, count, sums, 0, size - count);
      System.arraycopy(rests, count, rests, 0, size - count);
      size -= count;
    }

    double value(int at) {
      return sums[at] + rests[at];
    }

    Side side() {
      double[] counts = new double[size];
      for (int i = 0; i < size; i++) {
        counts[i] = value(i);
      }
      return new Side(Arrays.copyOf(indexes, size), counts);
    }
  }

  private int schema;
  private boolean custom;
  private ResetHint hint = ResetHint.UNKNOWN;
  private boolean sawReset;
  private boolean sawNoReset;
  private boolean reconciled;
  private boolean reconciledLast;
  private double zeroThreshold;
  private final NeumaierSum zero = new NeumaierSum();
  private final NeumaierSum count = new NeumaierSum();
  private final NeumaierSum sum = new NeumaierSum();
  private final Row positive = new Row();
  private final Row negative = new Row();
  private double[] bounds = {};
  private boolean empty = true;

  /// Begins anew with one term.
  void set(FloatHistogram first) {
    schema = first.schema();
    custom = first.custom();
    hint = first.hint();
    sawReset = hint == ResetHint.RESET;
    sawNoReset = hint == ResetHint.NO_RESET;
    reconciled = false;
    reconciledLast = false;
    zeroThreshold = first.zeroThreshold();
    zero.reset();
    zero.add(first.zeroCount());
    count.reset();
    count.add(first.count());
    sum.reset();
    sum.add(first.sum());
    positive.set(first.positive());
    negative.set(first.negative());
    bounds = first.customBounds();
    empty = false;
  }

  /// Another one with the same terms so far.
  HistogramSum copy() {
    HistogramSum copy = new HistogramSum();
    copy.schema = schema;
    copy.custom = custom;
    copy.hint = hint;
    copy.sawReset = sawReset;
    copy.sawNoReset = sawNoReset;
    copy.reconciled = reconciled;
    copy.reconciledLast = reconciledLast;
    copy.zeroThreshold = zeroThreshold;
    copy.zero.set(zero);
    copy.count.set(count);
    copy.sum.set(sum);
    copy.positive.copy(positive);
    copy.negative.copy(negative);
    copy.bounds = bounds;
    copy.empty = empty;
    return copy;
  }

  /// Multiplies every count and the sum with a positive `factor`, or divides them.
  void scale(double factor, boolean divide) {
    zero.scale(factor, divide);
    count.scale(factor, divide);
    sum.scale(factor, divide);
    positive.scale(factor, divide);
    negative.scale(factor, divide);
  }

  /// Whether any number in the sum is further from zero than `limit`.
  boolean exceeds(double limit) {
    return Math.abs(zero.result()) > limit
        || Math.abs(count.result()) > limit
        || Math.abs(sum.result()) > limit
        || positive.exceeds(limit)
        || negative.exceeds(limit);
  }

  /// Whether terms said both that the counter was reset and that it was not.
  boolean conflictingResets() {
    return sawReset && sawNoReset;
  }

  /// Whether terms had different custom bounds.
  boolean reconciledBounds() {
    return reconciled;
  }

  /// Whether the term added or taken away last had other custom bounds than what was there.
  boolean reconciledLast() {
    return reconciledLast;
  }

  /// Adds a term. False, and nothing has changed, if one has exponential and the other custom
  /// buckets.
  boolean add(FloatHistogram term) {
    return combine(term, 1);
  }

  /// Takes a term away; as [#add].
  boolean subtract(FloatHistogram term) {
    return combine(term, -1);
  }

  private boolean combine(FloatHistogram term, double sign) {
    if (empty) {
      set(sign > 0 ? term : term.times(-1).withHint(term.hint()));
      return true;
    }
    if (custom != term.custom()) {
      return false;
    }
    reconciledLast = false;
    addHint(term.hint());
    if (custom) {
      addCustom(term, sign);
    } else {
      addExponential(term, sign);
    }
    count.add(sign * term.count());
    sum.add(sign * term.sum());
    return true;
  }

  private void addHint(ResetHint other) {
    sawReset |= other == ResetHint.RESET;
    sawNoReset |= other == ResetHint.NO_RESET;
    if (hint != other) {
      hint =
          hint == ResetHint.GAUGE || other == ResetHint.GAUGE ? ResetHint.GAUGE : ResetHint.UNKNOWN;
    }
  }

  // Exponential buckets -------------------------------------------------------------------------

  private void addExponential(FloatHistogram term, double sign) {
    double termZero = term.zeroCount();
    double termThreshold = term.zeroThreshold();
    while (termThreshold != zeroThreshold) {
      if (termThreshold < zeroThreshold) {
        ZeroBucket wider = ZeroBucket.of(term, zeroThreshold);
        termZero = wider.count();
        termThreshold = wider.threshold();
      } else {
        widenZero(termThreshold);
      }
    }
    zero.add(sign * termZero);
    int target = Math.min(schema, term.schema());
    reduceTo(target);
    addSide(positive, term.positive(), term, target, sign);
    addSide(negative, term.negative(), term, target, sign);
  }

  /// Adds the buckets of a side that are not in the zero bucket.
  private void addSide(Row row, Side side, FloatHistogram term, int target, double sign) {
    Side rest = outside(term, side, zeroThreshold, term.schema() - target);
    row.add(rest.indexes(), rest.counts(), 0, rest.size(), sign);
  }

  /// The buckets outside a zero bucket that is as wide as that of `histogram` or wider, at a schema
  /// that is `levels` lower. A bucket that its own zero bucket overlaps is outside, and whole.
  static Side outside(FloatHistogram histogram, Side side, double zeroThreshold, int levels) {
    int from = 0;
    if (histogram.zeroThreshold() != zeroThreshold) {
      while (from < side.size() && histogram.lowerBound(side.indexes()[from]) < zeroThreshold) {
        from++;
      }
    }
    Side rest = from(side, from).reduced(levels);
    int inside = 0;
    while (inside < rest.size()
        && histogram.upperBound(rest.indexes()[inside] << levels) <= zeroThreshold) {
      inside++;
    }
    return from(rest, inside);
  }

  private static Side from(Side side, int from) {
    return from == 0
        ? side
        : new Side(
            Arrays.copyOfRange(side.indexes(), from, side.size()),
            Arrays.copyOfRange(side.counts(), from, side.size()));
  }

  private void reduceTo(int target) {
    int levels = schema - target;
    if (levels > 0) {
      positive.reindex(reduced(positive, levels));
      negative.reindex(reduced(negative, levels));
      schema = target;
    }
  }

  private static int[] reduced(Row row, int levels) {
    int[] target = new int[row.size];
    for (int i = 0; i < target.length; i++) {
      target[i] = FloatHistogram.reducedIndex(row.indexes[i], levels);
    }
    return target;
  }

  /// Raises the zero threshold to `threshold` or the end of the populated bucket it falls into.
  private void widenZero(double threshold) {
    FloatHistogram now = result();
    ZeroBucket wider = ZeroBucket.of(now, threshold);
    zeroThreshold = wider.threshold();
    mergeIntoZero(positive, now);
    mergeIntoZero(negative, now);
  }

  private void mergeIntoZero(Row row, FloatHistogram now) {
    int gone = 0;
    while (gone < row.size && now.lowerBound(row.indexes[gone]) < zeroThreshold) {
      zero.add(row.sums[gone]);
      zero.add(row.rests[gone]);
      gone++;
    }
    row.dropFirst(gone);
  }

  /// What a zero bucket of at least some width holds.
  private record ZeroBucket(double count, double threshold) {

    static ZeroBucket of(FloatHistogram histogram, double wanted) {
      double threshold = wanted;
      while (true) {
        double above = reach(histogram, histogram.positive(), threshold);
        double reached = reach(histogram, histogram.negative(), above);
        if (reached == threshold) {
          double count = histogram.zeroCount();
          count += inside(histogram, histogram.positive(), threshold);
          count += inside(histogram, histogram.negative(), threshold);
          return new ZeroBucket(count, threshold);
        }
        threshold = reached;
      }
    }

    /// `threshold`, or where the populated bucket ends that it falls into.
    private static double reach(FloatHistogram histogram, Side side, double threshold) {
      for (int i = 0; i < side.size(); i++) {
        if (histogram.lowerBound(side.indexes()[i]) >= threshold) {
          break;
        }
        double upper = histogram.upperBound(side.indexes()[i]);
        if (upper > threshold && side.counts()[i] != 0) {
          return upper;
        }
      }
      return threshold;
    }

    private static double inside(FloatHistogram histogram, Side side, double threshold) {
      double count = 0;
      for (int i = 0; i < side.size(); i++) {
        if (histogram.lowerBound(side.indexes()[i]) >= threshold) {
          break;
        }
        count += side.counts()[i];
      }
      return count;
    }
  }

  /// The count of the zero bucket of `histogram` if it were `threshold` wide, or NaN if that falls
  /// into a populated bucket.
  static double zeroCountAt(FloatHistogram histogram, double threshold) {
    if (threshold == histogram.zeroThreshold()) {
      return histogram.zeroCount();
    }
    ZeroBucket wider = ZeroBucket.of(histogram, threshold);
    return wider.threshold() == threshold ? wider.count() : Double.NaN;
  }

  // Custom buckets ------------------------------------------------------------------------------

  private void addCustom(FloatHistogram term, double sign) {
    double[] others = term.customBounds();
    if (Arrays.equals(bounds, others)) {
      positive.add(
          term.positive().indexes(), term.positive().counts(), 0, term.positive().size(), sign);
      return;
    }
    reconciled = true;
    reconciledLast = true;
    double[] common = common(bounds, others);
    int[] mine = new int[positive.size];
    for (int i = 0; i < mine.length; i++) {
      mine[i] = indexIn(common, bounds, positive.indexes[i]);
    }
    positive.reindex(mine);
    bounds = common;
    Side side = onBounds(term, common);
    positive.add(side.indexes(), side.counts(), 0, side.size(), sign);
  }

  /// The bounds that both have.
  static double[] common(double[] left, double[] right) {
    double[] common = new double[Math.min(left.length, right.length)];
    int found = 0;
    int i = 0;
    int j = 0;
    while (i < left.length && j < right.length) {
      if (left[i] == right[j]) {
        common[found++] = left[i];
        i++;
        j++;
      } else if (left[i] < right[j]) {
        i++;
      } else {
        j++;
      }
    }
    return Arrays.copyOf(common, found);
  }

  /// The buckets of a histogram put together to those of fewer bounds.
  static Side onBounds(FloatHistogram histogram, double[] bounds) {
    Row row = new Row();
    Side side = histogram.positive();
    int[] target = new int[side.size()];
    for (int i = 0; i < target.length; i++) {
      target[i] = indexIn(bounds, histogram.customBounds(), side.indexes()[i]);
    }
    row.set(side);
    row.reindex(target);
    return row.side();
  }

  /// Which bucket of `bounds` holds bucket `index` of `finer`.
  private static int indexIn(double[] bounds, double[] finer, int index) {
    if (index >= finer.length) {
      return bounds.length;
    }
    int found = Arrays.binarySearch(bounds, finer[index]);
    return found >= 0 ? found : -found - 1;
  }

  // Result --------------------------------------------------------------------------------------

  /// The sum so far, empty buckets included.
  FloatHistogram result() {
    return new FloatHistogram(
        schema,
        hint,
        zeroThreshold,
        zero.result(),
        count.result(),
        sum.result(),
        positive.side(),
        negative.side(),
        bounds);
  }
}
