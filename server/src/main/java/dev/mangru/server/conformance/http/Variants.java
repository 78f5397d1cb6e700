package dev.mangru.server.conformance.http;

import dev.mangru.server.conformance.http.Operation.Parameter;
import dev.mangru.server.conformance.http.Variant.Expected;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Makes the requests of an operation from its description: parameters as few and as many as there
/// may be, one at a time, as shown in the description, left out, and wrong. What a good and a bad
/// value of a name are is known for Prometheus' names; others have the values that the description
/// shows.
final class Variants {

  private final Instant now;
  private final String nextToken;

  /// @param now about the time of the newest sample
  /// @param nextToken of the second page of rules
  Variants(Instant now, String nextToken) {
    this.now = now;
    this.nextToken = nextToken;
  }

  /// The requests of `operation`.
  List<Variant> of(Operation operation) {
    List<Variant> all = new ArrayList<>();
    List<Parameter> required = operation.parameters().stream().filter(Parameter::required).toList();
    List<Parameter> optional =
        operation.parameters().stream().filter(each -> !each.required()).toList();
    all.add(new Variant("as little as possible", good(operation, required), Expected.SUCCESS));
    if (!optional.isEmpty()) {
      all.add(
          new Variant(
              "every parameter",
              good(
                  operation,
                  operation.parameters().stream()
                      .filter(each -> !each.name().equals("group_next_token")) // of other filters
                      .toList()),
              Expected.SUCCESS));
    }
    for (Parameter each : optional) {
      List<Map.Entry<String, String>> values = good(operation, required);
      companions(each.name()).forEach(pair -> values.add(pair));
      values.add(Map.entry(each.name(), good(operation, each)));
      all.add(new Variant("with " + each.name(), values, Expected.SUCCESS));
    }
    for (Parameter each : operation.parameters()) {
      for (String example : each.examples()) {
        List<Map.Entry<String, String>> values = goodWithout(operation, required, each);
        companions(each.name()).forEach(pair -> values.add(pair));
        values.add(Map.entry(each.name(), example));
        all.add(new Variant(each.name() + " as shown: " + example, values, Expected.DESCRIBED));
      }
      for (String bad : bad(operation, each)) {
        List<Map.Entry<String, String>> values = goodWithout(operation, required, each);
        companions(each.name()).forEach(pair -> values.add(pair));
        values.add(Map.entry(each.name(), bad));
        all.add(new Variant(each.name() + "=" + bad, values, Expected.REFUSAL));
      }
      for (String other : others(operation, each)) {
        List<Map.Entry<String, String>> values = goodWithout(operation, required, each);
        values.add(Map.entry(each.name(), other));
        all.add(new Variant(each.name() + "=" + other, values, Expected.SUCCESS));
      }
    }
    for (Parameter each : required) {
      if (!each.inPath()) {
        all.add(
            new Variant(
                "without " + each.name(),
                goodWithout(operation, required, each),
                Expected.REFUSAL));
      }
    }
    return all;
  }

  private List<Map.Entry<String, String>> goodWithout(
      Operation operation, List<Parameter> parameters, Parameter left) {
    return good(
        operation, parameters.stream().filter(each -> !each.name().equals(left.name())).toList());
  }

  private List<Map.Entry<String, String>> good(Operation operation, List<Parameter> parameters) {
    List<Map.Entry<String, String>> values = new ArrayList<>();
    for (Parameter each : parameters) {
      values.add(Map.entry(each.name(), good(operation, each)));
    }
    return values;
  }

  /// Parameters without which one makes no sense.
  private static List<Map.Entry<String, String>> companions(String name) {
    return switch (name) {
      case "group_next_token" -> List.of(Map.entry("group_limit", "1"));
      case "sort_dir" -> List.of(Map.entry("sort_by", "alpha"));
      default -> List.of();
    };
  }

