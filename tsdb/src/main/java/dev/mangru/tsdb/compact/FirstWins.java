package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.SampleColumns;

/// Merges samples of one series from two places; of two samples at one time the first place's
/// counts. Pure, static, over columns.
final class FirstWins {

  private FirstWins() {}

  /// Replaces what `out` holds by the samples of `first` and those of `second` at other times.
  static void merge(SampleColumns first, SampleColumns second, SampleColumns out) {
    out.clear();
    out.ensureCapacity(first.count() + second.count());
    if (first.anyHistogram() || second.anyHistogram() || first.anyStart() || second.anyStart()) {
      mergeAny(first, second, out);
    } else {
      out.grewTo(
          mergeFloats(
              first.timesMs(),
              first.values(),
              first.count(),
              second.timesMs(),
              second.values(),
              second.count(),
              out.timesMs(),
              out.values()));
    }
  }

  private static void mergeAny(SampleColumns first, SampleColumns second, SampleColumns out) {
    int j = 0;
    for (int i = 0; i < first.count(); i++) {
      long time = first.timesMs()[i];
      while (j < second.count() && second.timesMs()[j] < time) {
        out.add(second, j++);
      }
      if (j < second.count() && second.timesMs()[j] == time) {
        j++;
      }
      out.add(first, i);
    }
    while (j < second.count()) {
      out.add(second, j++);
    }
  }

  private static int mergeFloats(
      long[] times1,
      double[] values1,
      int count1,
      long[] times2,
      double[] values2,
      int count2,
      long[] times,
      double[] values) {
    int i = 0;
    int j = 0;
    int n = 0;
    while (i < count1 && j < count2) {
      long time1 = times1[i];
      long time2 = times2[j];
      if (time2 < time1) {
        times[n] = time2;
        values[n++] = values2[j++];
      } else {
        times[n] = time1;
        values[n++] = values1[i++];
        if (time1 == time2) {
          j++;
        }
      }
    }
    System.arraycopy(times1, i, times, n, count1 - i);
    System.arraycopy(values1, i, values, n, count1 - i);
    n += count1 - i;
    System.arraycopy(times2, j, times, n, count2 - j);
    System.arraycopy(values2, j, values, n, count2 - j);
    return n + count2 - j;
  }

  /// Adds all samples of `from` to the end of `to`.
  static void append(SampleColumns from, SampleColumns to) {
    if (from.anyHistogram() || from.anyStart()) {
      for (int i = 0; i < from.count(); i++) {
        to.add(from, i);
      }
      return;
    }
    int at = to.count();
    to.ensureCapacity(at + from.count());
    System.arraycopy(from.timesMs(), 0, to.timesMs(), at, from.count());
    System.arraycopy(from.values(), 0, to.values(), at, from.count());
    to.grewTo(at + from.count());
  }
}
