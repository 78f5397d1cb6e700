package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleText;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// Writes the lines of VictoriaMetrics' export. Confined to one thread.
final class JsonLinesWriter implements SeriesWriter {

  /// Samples of one line; a longer series has several.
  private static final int LINE_SAMPLES = 10_000;

  private final Writer out;
  private long series;
  private long samples;
  private long histograms;
  private long starts;
  private long exemplarsLeftOut;

  JsonLinesWriter(Writer out) {
    this.out = out;
  }

  @Override
  public void series(Labels labels, SampleColumns all, List<Exemplar> exemplars)
      throws IOException {
    exemplarsLeftOut += exemplars.size();
    StringBuilder values = new StringBuilder();
    StringBuilder times = new StringBuilder();
    int inLine = 0;
    boolean any = false;
    for (int i = 0; i < all.count(); i++) {
      if (all.histogram(i) != null) {
        histograms++;
        continue;
      }
      starts += all.startMs(i) == 0 ? 0 : 1;
      values.append(inLine == 0 ? "" : ",").append(number(all.values()[i]));
      times.append(inLine == 0 ? "" : ",").append(all.timesMs()[i]);
      samples++;
      any = true;
      if (++inLine == LINE_SAMPLES) {
        line(labels, values, times);
        inLine = 0;
      }
    }
    if (inLine > 0) {
      line(labels, values, times);
    }
    series += any ? 1 : 0;
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "null";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    }
    return SampleText.format(value);
  }

  private void line(Labels labels, StringBuilder values, StringBuilder times) throws IOException {
    out.write("{\"metric\":{");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < labels.count(); i++) {
      text.append(i == 0 ? "" : ",");
      quote(labels.name(i), text);
      text.append(':');
      quote(labels.value(i), text);
    }
    out.append(text).append("},\"values\":[").append(values);
    out.append("],\"timestamps\":[").append(times).append("]}\n");
    values.setLength(0);
    times.setLength(0);
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  @Override
  public void end() throws IOException {
    out.flush();
  }

  @Override
  public ExportReport report() {
    return new ExportReport(series, samples, histograms, 0, starts, 0, 0, exemplarsLeftOut);
  }
}
