package dev.mangru.tsdb;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.compact.Deleted;
import dev.mangru.tsdb.head.RowReader;
import dev.mangru.tsdb.head.Rows;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.index.Runs;
import dev.mangru.tsdb.index.SeriesView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A view of the store that stays whole while the store seals, merges and drops. Keeps the files of
/// its range mapped, and the rows in memory, until it is closed.
///
/// Selecting is confined to one thread. The series it gives may be read by several threads at a
/// time, each series by one.
final class TsdbQuerier implements Querier {

  private final TsdbOptions options;
  private final Stats stats;
  private final TimeRange range;
  private final SeriesTable table;
  private final Rows rows;
  private final View view;

  /// Those of the view that overlap the range, retained, in order of time.
  private final List<StoreFile> files;

  private final Deleted[] deleted;

  /// Rank of each file among all by precedence; rows come after them.
  private final int[] precedence;

  private final long visible;
  private final SeriesView series;
  private final RowReader pin;
  private final ReentrantLock pinLock = new ReentrantLock();
  private final ConcurrentLinkedDeque<Readers> idle = new ConcurrentLinkedDeque<>();
  private boolean closed;

  /// @param files those of `view` that overlap `range`, already retained, in order
  /// @param pin keeps the rows of `view`
  /// @param visible taken after `view`
  TsdbQuerier(
      TsdbOptions options,
      Stats stats,
      TimeRange range,
      SeriesTable table,
      Rows rows,
      View view,
      List<StoreFile> files,
      RowReader pin,
      long visible) {
    this.options = options;
    this.stats = stats;
    this.range = range;
    this.table = table;
    this.rows = rows;
    this.view = view;
    this.files = files;
    this.pin = pin;
    this.visible = visible;
    this.series = table.view();
    this.deleted = new Deleted[files.size()];
    this.precedence = new int[files.size()];
    List<StoreFile> ranked = files.stream().sorted(StoreFile.BY_PRECEDENCE).toList();
    for (int i = 0; i < deleted.length; i++) {
      StoreFile file = files.get(i);
      deleted[i] = view.tombstones().in(file.stored().number(), file.range());
      precedence[i] = ranked.indexOf(file);
    }
  }

  /// What one thread reads with.
  private static final class Readers {
    /// Null if the rows were released meanwhile: then all threads share the one that keeps them.
    final @Nullable RowReader rows;

    final @Nullable ChunkCursor[] cursors;
    final SampleColumns scratch = new SampleColumns();
    final FirstWritten places = new FirstWritten();

    Readers(@Nullable RowReader rows, int files) {
      this.rows = rows;
      this.cursors = new @Nullable ChunkCursor[files];
    }
  }

  private Readers takeReaders() {
    Readers readers = idle.pollFirst();
    if (readers != null) {
      return readers;
    }
    return new Readers(rows.open(view.firstRow()), files.size());
  }

  private ChunkCursor cursor(Readers readers, int file) throws IOException {
    ChunkCursor cursor = readers.cursors[file];
    if (cursor == null) {
      cursor = files.get(file).cursor();
      readers.cursors[file] = cursor;
    }
    return cursor;
  }

  // ---- selecting -------------------------------------------------------------------------------

  @Override
  public List<Series> select(List<LabelMatcher> matchers) {
    checkOpen();
    Readers readers = takeReaders();
    try {
      List<Selected> all = inMemory(readers, matchers);
      all.sort(Comparator.comparing(one -> one.labels));
      for (int i = 0; i < files.size(); i++) {
        if (files.get(i) instanceof StoreFile.Block block) {
          all = join(all, inBlock(readers, i, block, matchers));
          checkCount(all.size());
        }
      }
      return new ArrayList<>(all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      idle.addFirst(readers);
    }
  }

  private void checkCount(int count) {
    if (count > options.maxQuerySeries()) {
      stats.querySeriesLimit.increment();
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "the query selects more than the limit of "
              + options.maxQuerySeries()
              + " series: select fewer with label matchers or a shorter range");
    }
  }

  /// Series with samples in rows or parts.
  private List<Selected> inMemory(Readers readers, List<LabelMatcher> matchers) throws IOException {
    List<Selected> found = new ArrayList<>();
    Runs.Cursor refs = series.select(matchers).cursor();
    while (refs.next()) {
      int ref = refs.number();
      if (hasSamples(readers, ref)) {
        found.add(new Selected(series.labels(ref), ref));
        checkCount(found.size());
      }
    }
    return found;
  }

