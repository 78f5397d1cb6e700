package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.SampleText;
import dev.mangru.model.metric.StaleMarker;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes OpenMetrics text 1.0 with timestamps. Confined to one thread.
///
/// Names beyond ASCII letters, digits, `_` and `:` are quoted inside the braces, as Prometheus 3
/// writes them.
final class OpenMetricsWriter implements SeriesWriter {

  private static final String TOTAL = "_total";

  private final Writer out;
  private final Set<String> names;
  private final Function<String, @Nullable MetricMetadata> metadata;
  private final StringBuilder text = new StringBuilder();

  private String metric = "";
  private boolean anyMetric;
  private boolean counter;
  private long series;
  private long samples;
  private long histograms;
  private long staleMarkers;
  private long starts;
  private long unnamed;
  private long exemplars;
  private long exemplarsLeftOut;

  /// @param names all metric names of the export: a counter is not typed as one if the names that
  ///   its family claims are taken
  /// @param metadata what is known of a metric, or null
  OpenMetricsWriter(
      Writer out, Set<String> names, Function<String, @Nullable MetricMetadata> metadata) {
    this.out = out;
    this.names = names;
    this.metadata = metadata;
  }

  @Override
  public void series(Labels labels, SampleColumns all, List<Exemplar> ofSeries) throws IOException {
    if (labels.metricName().isEmpty()) {
      unnamed += all.count();
      exemplarsLeftOut += ofSeries.size();
      return;
    }
    int nextExemplar = 0;
    int written = 0;
    String head = "";
    String created = "";
    for (int i = 0; i < all.count(); i++) {
      double value = all.values()[i];
      if (all.histogram(i) != null) {
        histograms++;
        continue;
      }
      if (StaleMarker.is(value)) {
        staleMarkers++;
        continue;
      }
      if (written == 0) {
        begin(labels.metricName(), all.anyStart());
        head = head(labels, metric);
        created = counter ? head(labels, family(metric) + "_created") : "";
      }
      written++;
      String time = seconds(all.timesMs()[i]);
      text.append(head).append(' ').append(SampleText.format(value));
      text.append(' ').append(time);
      int upTo = nextExemplar;
      while (upTo < ofSeries.size() && ofSeries.get(upTo).timestampMs() <= all.timesMs()[i]) {
        upTo++;
      }
      if (upTo > nextExemplar) {
        exemplar(ofSeries.get(upTo - 1));
        exemplarsLeftOut += upTo - 1 - nextExemplar;
        nextExemplar = upTo;
      }
      text.append('\n');
      long startMs = all.startMs(i);
      if (startMs != SampleCursor.NO_START) {
        if (counter) {
          text.append(created).append(' ').append(seconds(startMs));
          text.append(' ').append(time).append('\n');
        } else {
          starts++;
        }
      }
      flush(64 << 10);
    }
    samples += written;
    series += written > 0 ? 1 : 0;
    exemplarsLeftOut += ofSeries.size() - nextExemplar;
  }

  /// The newest of those that were picked since the sample before.
  private void exemplar(Exemplar exemplar) {
    text.append(" # {");
    String separator = "";
    for (Label label : exemplar.labels()) {
      boolean plain = plainName(label.name()) && label.name().indexOf(':') < 0;
      text.append(separator).append(plain ? label.name() : quoted(label.name())).append("=\"");
      escape(label.value(), text);
      text.append('"');
      separator = ",";
    }
    text.append("} ").append(SampleText.format(exemplar.value()));
    text.append(' ').append(seconds(exemplar.timestampMs()));
    exemplars++;
  }

  private static String family(String counterName) {
    return counterName.substring(0, counterName.length() - TOTAL.length());
  }

  private void begin(String name, boolean anyStart) {
    if (anyMetric && name.equals(metric)) {
      return;
    }
    anyMetric = true;
    metric = name;
    MetricMetadata known = metadata.apply(name);
    boolean plain = plainName(name) && name.length() > TOTAL.length() && name.endsWith(TOTAL);
    if (plain && known == null) {
      known = metadata.apply(family(name));
    }
    MetricMetadata.Type type = known == null ? MetricMetadata.Type.UNKNOWN : known.type();
    counter =
        plain
            && (type == MetricMetadata.Type.COUNTER || anyStart)
            && !names.contains(family(name))
            && !names.contains(family(name) + "_created");
    String shown = counter ? family(name) : plainName(name) ? name : quoted(name);
    if (counter) {
      text.append("# TYPE ").append(shown).append(" counter\n");
    } else if (type == MetricMetadata.Type.GAUGE) {
      text.append("# TYPE ").append(shown).append(" gauge\n");
    }
    if (known != null && !known.unit().isEmpty() && shown.endsWith("_" + known.unit())) {
      text.append("# UNIT ").append(shown).append(' ').append(known.unit()).append('\n');
    }
    if (known != null && !known.help().isEmpty()) {
      text.append("# HELP ").append(shown).append(' ');
      escape(known.help(), text);
      text.append('\n');
    }
  }

  private static boolean plainName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
      if (!letter && !(i > 0 && c >= '0' && c <= '9')) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  private static String quoted(String name) {
    StringBuilder quoted = new StringBuilder("\"");
    escape(name, quoted);
    return quoted.append('"').toString();
  }

  private static String head(Labels labels, String name) {
    StringBuilder head = new StringBuilder();
    boolean plain = plainName(name);
    head.append(plain ? name : "{" + quoted(name));
    String separator = plain ? "{" : ",";
    for (int i = 0; i < labels.count(); i++) {
      String label = labels.name(i);
      if (label.equals(Labels.METRIC_NAME)) {
        continue;
      }
      boolean plainLabel = plainName(label) && label.indexOf(':') < 0;
      head.append(separator).append(plainLabel ? label : quoted(label)).append("=\"");
      escape(labels.value(i), head);
      head.append('"');
      separator = ",";
    }
    return (plain && separator.equals("{") ? head : head.append('}')).toString();
  }

  private static void escape(String value, StringBuilder into) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> into.append("\\\\");
        case '"' -> into.append("\\\"");
        case '\n' -> into.append("\\n");
        default -> into.append(c);
      }
    }
  }

  /// Seconds that read back as the same millisecond. Prometheus multiplies the nearest double by
  /// 1,000 and cuts, which for some makes a millisecond less; those get the next double above.
  static String seconds(long timeMs) {
    BigDecimal exact = BigDecimal.valueOf(timeMs, 3);
    double seconds = exact.doubleValue();
    if ((long) (seconds * 1000) == timeMs) {
      return (timeMs % 1000 == 0 ? BigDecimal.valueOf(timeMs / 1000) : exact).toPlainString();
    }
    for (int i = 0; i < 4 && (long) (seconds * 1000) != timeMs; i++) {
      seconds = timeMs < 0 ? Math.nextDown(seconds) : Math.nextUp(seconds);
    }
    return new BigDecimal(Double.toString(seconds)).toPlainString();
  }

  private void flush(int unless) throws IOException {
    if (text.length() >= unless) {
      out.append(text);
      text.setLength(0);
    }
  }

  @Override
  public void end() throws IOException {
    text.append("# EOF\n");
    flush(0);
    out.flush();
  }

  @Override
  public ExportReport report() {
    return new ExportReport(
        series, samples, histograms, staleMarkers, starts, unnamed, exemplars, exemplarsLeftOut);
  }
}
