package dev.mangru.tsdb;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.QueryGuard;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
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
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
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
  private final RowTimes rowTimes;
  private final Rows rows;
  private final View view;

  /// Those of the view that overlap the range, retained, in order of time.
  private final List<StoreFile> files;

  /// Those of them that are blocks.
  private final List<StoreFile.Block> blocks;

  /// Place of each file among the blocks, or -1.
  private final int[] blockOf;

  private final Deleted[] deleted;

  /// Rank of each file among all by precedence; rows come after them.
  private final int[] precedence;

  private final long visible;
  private SeriesView series;
  private QueryGuard guard = QueryGuard.NONE;

  /// Whether the series table tells all there is in the range, see [Horizon].
  private final boolean recent;

  /// Series between two questions to the guard.
  private static final int AT_ONCE = 1_024;

  /// What one selected series takes beside its labels.
  private static final int SELECTED_BYTES = 48;

  private final RowReader pin;
  private final ReentrantLock pinLock = new ReentrantLock();
  private final ConcurrentLinkedDeque<Readers> idle = new ConcurrentLinkedDeque<>();
  private boolean closed;

  /// @param files those of `view` that overlap `range`, already retained, in order
  /// @param series taken before the files were retained
  /// @param pin keeps the rows of `view`
  /// @param visible taken after `view`
  TsdbQuerier(
      TsdbOptions options,
      Stats stats,
      TimeRange range,
      SeriesTable table,
      SeriesView series,
      Selections selections,
      RowTimes rowTimes,
      Horizon horizon,
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
    this.rowTimes = rowTimes;
    this.rows = rows;
    this.view = view;
    this.files = files;
    this.pin = pin;
    this.visible = visible;
    this.series = series;
    this.recent = range.startMs() > horizon.ms(); // after view and table were taken
    this.blocks = new ArrayList<>(files.size());
    this.blockOf = new int[files.size()];
    this.deleted = new Deleted[files.size()];
    this.precedence = new int[files.size()];
    for (int i = 0; i < deleted.length; i++) {
      StoreFile file = files.get(i);
      blockOf[i] = -1;
      if (file instanceof StoreFile.Block block) {
        blockOf[i] = blocks.size();
        blocks.add(block);
      }
      deleted[i] = view.tombstones().in(file.stored().number(), file.range());
      for (int k = 0; k < i; k++) {
        precedence[StoreFile.BY_PRECEDENCE.compare(file, files.get(k)) < 0 ? k : i]++;
      }
    }
  }

  /// What one thread reads with.
  private static final class Readers {
    /// Null if the rows were released meanwhile: then all threads share the one that keeps them.
    final @Nullable RowReader rows;

    final @Nullable ChunkCursor[] cursors;
    final SampleColumns scratch = new SampleColumns();
    final FirstWritten places = new FirstWritten();
    final long[] newest = new long[4];

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
  public void guardBy(QueryGuard asked) {
    guard = asked;
    series = series.guardedBy(asked);
  }

  private List<LabelMatcher> checked(List<LabelMatcher> matchers) {
    return matchers.stream().map(matcher -> matcher.checkedBy(guard::check)).toList();
  }

  @Override
  public List<Series> select(List<LabelMatcher> matchers) {
    return select(matchers, blocks);
  }

  @Override
  public List<Series> selectNewest(List<LabelMatcher> matchers) {
    return select(matchers, recent ? List.of() : blocks);
  }

  /// @param in looked into beside the table
  private List<Series> select(List<LabelMatcher> wanted, List<StoreFile.Block> in) {
    checkOpen();
    List<LabelMatcher> matchers = checked(wanted);
    Readers readers = takeReaders();
    try {
      boolean inTable = recent || rowsOverlap() || blocks.size() < files.size();
      Selections.Sorted all =
          inTable ? selections.find(series, matchers, in) : selections.find(matchers, in);
      BitSet present = all == null ? new BitSet() : present(readers, all.refs());
      if (all == null) {
        int[][] numbers = inBlocks(in, matchers);
        if (inTable) {
          int[] refs = series.select(matchers).toArray();
          present = present(readers, refs);
          all = sorted(matchers, refs, present, in, numbers);
        } else {
          all = selections.add(matchers, in, numbers, guard);
        }
      }
      guard.holdBytes((long) SELECTED_BYTES * all.count());
      List<Series> found = new ArrayList<>();
      for (int i = 0; i < all.count(); i++) {
        if (i % AT_ONCE == 0) {
          guard.check();
        }
        if ((all.refs()[i] >= 0 && present.get(all.refs()[i])) || isInBlocks(readers, all, i)) {
          found.add(new Selected(all, i, all.numbers().length == blocks.size()));
        }
      }
      checkCount(found.size());
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      idle.addFirst(readers);
    }
  }

  private Selections.Sorted sorted(
      List<LabelMatcher> matchers,
      int[] refs,
      BitSet present,
      List<StoreFile.Block> in,
      int[][] numbers)
      throws IOException {
    long most = present.cardinality();
    checkCount((int) most);
    for (int[] block : numbers) {
      most += block.length;
    }
    return most < refs.length / 2 // else to sort and keep the others too would cost more
        ? Selections.of(series, present.stream().toArray(), in, numbers, guard)
        : selections.add(series, matchers, refs, in, numbers, guard);
  }

  private int[][] inBlocks(List<StoreFile.Block> in, List<LabelMatcher> matchers)
      throws IOException {
    int[][] numbers = new int[in.size()][];
    for (int i = 0; i < numbers.length; i++) {
      guard.check();
      numbers[i] = in.get(i).file().select(matchers);
      checkCount(numbers[i].length);
    }
    return numbers;
  }

  /// Whether a series has samples in a block, that of one with deleted samples in the range.
  private boolean isInBlocks(Readers readers, Selections.Sorted all, int at) throws IOException {
    for (int i = 0; i < files.size() && !recent; i++) {
      int number = blockOf[i] < 0 ? -1 : all.numbers()[blockOf[i]][at];
      if (number >= 0
          && (deleted[i].isEmpty() || hasInFile(readers, i, number, all.labels()[at]))) {
        return true;
      }
    }
    return false;
  }

  private boolean hasInFile(Readers readers, int file, int number, Labels labels)
      throws IOException {
    ChunkCursor cursor = cursor(readers, file);
    return cursor.seek(number) && hasSamples(readers, cursor, labels, deleted[file]);
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

  /// Those of `refs` that may have a sample in the range: in rows, or in a part that has the series
  /// and overlaps the range; all that do have one are among them. Rows are asked first: one look is
  /// enough there; the parts are gone through in their own order. Refs below 0 are passed over.
  private BitSet present(Readers readers, int[] refs) throws IOException {
    BitSet present = new BitSet(series.endNumber());
    if (recent) {
      for (int ref : refs) {
        if (ref >= 0
            && table.newestMs(ref) >= range.startMs()
            && (table.lastRow(ref) < visible || hasOlder(readers, ref))) {
          present.set(ref);
        }
      }
      return present;
    }
    boolean lookAtRows = rowsOverlap();
    if (!lookAtRows && blocks.size() == files.size()) {
      return present;
    }
    int[] open = new int[refs.length];
    int count = 0;
    for (int i = 0; i < refs.length; i++) {
      int ref = refs[i];
      if (i % AT_ONCE == 0) {
        guard.check();
      }
      if (ref >= 0 && lookAtRows && hasRows(readers, ref)) {
        present.set(ref);
      } else if (ref >= 0) {
        open[count++] = ref;
      }
    }
    Arrays.sort(open, 0, count);
    for (int i = files.size() - 1; i >= 0 && count > 0; i--) {
      if (files.get(i) instanceof StoreFile.Part) {
        int left = 0;
        for (int k = 0; k < count; k++) {
          if (k % AT_ONCE == 0) {
            guard.check();
          }
          if (isInPart(readers, i, open[k])) {
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

  /// Whether a series whose newest sample is not published yet has others.
  private boolean hasOlder(Readers readers, int ref) throws IOException {
    if (hasRows(readers, ref)) {
      return true;
    }
    for (int i = files.size() - 1; i >= 0; i--) {
      if (files.get(i) instanceof StoreFile.Block block
          ? block.file().find(series.labels(ref)) >= 0
          : isInPart(readers, i, ref)) {
        return true;
      }
    }
    return false;
  }

  private boolean rowsOverlap() {
    return rowTimes.oldestMs(pin, view.firstRow(), visible) <= range.endMs();
  }

  private boolean isInPart(Readers readers, int file, int ref) throws IOException {
    return deleted[file].isEmpty()
        ? cursor(readers, file).seek(ref)
        : hasInFile(readers, file, ref, series.labels(ref));
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

  /// Up to here series are looked up in blocks one by one; beyond, selected and joined.
  private static final int FEW = 64;

  private static final Selections.Sorted NOWHERE =
      new Selections.Sorted(0, new int[0], new int[0][], new Labels[0], 0);

  // ---- reading ---------------------------------------------------------------------------------

  /// Replaces what is in `columns` by the samples of the series with exactly these labels. Selects
  /// nothing, so that no limit of series applies.
  void read(Labels labels, SampleColumns columns) {
    checkOpen();
    new Selected(labels, series.find(labels)).read(columns);
  }

  /// A series and where its samples are.
  private final class Selected implements Series {
    private final Labels labels;

    /// Its number in rows and parts, or -1.
    private final int ref;

    private final Selections.Sorted from;
    private final int at;

    /// Whether its numbers in blocks are known.
    private final boolean placed;

    Selected(Selections.Sorted from, int at, boolean placed) {
      this.labels = from.labels()[at];
      this.ref = from.refs()[at];
      this.from = from;
      this.at = at;
      this.placed = placed;
    }

    /// A series to be looked up in each block.
    Selected(Labels labels, int ref) {
      this.labels = labels;
      this.ref = ref;
      this.from = NOWHERE;
      this.at = 0;
      this.placed = false;
    }

    /// Its number in a file, or -1.
    int numberIn(int file) throws IOException {
      if (blockOf[file] < 0) {
        return ref;
      }
      return placed
          ? from.numbers()[blockOf[file]][at]
          : blocks.get(blockOf[file]).file().find(labels);
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
        if (recent && ref >= 0 && tellsNewest(readers, ref)) {
          if (readers.newest[0] >= range.startMs()) {
            columns.add(readers.newest[0], Double.longBitsToDouble(readers.newest[1]));
            stats.samplesRead.increment();
          }
          return;
        }
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

  /// Whether `readers.newest` now has the newest sample of a series up to the end of the range, as
  /// the table knows it, [Long#MIN_VALUE] as its time if there is none: it is a float, was
  /// published before this querier was opened, and is not after the end. Only asked where the table
  /// tells all.
  private boolean tellsNewest(Readers readers, int ref) {
    long[] newest = readers.newest;
    return table.newest(ref, newest)
        && newest[0] <= range.endMs()
        && newest[2] < visible
        && (newest[3] & Extended.FLAG) == 0;
  }

  @Override
  public @Nullable Map<Labels, Long> countNewest(List<LabelMatcher> wanted, List<String> names) {
    checkOpen();
    List<LabelMatcher> matchers = checked(wanted);
    if (!recent) {
      return null;
    }
    Readers readers = takeReaders();
    try {
      BitSet present = new BitSet(series.endNumber());
      int[] others = new int[16];
      int count = 0;
      Runs.Cursor refs = series.select(matchers).cursor();
      while (refs.next()) {
        int ref = refs.number();
        if (table.newestMs(ref) < range.startMs()) {
          continue;
        }
        if (!tellsNewest(readers, ref)) {
          others = count == others.length ? Arrays.copyOf(others, 2 * count) : others;
          others[count++] = ref;
        } else if (readers.newest[1] != StaleMarker.BITS) {
          present.set(ref);
        }
      }
      count = inRows(readers, others, count, present);
      readNewest(Arrays.copyOf(others, count), matchers, present);
      checkCount(present.cardinality());
      return series.countByValues(names, present);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      idle.addFirst(readers);
    }
  }

  /// Sets those of `refs` whose newest sample in the range is in a row and no stale marker. Leaves
  /// those at the start of `refs` that may have a newer one in a file, and returns how many.
  private int inRows(Readers readers, int[] refs, int count, BitSet present) {
    long filesEnd = Long.MIN_VALUE;
    for (StoreFile file : files) {
      filesEnd = Math.max(filesEnd, file.range().endMs());
    }
    SampleColumns columns = readers.scratch;
    int left = 0;
    for (int i = 0; i < count; i++) {
      columns.clear();
      readRows(readers, refs[i], columns);
      int last = columns.count() - 1;
      if (last < 0 || columns.timesMs()[last] <= filesEnd) {
        refs[left++] = refs[i];
      } else {
        present.set(refs[i], !StaleMarker.is(columns.values()[last]));
      }
    }
    return left;
  }

  /// Sets those of `refs` whose newest sample in the range is there and no stale marker.
  private void readNewest(int[] refs, List<LabelMatcher> matchers, BitSet present)
      throws IOException {
    if (refs.length == 0) {
      return;
    }
    boolean placed = refs.length > FEW;
    List<StoreFile.Block> in = placed ? blocks : List.of();
    Selections.Sorted sorted = Selections.of(series, refs, in, inBlocks(in, matchers), guard);
    SampleColumns columns = new SampleColumns();
    for (int i = 0; i < sorted.count(); i++) {
      if (sorted.refs()[i] >= 0) {
        new Selected(sorted, i, placed).readNewest(columns);
        if (columns.count() > 0 && !StaleMarker.is(columns.values()[0])) {
          present.set(sorted.refs()[i]);
        }
      }
    }
  }

  // ---- names and values ------------------------------------------------------------------------

  @Override
  public List<String> labelNames(List<LabelMatcher> wanted) {
    checkOpen();
    List<LabelMatcher> matchers = checked(wanted);
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
  public List<String> labelValues(String name, List<LabelMatcher> wanted) {
    checkOpen();
    List<LabelMatcher> matchers = checked(wanted);
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

  /// Gathers texts from the indexes of blocks, whole, and from that of the table for series in rows
  /// and parts; series by series only where samples of a block are deleted.
  private List<String> labels(
      List<LabelMatcher> matchers, FromBlock fromBlock, FromMemory fromMemory, FromLabels each) {
    List<List<String>> lists = new ArrayList<>(blocks.size() + 1);
    Readers readers = takeReaders();
    try {
      boolean lookAtRows = rowsOverlap();
      if (lookAtRows || blocks.size() < files.size()) {
        lists.add(fromMemory.get(ref -> isPresent(readers, ref, lookAtRows)));
      }
      for (int i = 0; i < files.size(); i++) {
        if (files.get(i) instanceof StoreFile.Block block) {
          lists.add(
              deleted[i].isEmpty()
                  ? fromBlock.get(block)
                  : notDeleted(readers, i, block, matchers, each));
        }
      }
      return union(lists);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      idle.addFirst(readers);
    }
  }

  private boolean isPresent(Readers readers, int ref, boolean lookAtRows) {
    if (recent && table.newestMs(ref) < range.startMs()) {
      return false;
    }
    if (lookAtRows && hasRows(readers, ref)) {
      return true;
    }
    try {
      for (int i = files.size() - 1; i >= 0; i--) {
        if (blockOf[i] < 0 && isInPart(readers, i, ref)) {
          return true;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return false;
  }

  private List<String> notDeleted(
      Readers readers,
      int file,
      StoreFile.Block block,
      List<LabelMatcher> matchers,
      FromLabels each)
      throws IOException {
    Set<String> texts = new HashSet<>();
    for (int number : block.file().select(matchers)) {
      guard.check();
      Labels labels = block.file().labels(number);
      if (hasInFile(readers, file, number, labels)) {
        each.add(labels, texts);
      }
    }
    return texts.stream().sorted(Labels::compareUtf8).toList();
  }

  /// What is in any of the lists, each of which is sorted; mostly they are equal.
  private static List<String> union(List<List<String>> lists) {
    List<String> all = List.of();
    for (List<String> list : lists) {
      if (all.isEmpty()) {
        all = list;
      } else if (!list.equals(all)) {
        all =
            Stream.concat(all.stream(), list.stream())
                .distinct()
                .sorted(Labels::compareUtf8)
                .toList();
      }
    }
    return all;
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
