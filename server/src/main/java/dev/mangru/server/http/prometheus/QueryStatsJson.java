package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.MetricQuery.Detail;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryStats;
import dev.mangru.model.metric.SampleText;
import org.jspecify.annotations.Nullable;

/// The `stats` of an answer, as Prometheus writes them.
///
/// What is different of what it counts: `samplesRead` are samples that were read from the store
/// once, and `peakSamples` those that this engine held, which is mostly less than Prometheus does.
///
/// Source: Prometheus `util/stats/query_stats.go`.
final class QueryStatsJson {

  private QueryStatsJson() {}

  /// What to ask of the engine for the parameter `stats`: any value asks for totals, `all` for each
  /// step as well.
  static Detail detail(@Nullable String parameter) {
    if (parameter == null) {
      return Detail.NONE;
    }
    return parameter.equals("all") ? Detail.SAMPLES_PER_STEP : Detail.SAMPLES;
  }

  /// The object, in ASCII.
  ///
  /// @param startMs the time of the first step
  /// @param stepMs between steps
  /// @param waitedNs how long the query waited for its turn
  static String of(QueryResult result, long startMs, long stepMs, long waitedNs) {
    QueryStats stats = result.stats();
    StringBuilder json = new StringBuilder(400 + 24 * stats.queryableSamplesPerStep().length);
    json.append("{\"timings\":");
    timings(stats, waitedNs, json);
    json.append(",\"samples\":{");
    long[] perStep = stats.queryableSamplesPerStep();
    for (int i = 0; i < perStep.length; i++) {
      json.append(i == 0 ? "\"totalQueryableSamplesPerStep\":[[" : ",[");
      Seconds.append(startMs + i * stepMs, json);
      json.append(',').append(perStep[i]).append(']');
    }
    if (perStep.length > 0) {
      json.append("],");
    }
    json.append("\"totalQueryableSamples\":").append(stats.queryableSamples());
    json.append(",\"samplesRead\":").append(result.samplesRead());
    json.append(",\"peakSamples\":").append(stats.peakSamples()).append("}}");
    return json.toString();
  }

  /// The object of timings, in seconds.
  static void timings(QueryStats stats, long waitedNs, StringBuilder json) {
    long ranNs = stats.preparationNs() + stats.evaluationNs() + stats.sortNs();
    json.append('{');
    seconds("evalTotalTime", ranNs, json).append(',');
    seconds("resultSortTime", stats.sortNs(), json).append(',');
    seconds("queryPreparationTime", stats.preparationNs(), json).append(',');
    seconds("innerEvalTime", stats.evaluationNs(), json).append(',');
    seconds("execQueueTime", waitedNs, json).append(',');
    seconds("execTotalTime", waitedNs + ranNs, json).append('}');
  }

  static StringBuilder seconds(String name, long ns, StringBuilder json) {
    json.append('"').append(name).append("\":");
    return json.append(SampleText.plain(ns / 1e9));
  }
}