  private boolean hasSamples(Readers readers, int ref) throws IOException {
    readers.scratch.clear();
    readRows(readers, ref, readers.scratch);
    if (readers.scratch.count() > 0) {
      return true;
    }
    for (int i = files.size() - 1; i >= 0; i--) {
      if (files.get(i) instanceof StoreFile.Part) {
        ChunkCursor cursor = cursor(readers, i);
        if (cursor.seek(ref)
            && hasSamples(
                readers, cursor, deleted[i].isEmpty() ? null : series.labels(ref), deleted[i])) {
          return true;
        }
      }
    }
    return false;
  }

  private void readRows(Readers readers, int ref, SampleColumns out) {
    RowReader own = readers.rows;
    if (own != null) {
      own.read(table.lastRow(ref), visible, range.startMs(), range.endMs(), out);
      return;
    }
    pinLock.lock();
    try {
      pin.read(table.lastRow(ref), visible, range.startMs(), range.endMs(), out);
    } finally {
      pinLock.unlock();
    }
  }

  /// Whether the series that `cursor` is at has a sample in the range that is not deleted. Times of
  /// chunks mostly tell.
  private boolean hasSamples(
      Readers readers, ChunkCursor cursor, @Nullable Labels labels, Deleted in) throws IOException {
    long[] gone = labels == null ? NONE : in.intervals(labels);
    boolean maybe = false;
    for (int i = 0; i < cursor.chunks(); i++) {
      long first = cursor.minMs(i);
      long last = cursor.maxMs(i);
      if (first > range.endMs() || last < range.startMs()) {
        continue;
      }
      if (gone.length == 0 && (first >= range.startMs() || last <= range.endMs())) {
        return true;
      }
      maybe = true;
    }
    if (!maybe) {
      return false;
    }
    readers.scratch.clear();
    cursor.read(range, readers.scratch);
    Deleted.remove(readers.scratch, gone);
    return readers.scratch.count() > 0;
  }

  private static final long[] NONE = {};

  private List<Selected> inBlock(
      Readers readers, int file, StoreFile.Block block, List<LabelMatcher> matchers)
      throws IOException {
    int[] numbers = block.file().select(matchers);
    List<Selected> found = new ArrayList<>(numbers.length);
    boolean whole =
        deleted[file].isEmpty()
            && range.contains(block.range().startMs())
            && range.contains(block.range().endMs());
    ChunkCursor cursor = cursor(readers, file);
    for (int number : numbers) {
      Labels labels = block.file().labels(number);
      if (whole || (cursor.seek(number) && hasSamples(readers, cursor, labels, deleted[file]))) {
        Selected one = new Selected(labels, -1);
        one.at(file, number, files.size());
        found.add(one);
        checkCount(found.size());
      }
    }
    return found;
  }

  /// Both, sorted by labels; of equal labels one that has the samples of both.
  private List<Selected> join(List<Selected> left, List<Selected> right) {
    if (left.isEmpty() || right.isEmpty()) {
      return left.isEmpty() ? right : left;
    }
    List<Selected> joined = new ArrayList<>(left.size() + right.size());
    int i = 0;
    int j = 0;
    while (i < left.size() && j < right.size()) {
      Selected a = left.get(i);
      Selected b = right.get(j);
      int order = a.labels.compareTo(b.labels);
      if (order == 0) {
        a.addNumbersOf(b);
        j++;
      }
      joined.add(order <= 0 ? a : b);
      if (order <= 0) {
        i++;
      } else {
        j++;
      }
    }
    joined.addAll(left.subList(i, left.size()));
    joined.addAll(right.subList(j, right.size()));
    return joined;
  }

  // ---- reading ---------------------------------------------------------------------------------

  /// A series and where its samples are.
  private final class Selected implements Series {
    private final Labels labels;

    /// Its number in rows and parts, or -1.
    private final int ref;

    /// Its number in each file that is a block, or -1; null if it is in none.
    private int @Nullable [] numbers;

    Selected(Labels labels, int ref) {
      this.labels = labels;
      this.ref = ref;
    }

    void at(int file, int number, int fileCount) {
      if (numbers == null) {
        numbers = new int[fileCount];
        Arrays.fill(numbers, -1);
      }
      numbers[file] = number;
    }

    void addNumbersOf(Selected other) {
      for (int i = 0; other.numbers != null && i < other.numbers.length; i++) {
        if (other.numbers[i] >= 0) {
          at(i, other.numbers[i], other.numbers.length);
        }
      }
    }

    /// Its number in a file, or -1.
    int numberIn(int file) {
      if (files.get(file) instanceof StoreFile.Part) {
        return ref;
      }
      return numbers == null ? -1 : numbers[file];
    }

    @Override
    public Labels labels() {
      return labels;
    }

    @Override
    public SampleCursor samples() {
      SampleColumns columns = new SampleColumns();
      read(columns);
      return new ColumnsCursor(columns);
    }

