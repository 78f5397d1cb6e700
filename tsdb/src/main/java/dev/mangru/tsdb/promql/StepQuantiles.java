package dev.mangru.tsdb.promql;

import java.util.Arrays;
import java.util.List;

/// `quantile`: at each step of one group the value at a rank, found without sorting all. Confined
/// to the query's thread.
///
/// Values are turned into integers that order as [Double#compare] does, NaN first; several steps
/// are gathered at a time, because each is a column across all series.
final class StepQuantiles {

  /// Doubles in a cache line.
  private static final int COLUMNS = 8;

  private final List<StepSeries> members;
  private final QueryBudget budget;
  private final long[][] columns;
  private final int[] sizes = new int[COLUMNS];

  StepQuantiles(List<StepSeries> members, QueryBudget budget) {
    this.members = members;
    this.budget = budget;
    budget.hold((long) COLUMNS * members.size());
    this.columns = new long[COLUMNS][members.size()];
  }

  /// Writes the quantile of each step to `into`; to be called once.
  ///
  /// @param quantiles one per step
  void of(double[] quantiles, double[] into) {
    for (int first = 0; first < into.length; first += COLUMNS) {
      int width = Math.min(COLUMNS, into.length - first);
      gather(first, width);
      for (int c = 0; c < width; c++) {
        if (sizes[c] > 0) {
          into[first + c] = of(quantiles[first + c], columns[c], sizes[c]);
        }
      }
    }
    budget.release((long) COLUMNS * members.size());
  }

  private void gather(int first, int width) {
    Arrays.fill(sizes, 0);
    for (int m = 0; m < members.size(); m++) {
      double[] values = members.get(m).values();
      for (int c = 0; c < width; c++) {
        double value = values[first + c];
        if (!StepSeries.isAbsent(value)) {
          columns[c][sizes[c]++] = key(value);
        }
      }
      if ((m & 1023) == 1023) {
        budget.work(1024 * width);
      }
    }
    budget.work((members.size() & 1023) * width);
  }

  /// NaN becomes the least of all.
  private static long key(double value) {
    if (Double.isNaN(value)) {
      return Long.MIN_VALUE;
    }
    long bits = Double.doubleToRawLongBits(value);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  private static double value(long key) {
    return key == Long.MIN_VALUE
        ? Double.NaN
        : Double.longBitsToDouble(key ^ ((key >> 63) & Long.MAX_VALUE));
  }

  /// As [Quantiles#of].
  private double of(double q, long[] keys, int size) {
    if (Double.isNaN(q)) {
      return Double.NaN;
    }
    if (q < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (q > 1) {
      return Double.POSITIVE_INFINITY;
    }
    double rank = q * (size - 1);
    int lower = (int) Math.max(0, Math.floor(rank));
    int upper = Math.min(size - 1, lower + 1);
    double weight = rank - Math.floor(rank);
    long low = select(keys, size, lower);
    long high = low;
    if (upper > lower) {
      high = keys[upper];
      for (int i = upper + 1; i < size; i++) {
        high = Math.min(high, keys[i]);
      }
    }
    budget.work(size);
    return value(low) * (1 - weight) + value(high) * weight;
  }

  /// Hoare's selection: the element of rank `k`; afterwards nothing right of it is less. The pivot
  /// is the median of three; many rounds without end are sorted instead.
  private static long select(long[] keys, int size, int k) {
    int left = 0;
    int right = size - 1;
    int rounds = 4 * (32 - Integer.numberOfLeadingZeros(size));
    while (left < right) {
      if (rounds-- == 0) {
        Arrays.sort(keys, left, right + 1);
        break;
      }
      int middle = (left + right) >>> 1;
      long pivot = median(keys[left], keys[middle], keys[right]);
      int i = left;
      int j = right;
      while (i <= j) {
        while (keys[i] < pivot) {
          i++;
        }
        while (keys[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = keys[i];
          keys[i++] = keys[j];
          keys[j--] = swapped;
        }
      }
      if (k <= j) {
        right = j;
      } else if (k >= i) {
        left = i;
      } else {
        break;
      }
    }
    return keys[k];
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
