package dev.mangru.tsdb.exemplar;

import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Exemplars in the order they came, the oldest first to go, and by series. Guarded by its owner.
final class ExemplarRing {

  /// Memory of a string, a label and the objects around an entry, without characters: measured with
  /// compressed pointers and rounded up.
  private static final int STRING_BYTES = 56;

  private static final int ENTRY_BYTES = 160;

  private final int maxExemplars;
  private final long maxBytes;
  private final Map<Labels, Series> bySeries = new HashMap<>();
  private final Deque<Series> order = new ArrayDeque<>();
  private long bytes;

  /// A series and its exemplars, oldest first. In the order of the ring it occurs once for each.
  static final class Series {
    final Labels labels;
    final Deque<Exemplar> exemplars = new ArrayDeque<>(2);

    Series(Labels labels) {
      this.labels = labels;
    }
  }

  /// What becomes of an exemplar.
  enum Verdict {
    NEW,
    REPEATED,
    OUT_OF_ORDER,
    TOO_LONG
  }

  ExemplarRing(int maxExemplars, long maxBytes) {
    this.maxExemplars = maxExemplars;
    this.maxBytes = maxBytes;
  }

  /// What would become of an exemplar after `newest` of its series. Of two at one time the smaller
  /// value comes first, then the smaller labels, so that a sender can send several at one time and
  /// send them again. Source: Prometheus `tsdb/exemplar.go`, `validateExemplar`.
  static Verdict judge(@Nullable Exemplar newest, Exemplar exemplar) {
    if (exemplar.labelCharacters() > Exemplar.MAX_LABEL_CHARACTERS) {
      return Verdict.TOO_LONG;
    }
    if (newest == null) {
      return Verdict.NEW;
    }
    int order = Long.compare(exemplar.timestampMs(), newest.timestampMs());
    if (order == 0) {
      order = Double.compare(exemplar.value(), newest.value());
    }
    if (order == 0) {
      order = exemplar.labels().compareTo(newest.labels());
    }
    return order == 0 ? Verdict.REPEATED : order < 0 ? Verdict.OUT_OF_ORDER : Verdict.NEW;
  }

  /// The newest exemplar of a series, or null.
  @Nullable Exemplar newest(Labels series) {
    Series found = bySeries.get(series);
    return found == null ? null : found.exemplars.peekLast();
  }

  /// Adds one that is [Verdict#NEW], and lets the oldest go while there are too many.
  void add(Labels labels, Exemplar exemplar) {
    Series series = bySeries.get(labels);
    if (series == null) {
      series = new Series(labels);
      bySeries.put(labels, series);
      bytes += ENTRY_BYTES + bytes(labels);
    }
    series.exemplars.addLast(exemplar);
    order.addLast(series);
    bytes += ENTRY_BYTES + bytes(exemplar.labels());
    while (order.size() > maxExemplars || (bytes > maxBytes && order.size() > 1)) {
      removeOldest();
    }
  }

  private void removeOldest() {
    Series series = order.removeFirst();
    Exemplar oldest = series.exemplars.removeFirst();
    bytes -= ENTRY_BYTES + bytes(oldest.labels());
    if (series.exemplars.isEmpty()) {
      bySeries.remove(series.labels);
      bytes -= ENTRY_BYTES + bytes(series.labels);
    }
  }

  private static long bytes(Labels labels) {
    long sum = 0;
    for (Label label : labels) {
      sum += 2L * (STRING_BYTES + label.name().length() + label.value().length());
    }
    return sum;
  }

  Collection<Series> series() {
    return bySeries.values();
  }

  /// The series of each exemplar, in the order they came.
  Collection<Series> order() {
    return order;
  }

  int count() {
    return order.size();
  }

  int seriesCount() {
    return bySeries.size();
  }

  long bytes() {
    return bytes;
  }
}
