package dev.mangru.tsdb;

import dev.mangru.tsdb.head.SeriesTable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Series that several stores may have in memory together, beside the limit that each has of its
/// own. Thread-safe. A store joins with [Tsdb#share] and leaves when it is closed.
public final class SeriesBudget {

  private final long maxSeries;
  private final List<SeriesTable> tables = new CopyOnWriteArrayList<>();

  /// @param maxSeries series in memory of all stores together
  public SeriesBudget(long maxSeries) {
    if (maxSeries < 1) {
      throw new IllegalArgumentException("a budget of series must be positive: " + maxSeries);
    }
    this.maxSeries = maxSeries;
  }

  /// Series that there may be.
  public long maxSeries() {
    return maxSeries;
  }

  /// Series that there are.
  public long series() {
    long sum = 0;
    for (SeriesTable table : tables) {
      sum += table.activeSeries();
    }
    return sum;
  }

  boolean usedUp() {
    return series() >= maxSeries;
  }

  void join(SeriesTable table) {
    tables.add(table);
  }

  void leave(SeriesTable table) {
    tables.removeIf(each -> each == table);
  }
}
