package dev.mangru.logindex.search;

import dev.mangru.logindex.schema.LineDocument;
import dev.mangru.logindex.shard.ShardView;
import dev.mangru.model.log.TextFilter;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/// Runs a query over one segment. Confined to the searching thread.
///
/// The order of work is from cheap to dear: streams by their dictionary, text by its terms, time by
/// the skip index, then document by document time, severity and stream from doc values, and only
/// for what is left the stored line.
final class LeafScan {

  /// In which order the stretches of a segment are visited.
  enum Order {
    NEWEST_FIRST,
    OLDEST_FIRST,
    ANY
  }

  /// Documents that lie together, and the times among them (both inclusive).
  private record Stretch(int firstDocument, int lastDocument, long minNs, long maxNs) {}

  /// A filter that the terms do not decide for every document.
  ///
  /// @param sure documents that contain its text for sure; null for none
  private record Unread(TextFilter filter, @Nullable FixedBitSet sure) {
    boolean decides(int document) {
      return sure != null && sure.get(document);
    }
  }

  /// Streams that hold less than this part of a segment are looked up document by document.
  private static final double FEW = 0.25;

  private final LeafReader leaf;
  private final ShardView view;
  private final LinePredicate predicate;
  private final SearchBudget budget;

  private @Nullable FixedBitSet candidates;
  private @Nullable FixedBitSet selectedStreams;
  private final List<Unread> unread = new ArrayList<>();
  private @Nullable LineReader lines;

  LeafScan(
      ShardView view, LeafReaderContext context, LinePredicate predicate, SearchBudget budget) {
    this.leaf = context.reader();
    this.view = view;
    this.predicate = predicate;
    this.budget = budget;
  }

  /// The labels of every stream of the segment, by number.
  static Labels[] streams(ShardView view, LeafReader leaf) throws IOException {
    SortedDocValues values = DocValues.getSorted(leaf, LineDocument.STREAM);
    Labels[] streams = new Labels[values.getValueCount()];
    for (int ord = 0; ord < streams.length; ord++) {
      streams[ord] = view.streamLabels(values.lookupOrd(ord));
    }
    return streams;
  }

  /// Hands every match to `sink`.
  void run(Order order, MatchSink sink) throws IOException {
    if (predicate.impossible()) {
      return;
    }
    List<Stretch> stretches = stretches(order);
    if (stretches.isEmpty() || !selectStreams() || !selectTexts()) {
      return;
    }
    for (Stretch stretch : stretches) {
      budget.checkTime();
      if (sink.wantsTimes(stretch.minNs, stretch.maxNs)) {
        scan(stretch, sink);
      }
    }
  }

  private List<Stretch> stretches(Order order) throws IOException {
    List<Stretch> stretches = new ArrayList<>();
    DocValuesSkipper skipper = leaf.getDocValuesSkipper(LineDocument.TIMESTAMP);
    if (skipper == null) {
      return stretches;
    }
    skipper.advance(0);
    while (skipper.minDocID(0) != DocIdSetIterator.NO_MORE_DOCS) {
      long min = skipper.minValue(0);
      long max = skipper.maxValue(0);
      int last = skipper.maxDocID(0);
      if (max >= predicate.startNs() && min < predicate.endNs()) {
        stretches.add(new Stretch(skipper.minDocID(0), last, min, max));
      }
      if (last == DocIdSetIterator.NO_MORE_DOCS) {
        break;
      }
      skipper.advance(last + 1);
    }
    switch (order) {
      case NEWEST_FIRST -> stretches.sort(Comparator.comparingLong(Stretch::maxNs).reversed());
      case OLDEST_FIRST -> stretches.sort(Comparator.comparingLong(Stretch::minNs));
      case ANY -> {}
    }
    return stretches;
  }

  /// Returns false if no stream is wanted.
  private boolean selectStreams() throws IOException {
    if (predicate.allStreams()) {
      return true;
    }
    SortedDocValues values = DocValues.getSorted(leaf, LineDocument.STREAM);
    int count = values.getValueCount();
    FixedBitSet wanted = new FixedBitSet(Math.max(1, count));
    int selected = 0;
    for (int ord = 0; ord < count; ord++) {
      if (predicate.selects(view.streamLabels(values.lookupOrd(ord)))) {
        wanted.set(ord);
        selected++;
      }
    }
    if (selected == 0) {
      return false;
    }
    if (selected == count) {
      return true;
    }
    FixedBitSet documents = fewDocuments(values, wanted);
    if (documents == null) {
      selectedStreams = wanted;
    } else {
      candidates = documents;
    }
    return true;
  }

