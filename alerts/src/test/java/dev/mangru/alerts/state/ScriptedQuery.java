package dev.mangru.alerts.state;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Answers each expression as it was told to; one it was not told of has an empty result, for which
/// it looked at one sample. Thread-safe.
final class ScriptedQuery implements MetricQuery {

  /// How an expression is answered.
  interface Answer {
    QueryResult at(long timeMs, Options options);
  }

  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  void answer(String expression, Answer answer) {
    answers.put(expression, answer);
  }

  /// The expression has these elements from now on.
  void has(String expression, Labels... elements) {
    answer(expression, (timeMs, _) -> vector(timeMs, 1, elements));
  }

  /// The expression has no element from now on.
  void hasNothing(String expression, long samplesRead) {
    answer(
        expression,
        (_, _) ->
            new QueryResult(new QueryValue.Vector(List.of()), List.of(), List.of(), samplesRead));
  }

  static QueryResult vector(long timeMs, double value, Labels... elements) {
    List<QueryValue.Sample> samples = new ArrayList<>();
    for (Labels labels : elements) {
      samples.add(new QueryValue.Sample(labels, timeMs, value));
    }
    return new QueryResult(
        new QueryValue.Vector(samples), List.of(), List.of(), elements.length + 1L);
  }

  @Override
  public QueryResult instant(String expression, long timeMs, Options options) {
    Answer answer = answers.get(expression);
    return answer == null ? vector(timeMs, 1) : answer.at(timeMs, options);
  }

  @Override
  public QueryResult range(
      String expression, long startMs, long endMs, long stepMs, Options options) {
    throw new UnsupportedOperationException("rules ask at one instant");
  }
}
