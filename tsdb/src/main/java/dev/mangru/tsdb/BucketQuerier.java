package dev.mangru.tsdb;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.BucketColumns;
import dev.mangru.model.metric.Buckets;
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
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.Summaries;
import dev.mangru.tsdb.compact.SummaryColumns;
import dev.mangru.tsdb.compact.SummaryColumns.Column;
import dev.mangru.tsdb.compact.Tombstones;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads series from summaries and the rest of them from samples. Confined to one thread.
///
/// ```
/// time     | block 1    | block 2    | block 3   | parts, rows
/// exact    | summary 1  | summary 2  | samples   | samples, put together in buckets
/// asked    | orphan     | summary 2  | samples   | samples
/// ```
///
/// Where a series has anything that could make a difference - a deletion, a late sample in the time
/// of a summary, histograms where floats are wanted, sums that might round - all of it is read from
/// the samples.
final class BucketQuerier implements Querier {

  private static final Logger LOG = LoggerFactory.getLogger(BucketQuerier.class);

  private final TimeRange range;
  private final Buckets wanted;
  private final Set<Column> columns;

  /// Reads all files and rows.
  private final TsdbQuerier whole;

  /// Reads those that no summary stands for.
  private final TsdbQuerier rest;

  private final SummaryUses uses;
  private final List<Reader> instead = new ArrayList<>();
  private final List<Reader> orphans = new ArrayList<>();
  private final Set<Long> damaged;

  private final SampleColumns samples = new SampleColumns();
  private final SampleColumns scratch = new SampleColumns();
  private final SummaryColumns part = new SummaryColumns();
  private final SummaryColumns single = new SummaryColumns();
  private SummaryColumns gathered = new SummaryColumns();
  private SummaryColumns spare = new SummaryColumns();

  /// Time that each of the gathered buckets has samples of: after its begin, up to its last. That
  /// is less than the bucket where a block begins or ends inside it.
  private long[] begins = new long[64];

  private long[] lasts = new long[64];
  private long[] spareBegins = new long[64];
  private long[] spareLasts = new long[64];
  private double[] counts = new double[64];
  private double[] values = new double[64];
  private long longest;
  private boolean closed;

  /// A file of summaries and where it is read.
  private static final class Reader {
    final SummaryFile file;
    final Resolution resolution;
    final TimeRange samples;
    final Deleted deleted;
    private final ChunkCursor cursor;

    /// The series after the one that was found last: series are mostly asked for in order.
    private int next;

    private @Nullable Labels asked;
    private int answer;

    Reader(SummaryFile file, Tombstones tombstones) throws IOException {
      this.file = file;
      this.resolution = file.stored().resolution();
      this.samples = file.stored().range();
      this.deleted = tombstones.in(file.stored().number(), samples);
      this.cursor = file.file().cursor();
    }

    /// The number of a series in the file, or -1.
    int number(Labels labels) throws IOException {
      Labels before = asked;
      if (before != null && before.equals(labels)) {
        return answer;
      }
      boolean guessed = next < file.file().series() && file.file().labels(next).equals(labels);
      int number = guessed ? next : file.file().find(labels);
      if (number >= 0) {
        next = number + 1;
      }
      asked = labels;
      answer = number;
      return number;
    }
  }

  /// @param uses retained; what is not empty of it
  /// @param whole of the same view, as `rest`
  BucketQuerier(
      TimeRange range,
      Buckets wanted,
      SummaryUses uses,
      Tombstones tombstones,
      TsdbQuerier whole,
      TsdbQuerier rest,
      Set<Long> damaged)
      throws IOException {
    this.range = range;
    this.wanted = wanted;
    this.uses = uses;
    this.whole = whole;
    this.rest = rest;
    this.damaged = damaged;
    this.columns = columns(wanted);
    for (SummaryUses.Instead each : uses.instead()) {
      instead.add(new Reader(each.summary(), tombstones));
    }
    for (SummaryFile each : uses.orphans()) {
      orphans.add(new Reader(each, tombstones));
    }
  }

  private static Set<Column> columns(Buckets wanted) {
    return switch (wanted.use()) {
      case COUNT -> EnumSet.of(Column.COUNT, Column.HISTOGRAMS);
      case LEAST -> EnumSet.of(Column.COUNT, Column.HISTOGRAMS, Column.MIN);
      case GREATEST -> EnumSet.of(Column.COUNT, Column.HISTOGRAMS, Column.MAX);
      case SUM ->
          wanted.kind() == Buckets.Kind.EXACT
              ? EnumSet.of(
                  Column.COUNT,
                  Column.HISTOGRAMS,
                  Column.SUM,
                  Column.MIN,
                  Column.MAX,
                  Column.INTEGRAL)
              : EnumSet.of(Column.COUNT, Column.HISTOGRAMS, Column.SUM);
      case NONE ->
          wanted.kind() == Buckets.Kind.COUNTERS
              ? EnumSet.of(
                  Column.COUNT, Column.HISTOGRAMS, Column.FIRST, Column.LAST, Column.INCREASE)
              : EnumSet.of(Column.COUNT, Column.HISTOGRAMS, Column.SUM);
    };
  }

