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
import dev.mangru.tsdb.index.SeriesView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A view of the store that stays whole while the store seals, merges and drops. Keeps the files of
/// its range mapped, and the rows in memory, until it is closed.
///
/// Selecting is confined to one thread. The series it gives may be read by several threads at a
/// time, each series by one; [#readsConcurrently] does not say so, because scanning 20,000 series
/// on two threads took a fifth more processor time than on one, measured.
final class TsdbQuerier implements Querier {

  private final TsdbOptions options;
  private final Stats stats;
  private final TimeRange range;
  private final SeriesTable table;
  private final Selections selections;
  private final Rows rows;
  private final View view;

  /// Those of the view that overlap the range, retained, in order of time.
  private final List<StoreFile> files;

  private final Deleted[] deleted;

  /// Rank of each file among all by precedence; rows come after them.
  private final int[] precedence;

  /// Whether every sample of a file is in the range and not deleted.
  private final boolean[] whole;

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
      Selections selections,
      Rows rows,
      View view,
      List<StoreFile> files,
      RowReader pin,
      long visible) {
    this.options = options;
    this.stats = stats;
    this.range = range;
    this.table = table;
    this.selections = selections;
    this.rows = rows;
    this.view = view;
    this.files = files;
    this.pin = pin;
    this.visible = visible;
    this.series = table.view();
    this.deleted = new Deleted[files.size()];
    this.precedence = new int[files.size()];
    this.whole = new boolean[files.size()];
    List<StoreFile> ranked = files.stream().sorted(StoreFile.BY_PRECEDENCE).toList();
    for (int i = 0; i < deleted.length; i++) {
      StoreFile file = files.get(i);
      deleted[i] = view.tombstones().in(file.stored().number(), file.range());
      precedence[i] = ranked.indexOf(file);
      whole[i] =
          deleted[i].isEmpty()
              && range.contains(file.range().startMs())
              && range.contains(file.range().endMs());
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

  /// Series with samples in rows or parts, in order.
  private List<Selected> inMemory(Readers readers, List<LabelMatcher> matchers) throws IOException {
    Selections.Sorted sorted = selections.find(series, matchers);
    int[] refs = sorted == null ? series.select(matchers).toArray() : sorted.refs();
    BitSet present = present(readers, refs);
    int count = present.cardinality();
    checkCount(count);
    List<Selected> found = new ArrayList<>(count);
    if (sorted == null && count < refs.length / 2) {
      present.stream().forEach(ref -> found.add(new Selected(series.labels(ref), ref)));
      found.sort(Comparator.comparing(one -> one.labels));
      return found;
    }
    if (sorted == null) {
      sorted = selections.add(series, matchers, refs);
    }
    int[] ordered = sorted.refs();
    for (int i = 0; i < ordered.length; i++) {
      if (present.get(ordered[i])) {
        found.add(new Selected(sorted.labels()[i], ordered[i]));
      }
    }
    return found;
  }

  /// Those of `refs` that have a sample in the range, in rows or parts. Rows are asked first: one
  /// look is enough there; the parts are gone through in their own order.
  private BitSet present(Readers readers, int[] refs) throws IOException {
    BitSet present = new BitSet(series.endNumber());
    int[] open = new int[refs.length];
    int count = 0;
    for (int ref : refs) {
      if (hasRows(readers, ref)) {
        present.set(ref);
      } else {
        open[count++] = ref;
      }
    }
    Arrays.sort(open, 0, count);
    for (int i = files.size() - 1; i >= 0 && count > 0; i--) {
      if (files.get(i) instanceof StoreFile.Part) {
        int left = 0;
        for (int k = 0; k < count; k++) {
          if (hasInPart(readers, i, open[k])) {
            present.set(open[k]);
          } else {
            open[left++] = open[k];
          }
        }
        count = left;
      }
    }
    return present;
  }

  private boolean hasSamples(Readers readers, int ref) {
    if (hasRows(readers, ref)) {
      return true;
    }
    try {
      for (int i = files.size() - 1; i >= 0; i--) {
        if (files.get(i) instanceof StoreFile.Part && hasInPart(readers, i, ref)) {
          return true;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return false;
  }

  private boolean hasInPart(Readers readers, int file, int ref) throws IOException {
    ChunkCursor cursor = cursor(readers, file);
    return cursor.seek(ref)
        && (whole[file]
            || hasSamples(
                readers,
                cursor,
                deleted[file].isEmpty() ? null : series.labels(ref),
                deleted[file]));
  }

  private boolean hasRows(Readers readers, int ref) {
    long last = table.lastRow(ref);
    if (last < view.firstRow()) {
      return false;
    }
    RowReader own = readers.rows;
    if (own != null) {
      return own.has(last, visible, range.startMs(), range.endMs());
    }
    pinLock.lock();
    try {
      return pin.has(last, visible, range.startMs(), range.endMs());
    } finally {
      pinLock.unlock();
    }
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
    ChunkCursor cursor = cursor(readers, file);
    for (int number : numbers) {
      Labels labels = block.file().labels(number);
      if (whole[file]
          || (cursor.seek(number) && hasSamples(readers, cursor, labels, deleted[file]))) {
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
      try {
        columns.clear();
        if (ref >= 0) {
          readRows(readers, ref, columns);
          columns.removeRange(0, Math.max(0, columns.count() - 1));
        }
        int rank = Integer.MAX_VALUE;
        for (int i = deleted.length - 1; i >= 0; i--) {
          boolean none = columns.count() == 0;
          long newest = none ? Long.MIN_VALUE : columns.timesMs()[0];
          if (files.get(i).range().endMs() >= newest
              && takeNewest(readers, i, newest, none || precedence[i] < rank, columns)) {
            rank = precedence[i];
          }
        }
        stats.samplesRead.add(columns.count());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        idle.addFirst(readers);
      }
    }

    /// Replaces the sample in `columns` by the newest one of a file, if that is after `newest`, or
    /// at it and counts.
    private boolean takeNewest(
        Readers readers, int file, long newest, boolean counts, SampleColumns columns)
        throws IOException {
      int number = numberIn(file);
      ChunkCursor cursor = cursor(readers, file);
      if (number < 0 || !cursor.seek(number)) {
        return false;
      }
      long[] gone = deleted[file].isEmpty() ? NONE : deleted[file].intervals(labels);
      SampleColumns scratch = readers.scratch;
      for (int chunk = cursor.chunks() - 1; chunk >= 0; chunk--) {
        if (cursor.minMs(chunk) > range.endMs()) {
          continue;
        }
        if (cursor.maxMs(chunk) < Math.max(newest, range.startMs())) {
          return false;
        }
        scratch.clear();
        cursor.read(chunk, scratch);
        Deleted.remove(scratch, gone);
        int last = scratch.count() - 1;
        while (last >= 0 && scratch.timesMs()[last] > range.endMs()) {
          last--;
        }
        if (last >= 0) {
          long time = scratch.timesMs()[last];
          if (time < range.startMs() || time < newest || (time == newest && !counts)) {
            return false;
          }
          columns.clear();
          columns.add(scratch, last);
          return true;
        }
      }
      return false;
    }
  }

  // ---- names and values ------------------------------------------------------------------------

  @Override
  public List<String> labelNames(List<LabelMatcher> matchers) {
    checkOpen();
    return labels(
        matchers,
        block -> block.file().labelNames(matchers),
        present -> series.names(matchers, present),
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
        present -> series.values(name, matchers, present),
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
    List<String> get(IntPredicate present);
  }

  private interface FromLabels {
    void add(Labels labels, Set<String> texts);
  }

  /// Gathers texts of all series that have a sample in the range: from the indexes where they can
  /// tell, else series by series.
  private List<String> labels(
      List<LabelMatcher> matchers, FromBlock fromBlock, FromMemory fromMemory, FromLabels each) {
    Set<String> texts = new HashSet<>();
    Readers readers = takeReaders();
    try {
      texts.addAll(fromMemory.get(ref -> hasSamples(readers, ref)));
      for (int i = 0; i < files.size(); i++) {
        if (files.get(i) instanceof StoreFile.Block block) {
          if (whole[i]) {
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
