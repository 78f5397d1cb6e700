package dev.mangru.tsdb;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.AppendSummary.Rejection;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.tsdb.Stats.Reason;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.ingest.SampleBatch;
import dev.mangru.tsdb.wal.RecordWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gathers one batch in columns. Confined to one thread. The columns are lent by the write path and
/// go back to it with the commit.
final class Batch implements SampleBatch {

  /// Series that are new and named by [#newLabels]: -2 for the first, -3 for the second and so on.
  static final int FIRST_NEW = -2;

  private final WritePath writePath;
  private final TsdbOptions options;
  private final SeriesTable table;
  private final Stats stats;
  private @Nullable Columns columns;
  private int guess = -1;

  private final List<Labels> newLabels = new ArrayList<>(0);
  private @Nullable Labels refused;
  private @Nullable AppendResult refusal;
  private long rejected;
  private long retryable;
  private final List<Rejection> examples = new ArrayList<>(0);

  /// The arrays of a batch, reused from batch to batch. Confined to the batch that has them.
  static final class Columns {
    int size;
    int[] refs = new int[2_048];
    long[] times = new long[2_048];
    long[] bits = new long[2_048];
    long[] starts = {};
    @Nullable NativeHistogram[] histograms = {};
    boolean anyStart;
    boolean anyHistogram;

    /// What the series had before each sample that was stored, so that it can be undone.
    int stored;

    int[] undoRefs = new int[2_048];
    long[] undoTimes = new long[2_048];
    long[] undoBits = new long[2_048];
    long[] undoRows = new long[2_048];
    byte[] undoFlags = new byte[2_048];

    final RecordWriter record = new RecordWriter();

    void grow() {
      int capacity = refs.length * 2;
      refs = Arrays.copyOf(refs, capacity);
      times = Arrays.copyOf(times, capacity);
      bits = Arrays.copyOf(bits, capacity);
      if (anyStart) {
        starts = Arrays.copyOf(starts, capacity);
      }
      if (anyHistogram) {
        histograms = Arrays.copyOf(histograms, capacity);
      }
    }

    void ensureUndo() {
      if (undoRefs.length < size) {
        int capacity = refs.length;
        undoRefs = new int[capacity];
        undoTimes = new long[capacity];
        undoBits = new long[capacity];
        undoRows = new long[capacity];
        undoFlags = new byte[capacity];
      }
    }

    long start(int i) {
      return anyStart ? starts[i] : SampleCursor.NO_START;
    }

    @Nullable NativeHistogram histogram(int i) {
      return anyHistogram ? histograms[i] : null;
    }

    void clear() {
      if (anyHistogram) {
        Arrays.fill(histograms, 0, size, null);
      }
      size = 0;
      stored = 0;
      anyStart = false;
      anyHistogram = false;
    }
  }

  Batch(WritePath writePath, TsdbOptions options, SeriesTable table, Stats stats, Columns columns) {
    this.writePath = writePath;
    this.options = options;
    this.table = table;
    this.stats = stats;
    this.columns = columns;
  }

  // ---- series ----------------------------------------------------------------------------------

  @Override
  public int seriesOf(long hash1, long hash2) {
    long hit = table.find(hash1, hash2, guess);
    if (hit < 0) {
      return -1;
    }
    guess = SeriesTable.entry(hit) + 1;
    return SeriesTable.ref(hit);
  }

  @Override
  public int define(Labels labels, long hash1, long hash2) {
    LabelLimits.check(labels, options);
    int ref = table.find(labels);
    if (ref < 0) {
      AppendResult no = writePath.refuseNewSeries();
      if (no != null) {
        refused = labels;
        refusal = no;
        return -1;
      }
      LabelLimits.checkEncodable(labels);
      ref = table.findOrAdd(labels);
      writePath.countNewSeries(labels);
    }
    table.remember(hash1, hash2, ref);
    return ref;
  }

  // ---- samples ---------------------------------------------------------------------------------

