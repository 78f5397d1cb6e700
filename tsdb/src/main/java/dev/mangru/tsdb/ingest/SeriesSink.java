package dev.mangru.tsdb.ingest;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes one series after the other: first its labels, in any order, then its samples. Checks the
/// labels, appends the samples, and counts. Confined to one thread.
final class SeriesSink {

  private final Appender appender;

  private String[] pairs = new String[32];
  private int length;
  private @Nullable Labels labels;
  private @Nullable String problem;
  private long samplesOfSeries;

  private long series;
  private long samples;
  private long badSeries;
  private long badSamples;
  private long histograms;
  private long exemplars;
  private long metadata;
  private final List<String> problems = new ArrayList<>();

  SeriesSink(Appender appender) {
    this.appender = appender;
  }

  void beginSeries() {
    length = 0;
    labels = null;
    problem = null;
    samplesOfSeries = 0;
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

  /// Ends the labels of the series.
  void endLabels() {
    if (problem == null) {
      String[] sorted = sorted();
      checkNoRepeats(sorted);
      labels = Labels.ofSortedPairs(sorted);
      if (!labels.has(Labels.METRIC_NAME)) {
        bad("there is no metric name (label __name__)");
      }
    }
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

  private void checkNoRepeats(String[] sorted) {
    for (int i = 2; i < sorted.length; i += 2) {
      if (sorted[i].equals(sorted[i - 2])) {
        bad("label " + quote(sorted[i]) + " comes twice");
      }
    }
  }

  /// Appends a sample of the series.
  void sample(long timestampMs, double value) {
    samplesOfSeries++;
    Labels good = labels;
    if (problem != null || good == null) {
      return;
    }
    try {
      appender.append(good, timestampMs, value);
    } catch (MangruException e) {
      if (e.code() != ErrorCode.BAD_DATA) {
        throw e;
      }
      bad(e.text());
    }
  }

  void endSeries() {
    if (problem == null) {
      series++;
      samples += samplesOfSeries;
      return;
    }
    badSeries++;
    badSamples += samplesOfSeries;
    if (problems.size() < RemoteWriteSummary.MAX_PROBLEMS) {
      problems.add("series " + describe() + ": " + problem);
    }
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

  void histogram() {
    histograms++;
  }

  void exemplar() {
    exemplars++;
  }

  void metadata() {
    metadata++;
  }

  RemoteWriteSummary summary() {
    return new RemoteWriteSummary(
        series, samples, badSeries, badSamples, histograms, exemplars, metadata, problems);
  }
}
