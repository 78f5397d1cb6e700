package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.QueryPlan;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.tsdb.promql.SyntaxError;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/// The JSON of `/api/v1/explain`:
///
/// ```
/// {"query": …, "start": …, "end": …, "step": …, "steps": …, "analyzed": true,
///  "result": {"type": "matrix", "series": …, "points": …},
///  "timings": as in the stats of a query,
///  "samples": {"samplesRead": …, "peakSamples": …},
///  "plan": {
///    "operator": "aggregate", "name": "sum by (job)", "expression": "sum by (job) (…)",
///    "position": {"start": …, "end": …, "line": …, "column": …}, "resultType": "vector",
///    "how": ["folded series by series, none is held"],
///    "cost": {"runs": …, "steps": …, "seriesSelected": …, "series": …, "samples": …, "bytes": …,
///             "cachedSteps": …, "selfTime": …, "totalTime": …},
///    "inputs": [ … ]}}
/// ```
///
/// Times are seconds; positions count UTF-16 units from 0, lines and columns UTF-8 bytes from 1 as
/// in the messages of errors. Without a run there is no `result`, `timings`, `samples` and `cost`.
/// What was not evaluated, because something around it knew the answer, has no `cost`.
final class ExplainJson {

  private ExplainJson() {}

  static void write(JsonGenerator json, Explained explained) {
    json.writeStartObject();
    json.writeStringProperty("query", explained.expression());
    json.writeName("start");
    json.writeRawValue(Seconds.of(explained.startMs()));
    json.writeName("end");
    json.writeRawValue(Seconds.of(explained.endMs()));
    json.writeName("step");
    json.writeRawValue(Seconds.of(explained.stepMs()));
    json.writeNumberProperty("steps", explained.steps());
    json.writeBooleanProperty("analyzed", explained.analyzed());
    if (explained.analyzed()) {
      json.writeName("result");
      json.writeStartObject();
      json.writeStringProperty("type", explained.resultType());
      json.writeNumberProperty("series", explained.series());
      json.writeNumberProperty("points", explained.points());
      json.writeEndObject();
      StringBuilder timings = new StringBuilder();
      QueryStatsJson.timings(explained.result().stats(), explained.waitedNs(), timings);
      json.writeName("timings");
      json.writeRawValue(timings.toString());
      json.writeName("samples");
      json.writeStartObject();
      json.writeNumberProperty("samplesRead", explained.result().samplesRead());
      json.writeNumberProperty("peakSamples", explained.result().stats().peakSamples());
      json.writeEndObject();
    }
    QueryPlan plan = explained.result().plan();
    if (plan != null) {
      json.writeName("plan");
      plan(json, plan, explained.expression());
    }
    json.writeEndObject();
    JsonAnswer.stringsIfAny(json, "warnings", explained.result().warnings());
    JsonAnswer.stringsIfAny(json, "infos", explained.result().infos());
  }

  private static void plan(JsonGenerator json, QueryPlan plan, String expression) {
    json.writeStartObject();
    json.writeStringProperty("operator", plan.operator());
    json.writeStringProperty("name", plan.name());
    json.writeStringProperty("expression", plan.expression());
    position(json, expression, plan.start(), plan.end());
    json.writeStringProperty("resultType", plan.result());
    json.writeName("how");
    JsonAnswer.strings(json, plan.how());
    QueryPlan.Cost cost = plan.cost();
    if (cost != null) {
      json.writeName("cost");
      json.writeStartObject();
      json.writeNumberProperty("runs", cost.runs());
      json.writeNumberProperty("steps", cost.steps());
      json.writeNumberProperty("seriesSelected", cost.selected());
      json.writeNumberProperty("series", cost.series());
      json.writeNumberProperty("samples", cost.samples());
      json.writeNumberProperty("bytes", cost.bytes());
      json.writeNumberProperty("cachedSteps", cost.cachedSteps());
      json.writeNumberProperty("selfTime", cost.selfNs() / 1e9);
      json.writeNumberProperty("totalTime", cost.totalNs() / 1e9);
      json.writeEndObject();
    }
    json.writeName("inputs");
    json.writeStartArray();
    for (QueryPlan input : plan.inputs()) {
      plan(json, input, expression);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void position(JsonGenerator json, String expression, int start, int end) {
    json.writeName("position");
    json.writeStartObject();
    json.writeNumberProperty("start", start);
    json.writeNumberProperty("end", end);
    String[] lineAndColumn = SyntaxError.lineAndColumn(expression, start).split(":", 2);
    json.writeNumberProperty("line", Integer.parseInt(lineAndColumn[0]));
    json.writeNumberProperty("column", Integer.parseInt(lineAndColumn[1]));
    json.writeEndObject();
  }

  /// An error answer like any other, with the places of all that is wrong.
  static void errors(JsonGenerator json, String expression, List<SyntaxError> errors) {
    json.writeStartObject();
    json.writeStringProperty("status", "error");
    json.writeStringProperty("errorType", "bad_data");
    json.writeStringProperty(
        "error", "invalid parameter \"query\": " + errors.getFirst().describe(expression));
    json.writeName("errors");
    json.writeStartArray();
    for (SyntaxError error : errors) {
      json.writeStartObject();
      json.writeStringProperty("message", error.message());
      position(json, expression, error.position().start(), error.position().end());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