  /// The documents of the wanted streams, or null if they are many.
  private @Nullable FixedBitSet fewDocuments(SortedDocValues values, FixedBitSet wanted)
      throws IOException {
    Terms terms = leaf.terms(LineDocument.STREAM);
    if (terms == null) {
      return null;
    }
    TermsEnum walk = terms.iterator();
    FixedBitSet documents = new FixedBitSet(leaf.maxDoc());
    PostingsEnum postings = null;
    long many = (long) (leaf.maxDoc() * FEW);
    long total = 0;
    for (int ord = nextWanted(wanted, 0); ord >= 0; ord = nextWanted(wanted, ord + 1)) {
      if (!walk.seekExact(values.lookupOrd(ord))) {
        continue;
      }
      total += walk.docFreq();
      if (total > many) {
        return null;
      }
      postings = walk.postings(postings, PostingsEnum.NONE);
      documents.or(postings);
    }
    return documents;
  }

  private static int nextWanted(FixedBitSet wanted, int from) {
    if (from >= wanted.length()) {
      return -1;
    }
    int next = wanted.nextSetBit(from);
    return next == DocIdSetIterator.NO_MORE_DOCS ? -1 : next;
  }

  /// Returns false if no document can have the wanted text.
  private boolean selectTexts() throws IOException {
    for (LinePredicate.Text text : predicate.texts()) {
      TextFilter filter = text.filter();
      if (!filter.wanted() && !text.terms().exact()) {
        unread.add(new Unread(filter, null)); // terms that must be there tell nothing about a lack
        continue;
      }
      TextCandidates found = TextCandidates.of(leaf, text.terms());
      if (!found.decided()) {
        unread.add(new Unread(filter, found.sure()));
      }
      FixedBitSet documents = found.documents();
      if (!filter.wanted()) {
        documents = found.sure();
        if (documents != null) {
          documents = documents.clone();
          documents.flip(0, leaf.maxDoc());
        }
      }
      if (documents != null && !narrow(documents)) {
        return false;
      }
    }
    return true;
  }

  private boolean narrow(FixedBitSet documents) {
    if (candidates == null) {
      candidates = documents.clone();
    } else {
      candidates.and(documents);
    }
    return !candidates.scanIsEmpty();
  }

  private void scan(Stretch stretch, MatchSink sink) throws IOException {
    NumericDocValues timestamps = DocValues.getNumeric(leaf, LineDocument.TIMESTAMP);
    NumericDocValues severities = DocValues.getNumeric(leaf, LineDocument.SEVERITY);
    SortedDocValues streams = DocValues.getSorted(leaf, LineDocument.STREAM);
    boolean allTimes = stretch.minNs >= predicate.startNs() && stretch.maxNs < predicate.endNs();
    Bits live = leaf.getLiveDocs();
    FixedBitSet among = candidates;
    FixedBitSet wantedStreams = selectedStreams;
    for (int document = stretch.firstDocument; document <= stretch.lastDocument; document++) {
      if (among != null) {
        document = among.nextSetBit(document, stretch.lastDocument + 1);
        if (document == DocIdSetIterator.NO_MORE_DOCS) {
          return;
        }
      }
      budget.look();
      if (live != null && !live.get(document)) {
        continue;
      }
      timestamps.advanceExact(document);
      long timestampNs = timestamps.longValue();
      if (!allTimes && (timestampNs < predicate.startNs() || timestampNs >= predicate.endNs())) {
        continue;
      }
      severities.advanceExact(document);
      int severity = (int) severities.longValue();
      if (!predicate.selectsSeverity(severity)) {
        continue;
      }
      streams.advanceExact(document);
      int stream = streams.ordValue();
      if (wantedStreams != null && !wantedStreams.get(stream)) {
        continue;
      }
      if (!sink.wants(document, timestampNs)) {
        continue;
      }
      if (unread.isEmpty() || hasTexts(document)) {
        sink.match(document, timestampNs, severity, stream);
      }
    }
  }

  private boolean hasTexts(int document) throws IOException {
    String line = null;
    for (Unread text : unread) {
      if (text.decides(document)) {
        if (!text.filter.wanted()) {
          return false;
        }
        continue;
      }
      if (line == null) {
        line = readLine(document);
      }
      if (!text.filter.matches(line)) {
        return false;
      }
    }
    return true;
  }

  private String readLine(int document) throws IOException {
    if (lines == null) {
      lines = LineReader.dense(leaf);
    }
    budget.readLine();
    return lines.line(document);
  }
}
