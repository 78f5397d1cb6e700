package dev.mangru.tsdb;

import dev.mangru.model.metric.SampleColumns;
import java.util.Arrays;

/// Gathers the samples of one series from several places. In the normal case places do not overlap
/// in time and come in time order: then their samples just follow each other. Else they are merged,
/// and of two samples at one time the one of the place with the lower precedence number counts.
/// Reused from series to series; confined to one thread.
final class FirstWritten {

  private final SampleColumns merged = new SampleColumns();

  /// Where the places' samples begin in the columns, and the places' precedence.
  private int[] begins = new int[16];

  private int[] precedences = new int[16];
  private int places;
  private boolean ordered;

  void begin() {
    places = 0;
    ordered = true;
  }

  /// Says that the samples of one place were added to `columns` from `from` on.
  void added(SampleColumns columns, int from, int precedence) {
    if (columns.count() == from) {
      return;
    }
    long[] times = columns.timesMs();
    ordered &= from == 0 || times[from - 1] < times[from];
    if (places == begins.length) {
      begins = Arrays.copyOf(begins, places * 2);
      precedences = Arrays.copyOf(precedences, places * 2);
    }
    begins[places] = from;
    precedences[places] = precedence;
    places++;
  }

  /// Puts `columns` in order.
  void finish(SampleColumns columns) {
    if (ordered) {
      return;
    }
    int total = columns.count();
    int[] next = Arrays.copyOf(begins, places);
    int[] ends = new int[places];
    for (int i = 0; i < places; i++) {
      ends[i] = i + 1 < places ? begins[i + 1] : total;
    }
    merged.clear();
    long[] times = columns.timesMs();
    while (true) {
      int best = -1;
      for (int i = 0; i < places; i++) {
        if (next[i] < ends[i] && (best < 0 || earlier(times, next, i, best))) {
          best = i;
        }
      }
      if (best < 0) {
        break;
      }
      long time = times[next[best]];
      merged.add(columns, next[best]);
      for (int i = 0; i < places; i++) {
        if (next[i] < ends[i] && times[next[i]] == time) {
          next[i]++;
        }
      }
    }
    columns.clear();
    for (int i = 0; i < merged.count(); i++) {
      columns.add(merged, i);
    }
  }

  private boolean earlier(long[] times, int[] next, int place, int than) {
    long time = times[next[place]];
    long other = times[next[than]];
    return time < other || (time == other && precedences[place] < precedences[than]);
  }
}
