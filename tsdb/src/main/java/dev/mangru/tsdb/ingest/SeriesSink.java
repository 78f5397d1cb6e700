package dev.mangru.tsdb.ingest;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.NativeHistogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Between a decoder and a batch: takes one series after the other, checks labels that the batch
/// does not know yet, leaves out what is wrong with a reason, and counts. Confined to one thread.
///
/// A series begins with [#begin]. Its labels follow only if somebody asks for them: a series that
/// the batch knows by its bytes has none here.
final class SeriesSink {

  /// In place of a series: its labels are wrong, so its samples are left out.
  static final int BAD = -2;

  private static final MetricMetadata.Type[] TYPES = MetricMetadata.Type.values();

  private final SampleBatch batch;
  private final Extras extras;

  private String[] pairs = new String[64];
  private int length;
  private @Nullable Labels labels;
  private @Nullable String problem;
  private long floatsOfSeries;
  private long histogramsOfSeries;
  private long badHistogramsOfSeries;

  private long series;
  private long samples;
  private long histograms;
  private long badSeries;
  private long badSamples;
  private long badHistograms;
  private long exemplars;
  private long metadata;
  private long badExtras;
  private final List<String> problems = new ArrayList<>(0);

  SeriesSink(SampleBatch batch, Extras extras) {
    this.batch = batch;
    this.extras = extras;
  }

  Extras extras() {
    return extras;
  }

  // ---- one series ---------------------------------------------------------------------------

  void begin() {
    length = 0;
    labels = null;
    problem = null;
    floatsOfSeries = 0;
    histogramsOfSeries = 0;
    badHistogramsOfSeries = 0;
  }

  /// Adds a label of the series. An empty value is the same as no label.
  void label(String name, String value) {
    if (name.isEmpty()) {
      bad("a label name is empty (value " + quote(value) + ")");
    }
    if (value.isEmpty()) {
      return;
    }
    if (length == pairs.length) {
      pairs = Arrays.copyOf(pairs, length * 2);
    }
    pairs[length++] = name;
    pairs[length++] = value;
  }

  /// Leaves the series out, for this reason.
  void bad(String reason) {
    if (problem == null) {
      problem = reason;
    }
  }

  /// Whether labels were given since [#begin].
  boolean hasLabels() {
    return length > 0;
  }

  /// Ends the labels of a series that the batch does not know, and makes it known.
  ///
  /// @return the series, -1 if it may not come in, or [#BAD]
  int define(long hash1, long hash2) {
    if (problem != null) {
      return BAD;
    }
    Labels checked = checked();
    if (problem != null) {
      return BAD;
    }
    try {
      return batch.define(checked, hash1, hash2);
    } catch (MangruException e) {
      return refused(e);
    }
  }

  private Labels checked() {
    String[] sorted = sorted();
    for (int i = 2; i < sorted.length; i += 2) {
      if (sorted[i].equals(sorted[i - 2])) {
        bad("label " + quote(sorted[i]) + " comes twice");
      }
    }
    Labels result = Labels.ofSortedPairs(sorted);
    if (!result.has(Labels.METRIC_NAME)) {
      bad("there is no metric name (label __name__)");
    }
    labels = result;
    return result;
  }

