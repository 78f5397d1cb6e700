package dev.mangru.tsdb;

import dev.mangru.model.metric.AppendResult;
import dev.mangru.tsdb.head.Rows;
import dev.mangru.tsdb.head.SeriesTable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Memory that several stores may take together, beside the limits that each has of its own.
/// Thread-safe. A store joins with [Tsdb#share] and leaves when it is closed.
///
/// A store that may not take all may grow as long as it has no more than is still free. So one that
/// floods stops at half, the next at half of the rest, and there is always something left for the
/// others and for the store that may take all.
///
/// @see <a href="https://doi.org/10.1109/90.664262">Choudhury and Hahne: Dynamic queue length
///   thresholds for shared-memory packet switches</a>
public final class MemoryBudget {

  private final long maxSeries;
  private final long maxSeriesBytes;
  private final long unsealedBytes;
  private final List<Share> shares = new CopyOnWriteArrayList<>();

  /// @param maxSeries series in memory of all stores together
  /// @param maxSeriesBytes memory of those series
  /// @param unsealedBytes memory of samples not yet sealed that asks for sealing; at twice this,
  ///   writes are refused
  public MemoryBudget(long maxSeries, long maxSeriesBytes, long unsealedBytes) {
    if (maxSeries < 1 || maxSeriesBytes < 1 || unsealedBytes < 1) {
      throw new IllegalArgumentException(
          "a budget of memory must be positive: "
              + maxSeries
              + " series, "
              + maxSeriesBytes
              + " bytes, "
              + unsealedBytes
              + " bytes unsealed");
    }
    this.maxSeries = maxSeries;
    this.maxSeriesBytes = maxSeriesBytes;
    this.unsealedBytes = unsealedBytes;
  }

  /// As much as a store with these options may have.
  public static MemoryBudget of(TsdbOptions options) {
    return new MemoryBudget(options.maxSeries(), options.maxSeriesBytes(), options.maxHeadBytes());
  }

  /// Series that there are.
  public long series() {
    long sum = 0;
    for (Share share : shares) {
      sum += share.table.activeSeries();
    }
    return sum;
  }

  private long seriesBytes() {
    long sum = 0;
    for (Share share : shares) {
      sum += share.memory.bytes();
    }
    return sum;
  }

  private long rowBytes() {
    long sum = 0;
    for (Share share : shares) {
      sum += share.rows.bytesInUse();
    }
    return sum;
  }

  Share join(SeriesTable table, SeriesMemory memory, Rows rows, boolean mayTakeAll) {
    Share share = new Share(table, memory, rows, mayTakeAll);
    shares.add(share);
    return share;
  }

  /// What one store takes.
  final class Share {
    private final SeriesTable table;
    private final SeriesMemory memory;
    private final Rows rows;
    private final boolean mayTakeAll;

    private Share(SeriesTable table, SeriesMemory memory, Rows rows, boolean mayTakeAll) {
      this.table = table;
      this.memory = memory;
      this.rows = rows;
      this.mayTakeAll = mayTakeAll;
    }

    /// Why the store may not have one more series, or null if it may.
    @Nullable AppendResult refuseNewSeries() {
      long mine = table.activeSeries();
      if (mine >= mayHave(mine, series(), maxSeries)) {
        return new AppendResult.TooManySeries(mayTakeAll ? maxSeries : mine);
      }
      long bytes = memory.bytes();
      if (bytes >= mayHave(bytes, seriesBytes(), maxSeriesBytes)) {
        return new AppendResult.SeriesTakeTooMuch(mayTakeAll ? maxSeriesBytes : bytes);
      }
      return null;
    }

    /// How much a store may have that has `mine` of the `all` that there are.
    private long mayHave(long mine, long all, long max) {
      return mayTakeAll ? mine + max - all : max - all;
    }

    /// Why the store may not have one more sample, or null if it may.
    @Nullable String refuseSamples() {
      long mine = rows.bytesInUse();
      long all = rowBytes();
      return mine >= mayHave(mine, all, 2 * unsealedBytes)
          ? "samples not yet sealed take "
              + mine
              + " bytes of memory, those of all tenants "
              + all
              + " of "
              + 2 * unsealedBytes
              + ": sealing is behind; send them again later"
          : null;
    }

    /// Whether the store should seal, because all together have much, and it no less than others.
    boolean wantsSealing() {
      long all = rowBytes();
      return all > unsealedBytes && rows.unreleasedBytes() >= all / shares.size();
    }

    void leave() {
      shares.remove(this);
    }
  }
}