  @Override
  public void add(int series, long timestampMs, long startMs, long valueBits) {
    Columns open = place(series, timestampMs);
    if (open == null) {
      return;
    }
    int at = open.size++;
    open.bits[at] = valueBits;
    if (startMs != SampleCursor.NO_START || open.anyStart) {
      start(open, at, startMs);
    }
    if (open.anyHistogram) {
      open.histograms[at] = null;
    }
  }

  @Override
  public void add(int series, long timestampMs, long startMs, NativeHistogram histogram) {
    Columns open = place(series, timestampMs);
    if (open == null) {
      return;
    }
    if (!open.anyHistogram) {
      open.anyHistogram = true;
      if (open.histograms.length < open.refs.length) {
        open.histograms = new @Nullable NativeHistogram[open.refs.length];
      }
    }
    int at = open.size++;
    open.bits[at] = Double.doubleToRawLongBits(histogram.sum());
    open.histograms[at] = histogram;
    if (startMs != SampleCursor.NO_START || open.anyStart) {
      start(open, at, startMs);
    }
  }

  private static void start(Columns open, int at, long startMs) {
    if (!open.anyStart) {
      open.anyStart = true;
      if (open.starts.length < open.refs.length) {
        open.starts = new long[open.refs.length];
      } else {
        Arrays.fill(open.starts, 0, at, SampleCursor.NO_START);
      }
    }
    open.starts[at] = startMs;
  }

  /// Puts series and time at the end; null if the sample counts as rejected already.
  private @Nullable Columns place(int series, long timestampMs) {
    Columns open = open();
    int at = open.size;
    if (at >= options.maxBatchSamples()) {
      throw new MangruException(
          ErrorCode.BODY_TOO_LARGE,
          "a batch has more than the limit of "
              + options.maxBatchSamples()
              + " samples: send several smaller ones");
    }
    if (series == -1 && refused != null && refusal != null) {
      reject(refused, timestampMs, refusal);
      return null;
    }
    if (at == open.refs.length) {
      open.grow();
    }
    open.refs[at] = series;
    open.times[at] = timestampMs;
    return open;
  }

  private Columns open() {
    Columns open = columns;
    if (open == null) {
      throw new IllegalStateException("this batch was committed; open another one");
    }
    return open;
  }

  @Override
  public void append(Labels labels, long timestampMs, long startMs, double value) {
    open();
    add(series(labels), timestampMs, startMs, Double.doubleToRawLongBits(value));
  }

  @Override
  public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
    open();
    add(series(labels), timestampMs, startMs, histogram);
  }

  /// The series, or a number for labels that are unknown so far: a sample that is refused makes no
  /// series.
  private int series(Labels labels) {
    LabelLimits.check(labels, options);
    int ref = table.find(labels);
    if (ref >= 0) {
      return ref;
    }
    LabelLimits.checkEncodable(labels);
    newLabels.add(labels);
    return FIRST_NEW - (newLabels.size() - 1);
  }

  /// The labels that a number below -1 stands for.
  Labels newLabels(int series) {
    return newLabels.get(FIRST_NEW - series);
  }

  // ---- the end ---------------------------------------------------------------------------------

  @Override
  public AppendSummary commit() {
    Columns open = columns;
    if (open == null) {
      throw new IllegalStateException("this batch was committed before");
    }
    columns = null;
    WritePath.Stored stored = writePath.commit(this, open);
    return new AppendSummary(stored.samples(), rejected, examples, stored.histograms(), retryable);
  }

  /// Counts a sample that is not stored.
  void reject(Labels labels, long timestampMs, AppendResult why) {
    rejected++;
    Reason reason = Reason.of(why);
    if (reason != null) {
      stats.reject(reason);
    }
    if (examples.size() < AppendSummary.MAX_EXAMPLES) {
      examples.add(new Rejection(labels, timestampMs, why));
    } else if (why.retryable() && retryable == 0) {
      examples.set(AppendSummary.MAX_EXAMPLES - 1, new Rejection(labels, timestampMs, why));
    }
    retryable += why.retryable() ? 1 : 0;
  }
}
