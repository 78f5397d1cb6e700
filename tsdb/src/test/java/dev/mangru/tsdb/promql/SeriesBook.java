package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleText;
import dev.mangru.tsdb.conformance.MemoryStore;
import java.util.StringJoiner;

/// A store that tests fill in one line, with an engine that answers in one line.
final class SeriesBook {

  static final long MINUTE = 60_000;

  final MemoryStore store = new MemoryStore();

  /// One sample per minute from 0 on; NaN payloads survive.
  SeriesBook with(Labels labels, double... values) {
    Appender appender = store.appender();
    for (int i = 0; i < values.length; i++) {
      appender.append(labels, i * MINUTE, values[i]);
    }
    appender.commit();
    return this;
  }

  SeriesBook sample(Labels labels, long timeMs, double value) {
    Appender appender = store.appender();
    appender.append(labels, timeMs, value);
    appender.commit();
    return this;
  }

  PromqlEngine engine(PromqlOptions options) {
    return new PromqlEngine(store, options);
  }

  QueryResult ask(String expression, long timeMs) {
    return engine(PromqlOptions.defaults())
        .instant(expression, timeMs, MetricQuery.Options.defaults());
  }

  /// The answer at minute `minute`, such as `x{a="1"} 5, y 6`.
  String at(int minute, String expression) {
    return text(ask(expression, minute * MINUTE).value());
  }

  /// The answer at each minute of a range, such as `x 1@0 2@1`.
  String over(int fromMinute, int toMinute, String expression) {
    return text(
        engine(PromqlOptions.defaults())
            .range(
                expression,
                fromMinute * MINUTE,
                toMinute * MINUTE,
                MINUTE,
                MetricQuery.Options.defaults())
            .value());
  }

  static String text(QueryValue value) {
    StringJoiner text = new StringJoiner(", ");
    switch (value) {
      case QueryValue.Scalar scalar -> text.add(SampleText.format(scalar.value()));
      case QueryValue.Text string -> text.add(string.value());
      case QueryValue.Vector vector ->
          vector
              .samples()
              .forEach(
                  sample -> text.add(sample.labels() + " " + SampleText.format(sample.value())));
      case QueryValue.Matrix matrix ->
          matrix
              .series()
              .forEach(points -> {
                StringBuilder line = new StringBuilder(points.labels().toString());
                for (int i = 0; i < points.count(); i++) {
                  line.append(' ')
                      .append(SampleText.format(points.values()[i]))
                      .append('@')
                      .append(SampleText.format(points.timestampsMs()[i] / (double) MINUTE));
                }
                text.add(line);
              });
    }
    return text.toString();
  }
}