  private String good(Operation operation, Parameter parameter) {
    return switch (parameter.name()) {
      case "query" -> "sum by (job) (" + Rig.METRIC + ")";
      case "time", "end" -> Long.toString(now.getEpochSecond());
      case "start" -> now.minusSeconds(60).toString();
      case "step" -> "15s";
      case "timeout" -> "10s";
      case "lookback_delta" -> "1m";
      case "stats" -> "all";
      case "match[]" ->
          operation.path().contains("/admin/") ? "shop_gone" : "{__name__=\"" + Rig.METRIC + "\"}";
      case "limit", "limit_per_metric", "batch_size" -> "10";
      case "group_limit" -> "1";
      case "group_next_token" -> nextToken;
      case "name", "label" -> "job";
      case "metric" -> "mangru_tsdb_series_active";
      case "match_target" -> "{job=\"mangru\"}";
      case "scrapePool" -> "mangru";
      case "state" -> "active";
      case "labels" -> "{\"__address__\":\"127.0.0.1:1\",\"job\":\"mangru\"}";
      case "type" -> "alert";
      case "rule_name[]" -> "ShopIsOpen";
      case "rule_group[]" -> "shop";
      case "file[]" -> "rules.yaml";
      case "exclude_alerts", "skip_head", "include_score", "include_metadata" -> "true";
      case "case_sensitive" -> "false";
      case "metric_name_pattern" -> "mangru_tsdb_.*";
      case "search[]" -> "shop";
      case "fuzz_threshold" -> "50";
      case "fuzz_alg" -> "subsequence";
      case "sort_by" -> "alpha";
      case "sort_dir" -> "asc";
      default -> parameter.examples().isEmpty() ? "1" : parameter.examples().getFirst();
    };
  }

  /// Values that have to be refused; none where every value is right.
  private static List<String> bad(Operation operation, Parameter parameter) {
    boolean negative = !operation.path().endsWith("metadata");
    return switch (parameter.name()) {
      case "query" -> List.of("sum(", "", "up{", "rate(up)");
      case "time", "start", "end" -> List.of("yesterday", "12:00", "1e400");
      case "step" -> List.of("0", "-1", "soon");
      case "timeout", "lookback_delta" -> List.of("soon", "1x");
      case "match[]" -> List.of("{", "up[5m]", "{job=~\"(\"}");
      case "limit" -> negative ? List.of("many", "-1") : List.of("many");
      case "limit_per_metric", "group_limit" -> List.of("many");
      case "group_next_token" -> List.of("nobody");
      case "match_target" -> List.of("{", "{job=~\"(\"}");
      case "labels" -> List.of("{", "[]");
      case "type" -> List.of("both");
      case "exclude_alerts", "skip_head", "include_score", "case_sensitive" -> List.of("perhaps");
      case "metric_name_pattern" -> List.of("(");
      case "fuzz_threshold" -> List.of("101", "much");
      case "fuzz_alg", "sort_dir" -> List.of("nobody");
      case "scrapePool" -> parameter.required() ? List.of("nobody") : List.of();
      default -> parameter.integer() ? List.of("many") : List.of();
    };
  }

  /// Further values that are right.
  private List<String> others(Operation operation, Parameter parameter) {
    return switch (parameter.name()) {
      case "query" ->
          operation.path().equals("/query")
              ? List.of("1+1", Rig.METRIC + "[1m]", "up offset 1h", "vector(NaN)")
              : operation.path().contains("range")
                  ? List.of("1+1", Rig.METRIC, "vector(NaN)")
                  : List.of("{\"http.status\"=\"200\"}", "up offset 1h @ 10");
      case "time", "start", "end" ->
          parameter.name().equals("start")
              ? List.of(now.getEpochSecond() - 60 + ".25", now.minusSeconds(30).toString())
              : List.of(now.getEpochSecond() + ".25", now.toString());
      case "match[]" ->
          operation.path().contains("/admin/")
              ? List.of()
              : List.of("{__name__!=\"\"}", "{\"http.status\"=~\"2..\"}");
      case "limit" ->
          operation.path().equals("/status/tsdb")
              ? List.of("1", "10000")
              : List.of("0", "1", "40000");
      case "name" -> List.of("__name__", "U__http_2e_status", "http.status", "nobody");
      case "state" -> List.of("any", "dropped", "ACTIVE");
      case "scrapePool" -> parameter.required() ? List.of() : List.of("nobody");
      case "type" -> List.of("record");
      default -> List.of();
    };
  }
}
