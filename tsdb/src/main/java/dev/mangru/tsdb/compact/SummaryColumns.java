package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.TimeRange;
import java.util.Arrays;

/// Summaries of one series, one for each bucket of time that has a sample, in time order; reused
/// from series to series. Confined to one thread.
///
/// Stale markers are no samples here, as in a range of PromQL. Native histograms are only counted.
public final class SummaryColumns {

  /// Integers up to here are added without rounding, in whatever order.
  private static final double EXACT = 1L << 53;

  /// One value of each summary.
  public enum Column {
    /// How many floats.
    COUNT(0),
    /// Their sum, with Neumaier's compensation, as `sum_over_time` adds.
    SUM(1),
    /// The least; NaN only if there is nothing else. Of 0 and -0 the later.
    MIN(2),
    /// The greatest; NaN only if there is nothing else. Of 0 and -0 the later.
    MAX(3),
    /// The first.
    FIRST(4),
    /// The last.
    LAST(5),
    /// How much a counter grew from the first to the last; a value lower than the one before it is
    /// a reset, and counts from 0.
    INCREASE(6),
    /// 1 if all are integers of at most 2^53 and none is -0, else 0.
    INTEGRAL(7),
    /// How many native histograms.
    HISTOGRAMS(8);

    private final int place;

    Column(int place) {
      this.place = place;
    }

    /// Its number in files.
    int place() {
      return place;
    }
  }

  private static final int COLUMNS = Column.values().length;

  private long[] endsMs = new long[64];
  private final double[][] values = new double[COLUMNS][64];
  private int count;
  private double compensation;

  /// How many summaries there are.
  public int count() {
    return count;
  }

  /// When each bucket ends, in milliseconds, inside it; ascending.
  public long[] endsMs() {
    return endsMs;
  }

  /// The values of a column; those at [#count] and beyond mean nothing. All columns of a bucket
  /// without floats are 0 but [Column#HISTOGRAMS].
  public double[] values(Column column) {
    return values[column.place];
  }

  /// Forgets everything and keeps the arrays.
  public void clear() {
    count = 0;
  }

  /// Adds the summaries of a later block. The last bucket here and the first one there may be two
  /// halves of one; everything that puts buckets together takes them as they are.
  public void append(SummaryColumns later) {
    for (int i = 0; i < later.count; i++) {
      int at = grow();
      endsMs[at] = later.endsMs[i];
      for (int k = 0; k < COLUMNS; k++) {
        values[k][at] = later.values[k][i];
      }
    }
  }