  private String[] sorted() {
    String[] copy = Arrays.copyOf(pairs, length);
    boolean ascending = true;
    for (int i = 2; i < length && ascending; i += 2) {
      ascending = Labels.compareUtf8(copy[i - 2], copy[i]) < 0;
    }
    if (ascending) {
      return copy;
    }
    Integer[] order = new Integer[length / 2];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Labels.compareUtf8(copy[2 * a], copy[2 * b]));
    String[] result = new String[length];
    for (int i = 0; i < order.length; i++) {
      result[2 * i] = copy[2 * order[i]];
      result[2 * i + 1] = copy[2 * order[i] + 1];
    }
    return result;
  }

  /// Adds a float. Returns the series for the next one: [#BAD] if the store refuses its labels.
  int add(int ref, long timestampMs, long startMs, long valueBits) {
    floatsOfSeries++;
    if (ref == BAD) {
      return BAD;
    }
    try {
      batch.add(ref, timestampMs, startMs, valueBits);
      return ref;
    } catch (MangruException e) {
      return refused(e);
    }
  }

  /// Adds a native histogram; as the other one.
  int add(int ref, long timestampMs, long startMs, NativeHistogram histogram) {
    histogramsOfSeries++;
    if (ref == BAD) {
      return BAD;
    }
    try {
      batch.add(ref, timestampMs, startMs, histogram);
      return ref;
    } catch (MangruException e) {
      return refused(e);
    }
  }

  /// Leaves one histogram out of a series that is right otherwise.
  void badHistogram(String reason) {
    badHistogramsOfSeries++;
    if (problem == null && tellsMore()) {
      problems.add("a native histogram of series " + describe() + ": " + reason);
    }
  }

  private int refused(MangruException e) {
    if (e.code() != ErrorCode.BAD_DATA) {
      throw e;
    }
    bad(e.text());
    return BAD;
  }

  /// Ends the series.
  void end() {
    if (problem == null) {
      series++;
      samples += floatsOfSeries;
      histograms += histogramsOfSeries;
      badHistograms += badHistogramsOfSeries;
      return;
    }
    badSeries++;
    badSamples += floatsOfSeries + histogramsOfSeries + badHistogramsOfSeries;
    if (tellsMore()) {
      problems.add("series " + describe() + ": " + problem);
    }
  }

  /// Counts a whole series of which the batch took every sample.
  void known(int floats) {
    series++;
    samples += floats;
  }

  // ---- what is beside samples -----------------------------------------------------------------

  /// Counts exemplars that nobody keeps.
  void exemplars(int count) {
    exemplars += count;
  }

  /// Hands over an exemplar of the series, whose labels were given.
  void exemplar(Exemplar exemplar) {
    exemplars++;
    if (problem != null) {
      return;
    }
    Labels known = labels;
    extras.add(known == null ? checked() : known, exemplar);
  }

  /// Counts metadata that nobody keeps.
  void metadata() {
    metadata++;
  }

  /// Hands over metadata.
  void metadata(String metric, MetricMetadata about) {
    metadata++;
    if (!metric.isEmpty()) {
      extras.add(metric, about);
    }
  }

  /// Leaves out an exemplar or metadata of the series, whose labels were given.
  void badExtra(String what, String reason) {
    badExtras++;
    if (tellsMore()) {
      problems.add(what + " of series " + describe() + ": " + reason);
    }
  }

  /// The type that a number on the wire stands for; a number from the future for none known.
  static MetricMetadata.Type type(long number) {
    return number >= 0 && number < TYPES.length ? TYPES[(int) number] : MetricMetadata.Type.UNKNOWN;
  }

  // ---- telling ----------------------------------------------------------------------------------

  private boolean tellsMore() {
    return problems.size() < RemoteWriteSummary.MAX_PROBLEMS;
  }

  /// The first labels of the series as they came.
  private String describe() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < length && text.length() < 200; i += 2) {
      text.append(i == 0 ? "" : ", ")
          .append(shorten(pairs[i]))
          .append('=')
          .append(quote(pairs[i + 1]));
    }
    return text.append('}').toString();
  }

  private static String quote(String text) {
    return '"' + shorten(text) + '"';
  }

  private static String shorten(String text) {
    return text.length() <= 60 ? text : text.substring(0, 59) + "…";
  }

  RemoteWriteSummary summary() {
    return new RemoteWriteSummary(
        series,
        samples,
        histograms,
        badSeries,
        badSamples,
        badHistograms,
        exemplars,
        metadata,
        badExtras,
        problems);
  }
}
