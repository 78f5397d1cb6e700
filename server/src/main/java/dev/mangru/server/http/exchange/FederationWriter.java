package dev.mangru.server.http.exchange;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleText;
import dev.mangru.model.wire.ProtobufWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes samples as families of metrics, in the order they come. Confined to one thread.
///
/// Each sample has the server's external labels behind its own, where it has no such label; and an
/// `instance`, empty if need be, lest the reader put its own there.
///
/// ```
/// MetricFamily  name = 1, type = 3 (3 untyped, 4 histogram, 5 gauge histogram), metric = 4
/// Metric        label = 1 (name = 1, value = 2), untyped = 5 (value = 1), timestamp_ms = 6,
///               histogram = 7
/// Histogram     sample_sum = 2, sample_count_float = 4, schema = 5, zero_threshold = 6,
///               zero_count_float = 8, negative_span = 9, negative_count = 11,
///               positive_span = 12, positive_count = 14
/// ```
///
/// Source: Prometheus `web/federate.go`; “Exposition formats”;
/// `io/prometheus/client/metrics.proto`.
final class FederationWriter {

  private static final int UNTYPED = 3;
  private static final int HISTOGRAM = 4;
  private static final int GAUGE_HISTOGRAM = 5;

  private final Exposition form;
  private final Labels external;
  private final OutputStream out;
  private final StringBuilder text = new StringBuilder(256);
  private final ProtobufWriter message = new ProtobufWriter();
  private final ProtobufWriter length = new ProtobufWriter();

  /// @param external labels of the server
  /// @param out should buffer
  FederationWriter(Exposition form, Labels external, OutputStream out) {
    this.form = form;
    this.external = external;
    this.out = out;
  }

  void write(List<FederatedSample> samples) throws IOException {
    int at = 0;
    while (at < samples.size()) {
      FederatedSample first = samples.get(at);
      int end = at + 1;
      while (end < samples.size() && samples.get(end).sameFamily(first)) {
        end++;
      }
      List<FederatedSample> family = samples.subList(at, end);
      if (form.protobuf()) {
        messageOf(family);
      } else {
        textOf(family);
      }
      at = end;
    }
  }

  /// Takes the labels that a sample is written with.
  private interface LabelTarget {
    void label(String name, String value);
  }

  private void labels(Labels series, LabelTarget target) {
    for (int i = 0; i < series.count(); i++) {
      if (!series.name(i).equals(Labels.METRIC_NAME)) {
        target.label(form.escaping().escape(series.name(i)), series.value(i));
      }
    }
    boolean instance = false;
    for (int i = 0; i < external.count(); i++) {
      String name = external.name(i);
      if (!instance && Labels.compareUtf8("instance", name) <= 0) {
        instance = true;
        instance(series, target);
      }
      if (!name.equals("instance") && !series.has(name)) {
        target.label(form.escaping().escape(name), external.value(i));
      }
    }
    if (!instance) {
      instance(series, target);
    }
  }

  private void instance(Labels series, LabelTarget target) {
    if (!series.has("instance")) {
      target.label("instance", external.get("instance"));
    }
  }

  // ---- text -----------------------------------------------------------------------------------

  /// A float's family. Text has no native histograms.
  private void textOf(List<FederatedSample> family) throws IOException {
    String name = form.escaping().escape(family.getFirst().name());
    boolean legacy = Escaping.isLegacy(name);
    text.setLength(0);
    text.append("# TYPE ");
    name(name, text);
    text.append(" untyped\n");
    for (FederatedSample sample : family) {
      if (legacy) {
        text.append(name);
      }
      text.append('{');
      if (!legacy) {
        name(name, text);
      }
      int from = text.length();
      labels(
          sample.labels(),
          (label, value) -> {
            if (text.length() > from || !legacy) {
              text.append(',');
            }
            name(label, text);
            text.append("=\"");
            escape(value, text);
            text.append('"');
          });
      text.append("} ")
          .append(sample.value() == 0 ? "0" : SampleText.general(sample.value()))
          .append(' ')
          .append(sample.timestampMs())
          .append('\n');
      send();
    }
  }

  private void send() throws IOException {
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    text.setLength(0);
  }

  private static void name(String name, StringBuilder text) {
    if (Escaping.isLegacy(name)) {
      text.append(name);
    } else {
      text.append('"');
      escape(name, text);
      text.append('"');
    }
  }

  private static void escape(String value, StringBuilder text) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '"' -> text.append("\\\"");
        default -> text.append(c);
      }
    }
  }

  // ---- protocol buffers -----------------------------------------------------------------------

  private void messageOf(List<FederatedSample> family) throws IOException {
    FederatedSample first = family.getFirst();
    message.clear();
    message.string(1, form.escaping().escape(first.name()));
    message.varint(
        3,
        first.histogram() == null
            ? UNTYPED
            : first.isGaugeHistogram() ? GAUGE_HISTOGRAM : HISTOGRAM);
    for (FederatedSample sample : family) {
      message.message(4, metric -> metric(sample, metric));
    }
    out.write(length.clear().rawVarint(message.length()).toByteArray());
    out.write(message.toByteArray());
  }

  private void metric(FederatedSample sample, ProtobufWriter metric) {
    labels(
        sample.labels(),
        (name, value) -> metric.message(1, label -> label.string(1, name).string(2, value)));
    NativeHistogram histogram = sample.histogram();
    if (histogram == null) {
      metric.message(5, untyped -> untyped.doubleField(1, sample.value()));
    }
    metric.varint(6, sample.timestampMs());
    if (histogram != null) {
      metric.message(7, to -> histogram(histogram, to));
    }
  }

  private static void histogram(NativeHistogram histogram, ProtobufWriter to) {
    boolean integer = histogram.integer();
    to.doubleField(2, histogram.sum());
    to.doubleField(4, count(histogram.count(), integer));
    to.zigZag(5, histogram.schema());
    to.doubleField(6, histogram.zeroThreshold());
    to.doubleField(8, count(histogram.zeroCount(), integer));
    side(9, histogram.negativeSpans(), 11, histogram.negativeCounts(), integer, to);
    side(12, histogram.positiveSpans(), 14, histogram.positiveCounts(), integer, to);
  }

  private static void side(
      int spanField,
      int[] spans,
      int countField,
      long[] counts,
      boolean integer,
      ProtobufWriter to) {
    for (int i = 0; i < spans.length; i += 2) {
      int offset = spans[i];
      long count = Integer.toUnsignedLong(spans[i + 1]);
      to.message(spanField, span -> span.zigZag(1, offset).varint(2, count));
    }
    for (long count : counts) {
      to.doubleField(countField, count(count, integer));
    }
  }

  private static double count(long raw, boolean integer) {
    return integer ? (double) raw : Double.longBitsToDouble(raw);
  }
}