  // ---- selecting -------------------------------------------------------------------------------

  @Override
  public void guardBy(QueryGuard guard) {
    whole.guardBy(guard);
    rest.guardBy(guard);
  }

  @Override
  public List<Series> select(List<LabelMatcher> matchers) {
    List<Series> all = whole.select(matchers);
    List<Series> others = rest.select(matchers);
    List<Series> found = new ArrayList<>(all.size());
    int at = 0;
    for (Series one : all) {
      while (at < others.size() && others.get(at).labels().compareTo(one.labels()) < 0) {
        at++;
      }
      boolean same = at < others.size() && others.get(at).labels().equals(one.labels());
      found.add(new Selected(one.labels(), one, same ? others.get(at) : null));
    }
    try {
      for (Reader orphan : orphans) {
        found = join(found, orphan, orphan.file.file().select(matchers));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /// Adds the series of a file of summaries that are not there yet.
  private List<Series> join(List<Series> left, Reader right, int[] numbers) throws IOException {
    List<Series> joined = new ArrayList<>(Math.max(left.size(), numbers.length));
    int i = 0;
    for (int number : numbers) {
      Labels labels = right.file.file().labels(number);
      while (i < left.size() && left.get(i).labels().compareTo(labels) < 0) {
        joined.add(left.get(i++));
      }
      if (i == left.size() || !left.get(i).labels().equals(labels)) {
        joined.add(new Selected(labels, null, null));
      }
    }
    joined.addAll(left.subList(i, left.size()));
    return joined;
  }

  /// A series, what it has in all files and rows, and what in those that no summary stands for.
  private final class Selected implements Series {
    private final Labels labels;
    private final @Nullable Series all;
    private final @Nullable Series other;

    Selected(Labels labels, @Nullable Series all, @Nullable Series other) {
      this.labels = labels;
      this.all = all;
      this.other = other;
    }

    @Override
    public Labels labels() {
      return labels;
    }

    @Override
    public SampleCursor samples() {
      SampleColumns read = new SampleColumns();
      read(read);
      return new ColumnsCursor(read);
    }

    @Override
    public void read(SampleColumns target) {
      if (wanted.kind() != Buckets.Kind.EXACT && gather(labels, all, other)) {
        toSamples(target);
      } else if (all == null) {
        target.clear();
      } else {
        all.read(target);
      }
    }

    @Override
    public boolean readBuckets(BucketColumns target) {
      return wanted.use() != Buckets.Use.NONE && gather(labels, all, other) && toBuckets(target);
    }
  }

  // ---- gathering -------------------------------------------------------------------------------

  /// Gathers the buckets of a series; false if only its samples will do.
  private boolean gather(Labels labels, @Nullable Series all, @Nullable Series other) {
    gathered.clear();
    if (wanted.kind() == Buckets.Kind.EXACT
        && wanted.use() == Buckets.Use.SUM
        && !looksIntegral(labels)) {
      return false;
    }
    samples.clear();
    if (other != null) {
      other.read(samples);
    }
    if (wanted.kind() != Buckets.Kind.EXACT && samples.anyHistogram()) {
      return false;
    }
    try {
      int at = 0;
      for (Reader reader : instead) {
        int number = reader.number(labels);
        if (number < 0) {
          continue;
        }
        int to = at;
        while (to < samples.count() && samples.timesMs()[to] < reader.samples.startMs()) {
          to++;
        }
        boolean late = to < samples.count() && samples.timesMs()[to] <= reader.samples.endMs();
        if (late || reader.deleted.intervals(labels).length > 0 || !read(reader, number, columns)) {
          return wanted.kind() != Buckets.Kind.EXACT && gatherSamples(labels, all);
        }
        addSamples(at, to);
        at = to;
        if (part.count() > 0) {
          longest = Math.max(longest, reader.resolution.millis());
        }
        for (int i = 0; i < part.count(); i++) {
          addBucket(part, i, part.endsMs()[i], reader.resolution.millis(), reader.samples);
        }
      }
      addSamples(at, samples.count());
      if (wanted.kind() != Buckets.Kind.EXACT) {
        for (Reader orphan : orphans) {
          fill(orphan, labels);
        }
        joinParts();
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final Set<Column> INTEGRAL = EnumSet.of(Column.COUNT, Column.INTEGRAL);

  /// A look at one file saves that at all, for most series whose sums round.
  private boolean looksIntegral(Labels labels) {
    try {
      for (Reader reader : instead) {
        int number = reader.number(labels);
        if (number >= 0) {
          if (!read(reader, number, INTEGRAL)) {
            return false;
          }
          double[] integral = part.values(Column.INTEGRAL);
          for (int i = 0; i < part.count(); i++) {
            if (integral[i] == 0) {
              return false;
            }
          }
          return true;
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Gathers all samples there are, and buckets only of blocks that are gone.
  private boolean gatherSamples(Labels labels, @Nullable Series all) throws IOException {
    gathered.clear();
    samples.clear();
    if (all != null) {
      all.read(samples);
    }
    if (samples.anyHistogram()) {
      return false;
    }
    addSamples(0, samples.count());
    for (Reader orphan : orphans) {
      fill(orphan, labels);
    }
    joinParts();
    return true;
  }

  /// Reads a series into `part`; false if the file is damaged.
  private boolean read(Reader reader, int number, Set<Column> some) throws IOException {
    try {
      if (!reader.cursor.seek(number)) {
        return false;
      }
      Summaries.read(reader.file.file(), reader.cursor, range, some, scratch, part);
      return true;
    } catch (CorruptDataException e) {
      if (damaged.add(reader.file.stored().number())) {
        LOG.atError()
            .addKeyValue("file", reader.file.file().path())
            .setCause(e)
            .log("a file of summaries is damaged; it is made again from its block");
      }
      return false;
    }
  }

  private void addSamples(int from, int to) {
    if (wanted.kind() == Buckets.Kind.EXACT) {
      int before = gathered.count();
      gathered.summarize(samples, from, to, Resolution.D5M);
      for (int i = before; i < gathered.count(); i++) {
        gathered.endsMs()[i] = ceiling(gathered.endsMs()[i]);
      }
      return;
    }
    boolean keepsStale = wanted.kind() == Buckets.Kind.AVERAGES && wanted.use() == Buckets.Use.NONE;
    for (int i = from; i < to; i++) {
      double value = samples.values()[i];
      if (keepsStale || !StaleMarker.is(value)) {
        long time = samples.timesMs()[i];
        single.clear();
        single.add(time, value);
        addBucket(single, 0, time, 1, new TimeRange(time, time));
      }
    }
  }

  /// @param samplesOf times that the bucket may have samples of
  private void addBucket(
      SummaryColumns from, int i, long endMs, long lengthMs, TimeRange samplesOf) {
    if (wanted.kind() == Buckets.Kind.EXACT) {
      gathered.append(from, i, ceiling(endMs));
      return;
    }
    int count = gathered.count();
    gathered.append(from, i, endMs);
    begins = with(begins, count, Math.max(endMs - lengthMs, samplesOf.startMs() - 1));
    lasts = with(lasts, count, Math.min(endMs, samplesOf.endMs()));
  }

  private static long[] with(long[] array, int at, long value) {
    long[] longer = at == array.length ? Arrays.copyOf(array, 2 * at) : array;
    longer[at] = value;
    return longer;
  }

  /// The next multiple of the reader's own length: with its windows no one can tell, and ends
  /// ascend though summaries of an hour and samples follow each other within it.
  private long ceiling(long endMs) {
    return -Math.floorDiv(-endMs, wanted.lengthMs()) * wanted.lengthMs();
  }

  /// Adds those buckets of a block that is gone in whose time nothing is gathered yet.
  private void fill(Reader orphan, Labels labels) throws IOException {
    int number = orphan.number(labels);
    if (number < 0 || !orphan.cursor.seek(number)) {
      return;
    }
    Summaries.read(orphan.file.file(), orphan.cursor, range, columns, scratch, part);
    part.removeOverlapping(orphan.deleted.intervals(labels), orphan.resolution);
    long length = orphan.resolution.millis();
    spare.clear();
    int at = 0;
    boolean any = false;
    for (int i = 0; i < part.count(); i++) {
      long end = part.endsMs()[i];
      long begin = Math.max(end - length, orphan.samples.startMs() - 1);
      long last = Math.min(end, orphan.samples.endMs());
      while (at < gathered.count() && lasts[at] <= begin) {
        keep(at++);
      }
      if (at == gathered.count() || begins[at] >= last) {
        spareBegins = with(spareBegins, spare.count(), begin);
        spareLasts = with(spareLasts, spare.count(), last);
        spare.append(part, i, end);
        any = true;
      }
    }
    if (any) {
      while (at < gathered.count()) {
        keep(at++);
      }
      swap();
      longest = Math.max(longest, length);
    }
  }

  private void keep(int at) {
    spareBegins = with(spareBegins, spare.count(), begins[at]);
    spareLasts = with(spareLasts, spare.count(), lasts[at]);
    spare.append(gathered, at, gathered.endsMs()[at]);
  }

  private void swap() {
    SummaryColumns columnsBefore = gathered;
    gathered = spare;
    spare = columnsBefore;
    long[] before = begins;
    begins = spareBegins;
    spareBegins = before;
    before = lasts;
    lasts = spareLasts;
    spareLasts = before;
  }

  /// Makes one of buckets with the same end: two blocks, or a block and samples, have a part of it
  /// each.
  private void joinParts() {
    boolean any = false;
    for (int i = 1; i < gathered.count(); i++) {
      any |= gathered.endsMs()[i] <= gathered.endsMs()[i - 1];
    }
    if (!any) {
      return;
    }
    spare.clear();
    for (int i = 0; i < gathered.count(); i++) {
      long end = gathered.endsMs()[i];
      if (spare.count() == 0 || end > spare.endsMs()[spare.count() - 1]) {
        keep(i);
      } else if (!StaleMarker.is(gathered.values(Column.SUM)[i])) {
        spare.join(gathered, i);
      }
    }
    swap();
  }

  // ---- handing out -----------------------------------------------------------------------------

  /// False if what is gathered is not exact, or has histograms where floats are wanted.
  private boolean toBuckets(BucketColumns target) {
    int count = gathered.count();
    boolean exact = wanted.kind() == Buckets.Kind.EXACT;
    boolean refused =
        switch (wanted.use()) {
          case COUNT, NONE -> false;
          case LEAST, GREATEST -> exact && !gathered.exactExtremes(0, count);
          case SUM -> exact && !gathered.exactSum(0, count);
        };
    if (refused) {
      return false;
    }
    if (counts.length < count) {
      counts = new double[Math.max(count, 2 * counts.length)];
      values = new double[counts.length];
    }
    double[] floats = gathered.values(Column.COUNT);
    double[] histograms = gathered.values(Column.HISTOGRAMS);
    double[] value =
        switch (wanted.use()) {
          case COUNT, NONE -> floats;
          case LEAST -> gathered.values(Column.MIN);
          case GREATEST -> gathered.values(Column.MAX);
          case SUM -> gathered.values(Column.SUM);
        };
    boolean anything = wanted.use() == Buckets.Use.COUNT;
    int kept = 0;
    for (int i = 0; i < count; i++) {
      double total = anything ? floats[i] + histograms[i] : floats[i];
      if (total > 0) {
        gathered.endsMs()[kept] = gathered.endsMs()[i];
        counts[kept] = total;
        values[kept] = value[i];
        kept++;
      }
    }
    target.set(kept, gathered.endsMs(), counts, values);
    return true;
  }

  private void toSamples(SampleColumns target) {
    target.clear();
    boolean counter = wanted.kind() == Buckets.Kind.COUNTERS;
    double[] floats = gathered.values(Column.COUNT);
    double before = 0;
    double total = 0;
    boolean any = false;
    for (int i = 0; i < gathered.count(); i++) {
      if (floats[i] == 0) {
        continue;
      }
      long end = gathered.endsMs()[i];
      if (!counter) {
        double sum = gathered.values(Column.SUM)[i];
        // A sample keeps its bits, a stale marker's too.
        target.add(end, floats[i] == 1 ? sum : sum / floats[i]);
        continue;
      }
      double first = gathered.values(Column.FIRST)[i];
      double last = gathered.values(Column.LAST)[i];
      if (any) {
        double grown = first < before ? first : first - before;
        total += grown + gathered.values(Column.INCREASE)[i];
      } else {
        total = last;
      }
      any = true;
      before = last;
      target.add(end, total);
    }
  }

  // ---- the rest --------------------------------------------------------------------------------

  @Override
  public long longestBucketMs() {
    return longest;
  }

  @Override
  public List<String> labelNames(List<LabelMatcher> matchers) {
    return whole.labelNames(matchers);
  }

  @Override
  public List<String> labelValues(String name, List<LabelMatcher> matchers) {
    return whole.labelValues(name, matchers);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      whole.close();
      rest.close();
      uses.release();
    }
  }
}
