package dev.mangru.logindex.search;

import dev.mangru.logindex.schema.LineDocument;
import dev.mangru.logindex.shard.Shard;
import dev.mangru.logindex.shard.ShardView;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore.Direction;
import dev.mangru.model.log.LogStore.Hit;
import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.jspecify.annotations.Nullable;

/// Finds the first records in one direction. Confined to one thread; used once.
///
/// Shards, segments and stretches of segments are visited nearest first, with the best so far in a
/// heap; whatever can only hold records behind the worst of a full heap is passed over unread.
public final class PageSearch {

  /// A record found, and where it lies.
  private record Found(
      Locator at, ShardView view, LeafReaderContext leaf, int document, int severityNumber) {}

  private final LinePredicate predicate;
  private final SearchBudget budget;
  private final boolean newestFirst;
  private final @Nullable Locator after;
  private final int limit;
  private final Comparator<Locator> order;
  private final PriorityQueue<Found> best;
  private final List<ShardView> views = new ArrayList<>();

  /// A search for the first `limit` records behind `after`.
  public PageSearch(
      LinePredicate predicate,
      SearchBudget budget,
      Direction direction,
      int limit,
      @Nullable Locator after) {
    this.predicate = predicate;
    this.budget = budget;
    this.newestFirst = direction == Direction.NEWEST_FIRST;
    this.after = after;
    this.limit = limit;
    this.order = newestFirst ? Comparator.reverseOrder() : Comparator.naturalOrder();
    this.best = new PriorityQueue<>(Comparator.comparing(Found::at, order.reversed()));
  }

  /// Runs over `shards` and returns what was found, first things first.
  public List<Hit> run(List<Shard> shards) throws IOException {
    try {
      List<Shard> nearestFirst = new ArrayList<>(shards);
      nearestFirst.sort(
          newestFirst
              ? Comparator.comparingLong(Shard::endNs).reversed()
              : Comparator.comparingLong(Shard::startNs));
      for (Shard shard : nearestFirst) {
        if (wantsTimes(shard.startNs(), shard.endNs() - 1)) {
          scan(shard);
        }
      }
      return load();
    } finally {
      for (ShardView view : views) {
        view.close();
      }
    }
  }

  private boolean wantsTimes(long minNs, long maxNs) {
    if (maxNs < predicate.startNs() || minNs >= predicate.endNs()) {
      return false;
    }
    long nearest = newestFirst ? maxNs : minNs;
    if (after != null
        && (newestFirst ? minNs > after.timestampNs() : maxNs < after.timestampNs())) {
      return false;
    }
    Found worst = best.peek();
    if (best.size() < limit || worst == null) {
      return true;
    }
    return newestFirst ? nearest >= worst.at.timestampNs() : nearest <= worst.at.timestampNs();
  }

  private void scan(Shard shard) throws IOException {
    ShardView view = shard.view();
    views.add(view);
    record Segment(LeafReaderContext leaf, long minNs, long maxNs) {}
    List<Segment> segments = new ArrayList<>();
    for (LeafReaderContext leaf : view.leaves()) {
      DocValuesSkipper times = leaf.reader().getDocValuesSkipper(LineDocument.TIMESTAMP);
      if (times != null) {
        segments.add(new Segment(leaf, times.minValue(), times.maxValue()));
      }
    }
    segments.sort(
        newestFirst
            ? Comparator.comparingLong(Segment::maxNs).reversed()
            : Comparator.comparingLong(Segment::minNs));
    for (Segment segment : segments) {
      if (wantsTimes(segment.minNs, segment.maxNs)) {
        new LeafScan(view, segment.leaf, predicate, budget)
            .run(
                newestFirst ? LeafScan.Order.NEWEST_FIRST : LeafScan.Order.OLDEST_FIRST,
                new Sink(view, segment.leaf));
      }
    }
  }

  /// Keeps the best of one segment.
  private final class Sink implements MatchSink {
    private final ShardView view;
    private final LeafReaderContext leaf;
    private NumericDocValues seqs;
    private int lastDocument = -1;
    private @Nullable Locator candidate;

    Sink(ShardView view, LeafReaderContext leaf) throws IOException {
      this.view = view;
      this.leaf = leaf;
      this.seqs = DocValues.getNumeric(leaf.reader(), LineDocument.SEQ);
    }

    @Override
    public boolean wantsTimes(long minNs, long maxNs) {
      return PageSearch.this.wantsTimes(minNs, maxNs);
    }

    @Override
    public boolean wants(int document, long timestampNs) throws IOException {
      Found worst = best.size() < limit ? null : best.peek();
      if (worst != null) {
        int byTime = Long.compare(timestampNs, worst.at.timestampNs());
        if (newestFirst ? byTime < 0 : byTime > 0) {
          return false;
        }
      }
      if (document < lastDocument) {
        seqs = DocValues.getNumeric(leaf.reader(), LineDocument.SEQ);
      }
      lastDocument = document;
      seqs.advanceExact(document);
      Locator at = new Locator(timestampNs, seqs.longValue());
      if (after != null && order.compare(at, after) <= 0) {
        return false;
      }
      candidate = at;
      return worst == null || order.compare(at, worst.at) < 0;
    }

    @Override
    public void match(int document, long timestampNs, int severityNumber, int streamOrd) {
      Locator at = candidate;
      if (at == null) {
        throw new IllegalStateException("a match that was not asked for: " + document);
      }
      if (best.size() >= limit) {
        best.poll();
      }
      best.add(new Found(at, view, leaf, document, severityNumber));
    }
  }

  private List<Hit> load() throws IOException {
    List<Found> inStorageOrder = new ArrayList<>(best);
    inStorageOrder.sort(
        Comparator.<Found>comparingInt(found -> System.identityHashCode(found.leaf))
            .thenComparingInt(Found::document));
    IdentityHashMap<LeafReaderContext, LeafContents> contents = new IdentityHashMap<>();
    record Loaded(Locator at, LogRecord record) {}
    List<Loaded> loaded = new ArrayList<>(inStorageOrder.size());
    for (Found found : inStorageOrder) {
      LeafContents leaf = contents.get(found.leaf);
      if (leaf == null) {
        leaf = new LeafContents(found.view, found.leaf, inStorageOrder.size());
        contents.put(found.leaf, leaf);
      }
      loaded.add(new Loaded(found.at, leaf.record(found)));
    }
    loaded.sort(Comparator.comparing(Loaded::at, order));
    return loaded.stream().map(one -> new Hit(one.at.toString(), one.record)).toList();
  }

  /// Reads the found records of one segment, in ascending order of documents.
  private static final class LeafContents {
    private final ShardView view;
    private final LineReader lines;
    private final org.apache.lucene.index.SortedDocValues streams;

    LeafContents(ShardView view, LeafReaderContext leaf, int expected) throws IOException {
      this.view = view;
      this.lines =
          expected > 100 ? LineReader.dense(leaf.reader()) : LineReader.sparse(leaf.reader());
      this.streams = DocValues.getSorted(leaf.reader(), LineDocument.STREAM);
    }

    LogRecord record(Found found) throws IOException {
      streams.advanceExact(found.document);
      Labels stream = view.streamLabels(streams.lookupOrd(streams.ordValue()));
      LineReader.Stored stored = lines.record(found.document);
      return new LogRecord(
          found.at.timestampNs(),
          stream,
          Severity.ofOtlpNumber(found.severityNumber),
          stored.line(),
          stored.attributes());
    }
  }
}