  /// Removes the buckets of which any time is in `intervals`, as [Deleted#intervals] gives them.
  public void removeOverlapping(long[] intervals, Resolution resolution) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (!FileCursor.overlap(intervals, endsMs[i] - resolution.millis() + 1, endsMs[i])) {
        endsMs[kept] = endsMs[i];
        for (double[] column : values) {
          column[kept] = column[i];
        }
        kept++;
      }
    }
    count = kept;
  }

  /// Replaces what is here by the summaries of `samples`.
  public void summarize(SampleColumns samples, Resolution resolution) {
    clear();
    summarize(samples, 0, samples.count(), resolution);
  }

  /// Adds the summaries of the samples `[from, to)`, which come after what is here. A bucket that
  /// ends as the last one here does is another half of it.
  public void summarize(SampleColumns samples, int from, int to, Resolution resolution) {
    compensation = 0;
    int begun = count;
    long[] times = samples.timesMs();
    double[] floats = samples.values();
    for (int i = from; i < to; i++) {
      if (StaleMarker.is(floats[i])) {
        continue;
      }
      long end = resolution.endOf(times[i]);
      if (count == begun || endsMs[count - 1] != end) {
        if (count > begun) {
          finishSum();
        }
        begin(end);
      }
      if (samples.histogram(i) != null) {
        values(Column.HISTOGRAMS)[count - 1]++;
      } else {
        add(floats[i]);
      }
    }
    if (count > begun) {
      finishSum();
    }
  }

  /// Adds one float as a bucket of its own that ends at its time.
  public void add(long timeMs, double value) {
    begin(timeMs);
    values(Column.COUNT)[count - 1] = 1;
    for (Column column : SINGLE) {
      values(column)[count - 1] = value;
    }
    values(Column.INTEGRAL)[count - 1] = integral(value) ? 1 : 0;
  }

  private static final Column[] SINGLE = {
    Column.SUM, Column.MIN, Column.MAX, Column.FIRST, Column.LAST
  };

  /// Adds bucket `i` of another one, with another end.
  public void append(SummaryColumns other, int i, long endMs) {
    int at = grow();
    endsMs[at] = endMs;
    for (int k = 0; k < COLUMNS; k++) {
      values[k][at] = other.values[k][i];
    }
  }

  /// Makes one of the last bucket and bucket `i` of another one, which is later.
  public void join(SummaryColumns other, int i) {
    int at = count - 1;
    double before = values(Column.COUNT)[at];
    double added = other.values(Column.COUNT)[i];
    values(Column.HISTOGRAMS)[at] += other.values(Column.HISTOGRAMS)[i];
    if (added == 0) {
      return;
    }
    if (before == 0) {
      double histograms = values(Column.HISTOGRAMS)[at];
      for (int k = 0; k < COLUMNS; k++) {
        values[k][at] = other.values[k][i];
      }
      values(Column.HISTOGRAMS)[at] = histograms;
      return;
    }
    double last = values(Column.LAST)[at];
    double first = other.values(Column.FIRST)[i];
    values(Column.COUNT)[at] += added;
    values(Column.SUM)[at] += other.values(Column.SUM)[i];
    values(Column.MIN)[at] = lesser(values(Column.MIN)[at], other.values(Column.MIN)[i]);
    values(Column.MAX)[at] = greater(values(Column.MAX)[at], other.values(Column.MAX)[i]);
    values(Column.INCREASE)[at] +=
        (first < last ? first : first - last) + other.values(Column.INCREASE)[i];
    values(Column.LAST)[at] = other.values(Column.LAST)[i];
    values(Column.INTEGRAL)[at] =
        Math.min(values(Column.INTEGRAL)[at], other.values(Column.INTEGRAL)[i]);
  }

  private void begin(long endMs) {
    int at = grow();
    endsMs[at] = endMs;
    for (double[] column : values) {
      column[at] = 0;
    }
    compensation = 0;
  }

  private int grow() {
    if (count == endsMs.length) {
      endsMs = Arrays.copyOf(endsMs, 2 * count);
      for (int i = 0; i < COLUMNS; i++) {
        values[i] = Arrays.copyOf(values[i], 2 * count);
      }
    }
    return count++;
  }

  private void add(double value) {
    int at = count - 1;
    double[] counts = values(Column.COUNT);
    if (counts[at]++ == 0) {
      values(Column.MIN)[at] = value;
      values(Column.MAX)[at] = value;
      values(Column.FIRST)[at] = value;
      values(Column.INTEGRAL)[at] = 1;
    } else {
      double before = values(Column.LAST)[at];
      values(Column.INCREASE)[at] += value < before ? value : value - before;
      values(Column.MIN)[at] = lesser(values(Column.MIN)[at], value);
      values(Column.MAX)[at] = greater(values(Column.MAX)[at], value);
    }
    values(Column.LAST)[at] = value;
    if (!integral(value)) {
      values(Column.INTEGRAL)[at] = 0;
    }
    double sum = values(Column.SUM)[at];
    double total = sum + value;
    if (Double.isInfinite(total)) {
      compensation = 0;
    } else if (Math.abs(sum) >= Math.abs(value)) {
      compensation += sum - total + value;
    } else {
      compensation += value - total + sum;
    }
    values(Column.SUM)[at] = total;
  }

  private void finishSum() {
    double sum = values(Column.SUM)[count - 1];
    double total = Double.isInfinite(sum) ? sum : sum + compensation;
    // Which NaN the sum of two is depends on the processor and the compiler; files do not.
    values(Column.SUM)[count - 1] = Double.isNaN(total) ? Double.NaN : total;
    compensation = 0;
  }

  private static double lesser(double least, double value) {
    return value <= least || Double.isNaN(least) ? value : least;
  }

  private static double greater(double greatest, double value) {
    return value >= greatest || Double.isNaN(greatest) ? value : greatest;
  }

  private static boolean integral(double value) {
    // The bits tell -0 from 0: the average of -0 alone is -0.
    return Math.abs(value) <= EXACT
        && Double.doubleToRawLongBits(value) == Double.doubleToRawLongBits((double) (long) value);
  }

  // ---- putting buckets together ----------------------------------------------------------------

  /// Whether count, least and greatest of buckets `[from, to)` are exactly those of their samples:
  /// there is no histogram among them.
  public boolean exactExtremes(int from, int to) {
    double histograms = 0;
    for (int i = from; i < to; i++) {
      histograms += values(Column.HISTOGRAMS)[i];
    }
    return histograms == 0;
  }

  /// Whether the sum of buckets `[from, to)` is exactly that of their samples: there is no
  /// histogram, and no order of adding can round.
  public boolean exactSum(int from, int to) {
    double total = 0;
    double largest = 0;
    for (int i = from; i < to; i++) {
      if (values(Column.INTEGRAL)[i] == 0) {
        return false;
      }
      total += values(Column.COUNT)[i];
      largest = Math.max(largest, Math.abs(values(Column.MIN)[i]));
      largest = Math.max(largest, Math.abs(values(Column.MAX)[i]));
    }
    return total * largest < EXACT && exactExtremes(from, to);
  }

  /// The floats in buckets `[from, to)`.
  public double count(int from, int to) {
    return total(Column.COUNT, from, to);
  }

  /// Their sum.
  public double sum(int from, int to) {
    return total(Column.SUM, from, to);
  }

  private double total(Column column, int from, int to) {
    double total = 0;
    for (int i = from; i < to; i++) {
      total += values(column)[i];
    }
    return total;
  }

  /// The least of them; NaN if there is none or nothing else.
  public double min(int from, int to) {
    double least = Double.NaN;
    for (int i = from; i < to; i++) {
      if (values(Column.COUNT)[i] > 0) {
        least = lesser(least, values(Column.MIN)[i]);
      }
    }
    return least;
  }

  /// The greatest of them; NaN if there is none or nothing else.
  public double max(int from, int to) {
    double greatest = Double.NaN;
    for (int i = from; i < to; i++) {
      if (values(Column.COUNT)[i] > 0) {
        greatest = greater(greatest, values(Column.MAX)[i]);
      }
    }
    return greatest;
  }

  /// How much a counter grew from the first to the last of them, resets between buckets included.
  /// Not extrapolated.
  public double increase(int from, int to) {
    double increase = 0;
    double before = Double.NaN;
    boolean any = false;
    for (int i = from; i < to; i++) {
      if (values(Column.COUNT)[i] > 0) {
        double first = values(Column.FIRST)[i];
        if (any) {
          increase += first < before ? first : first - before;
        }
        increase += values(Column.INCREASE)[i];
        before = values(Column.LAST)[i];
        any = true;
      }
    }
    return increase;
  }

  // ---- as samples ------------------------------------------------------------------------------

  /// Time between the columns of a bucket where summaries are kept as samples: more than any two
  /// ends are apart. 2^44 ms are 557 years.
  static final long SHIFT_MS = 1L << 44;

  /// Ends are between minus this and this, 278 years around 1970.
  static final long MAX_END_MS = 1L << 43;

  /// Whether the samples of `range` can be summarised: their ends are between the bounds.
  public static boolean holds(TimeRange range) {
    return range.startMs() >= -MAX_END_MS && range.endMs() <= MAX_END_MS - Resolution.D1H.millis();
  }

  /// Replaces what `target` holds by a column.
  void toSamples(Column column, SampleColumns target) {
    target.clear();
    target.ensureCapacity(count);
    long shift = column.place * SHIFT_MS;
    for (int i = 0; i < count; i++) {
      target.timesMs()[i] = endsMs[i] + shift;
    }
    System.arraycopy(values(column), 0, target.values(), 0, count);
    target.grewTo(count);
  }

  /// Takes a column; the first one, [Column#COUNT], makes the buckets. False if it does not fit
  /// them.
  boolean fromSamples(Column column, SampleColumns source) {
    long shift = column.place * SHIFT_MS;
    if (column == Column.COUNT) {
      clear();
      for (int i = 0; i < source.count(); i++) {
        int at = grow(); // before the array, which it may replace
        endsMs[at] = source.timesMs()[i];
      }
    } else if (column == Column.HISTOGRAMS && source.count() == 0) {
      Arrays.fill(values(column), 0, count, 0);
      return true;
    }
    if (source.count() != count) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (source.timesMs()[i] - shift != endsMs[i]) {
        return false;
      }
    }
    System.arraycopy(source.values(), 0, values(column), 0, count);
    return true;
  }

  /// Sets a column to 0.
  void zero(Column column) {
    Arrays.fill(values(column), 0, count, 0);
  }

  boolean anyHistogram() {
    return !exactExtremes(0, count);
  }
}