    @Override
    public void read(SampleColumns columns) {
      Readers readers = takeReaders();
      try {
        columns.clear();
        FirstWritten places = readers.places;
        places.begin();
        for (int i = 0; i < deleted.length; i++) {
          int from = columns.count();
          readFile(readers, i, columns);
          places.added(columns, from, precedence[i]);
        }
        if (ref >= 0) {
          int from = columns.count();
          readRows(readers, ref, columns);
          places.added(columns, from, Integer.MAX_VALUE);
        }
        places.finish(columns);
        stats.samplesRead.add(columns.count());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        idle.addFirst(readers);
      }
    }

    /// Adds the samples of one file that are not deleted to the end of `columns`.
    private void readFile(Readers readers, int file, SampleColumns columns) throws IOException {
      int number = numberIn(file);
      if (number < 0) {
        return;
      }
      ChunkCursor cursor = cursor(readers, file);
      if (!cursor.seek(number)) {
        return;
      }
      long[] gone = deleted[file].isEmpty() ? NONE : deleted[file].intervals(labels);
      if (gone.length == 0) {
        cursor.read(range, columns);
        return;
      }
      readers.scratch.clear();
      cursor.read(range, readers.scratch);
      Deleted.remove(readers.scratch, gone);
      for (int i = 0; i < readers.scratch.count(); i++) {
        columns.add(readers.scratch, i);
      }
    }

    @Override
    public void readNewest(SampleColumns columns) {
      Readers readers = takeReaders();
      boolean inRows = false;
      try {
        columns.clear();
        if (ref >= 0) {
          readRows(readers, ref, columns);
          int count = columns.count();
          inRows = count > 0;
          for (int i = 0; i < deleted.length && inRows; i++) {
            inRows = files.get(i).range().endMs() < columns.timesMs()[count - 1];
          }
          if (inRows) {
            columns.removeRange(0, count - 1);
            stats.samplesRead.increment();
          }
        }
      } finally {
        idle.addFirst(readers);
      }
      if (!inRows) {
        read(columns);
        columns.removeRange(0, Math.max(0, columns.count() - 1));
      }
    }
  }

  // ---- names and values ------------------------------------------------------------------------

  @Override
  public List<String> labelNames(List<LabelMatcher> matchers) {
    checkOpen();
    return labels(
        matchers,
        block -> block.file().labelNames(matchers),
        () -> series.names(matchers),
        (labels, names) -> {
          for (int i = 0; i < labels.count(); i++) {
            names.add(labels.name(i));
          }
        });
  }

  @Override
  public List<String> labelValues(String name, List<LabelMatcher> matchers) {
    checkOpen();
    return labels(
        matchers,
        block -> block.file().labelValues(name, matchers),
        () -> series.values(name, matchers),
        (labels, values) -> {
          String value = labels.get(name);
          if (!value.isEmpty()) {
            values.add(value);
          }
        });
  }

  private interface FromBlock {
    List<String> get(StoreFile.Block block) throws IOException;
  }

  private interface FromMemory {
    List<String> get();
  }

  private interface FromLabels {
    void add(Labels labels, Set<String> texts);
  }

  /// Gathers texts of all series that have a sample in the range: from an index where all of its
  /// selected series have one, else series by series.
  private List<String> labels(
      List<LabelMatcher> matchers, FromBlock fromBlock, FromMemory fromMemory, FromLabels each) {
    Set<String> texts = new HashSet<>();
    Readers readers = takeReaders();
    try {
      Runs selected = series.select(matchers);
      Runs.Cursor refs = selected.cursor();
      int[] present = new int[selected.size()];
      int count = 0;
      while (refs.next()) {
        if (hasSamples(readers, refs.number())) {
          present[count++] = refs.number();
        }
      }
      if (count == present.length) {
        texts.addAll(fromMemory.get());
      } else {
        for (int i = 0; i < count; i++) {
          each.add(series.labels(present[i]), texts);
        }
      }
      for (int i = 0; i < files.size(); i++) {
        if (files.get(i) instanceof StoreFile.Block block) {
          boolean whole =
              deleted[i].isEmpty()
                  && range.contains(block.range().startMs())
                  && range.contains(block.range().endMs());
          if (whole) {
            texts.addAll(fromBlock.get(block));
          } else {
            inBlock(readers, i, block, matchers).forEach(one -> each.add(one.labels, texts));
          }
        }
      }
      return sorted(texts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      idle.addFirst(readers);
    }
  }

  private static List<String> sorted(Collection<String> texts) {
    return texts.stream().sorted(Labels::compareUtf8).toList();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("this querier is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      for (Readers readers = idle.poll(); readers != null; readers = idle.poll()) {
        if (readers.rows != null) {
          readers.rows.close();
        }
      }
      pin.close();
      files.forEach(StoreFile::release);
    }
  }
}
