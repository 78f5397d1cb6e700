package dev.mangru.server.config;

import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.Objective.Indicator;
import java.util.ArrayList;
import java.util.List;

/// What Mangru promises about itself, out of the box.
public final class BuiltInObjectives {

  private static final String REQUESTS = "mangru_http_requests_total";

  private BuiltInObjectives() {}

  /// Its write and query API, and the node it runs on where an agent watches that.
  ///
  /// Answers of the 4xx kind count as good: the client was wrong, and was told so.
  public static List<Objective> list(boolean agent) {
    List<Objective> objectives = new ArrayList<>();
    objectives.add(
        api("Mangru write API", "Metrics and logs sent to Mangru are stored", "write|logs_push"));
    objectives.add(
        api("Mangru query API", "Queries of metrics and logs are answered", "query|logs_query|ui"));
    if (agent) {
      objectives.add(
          new Objective(
              "Node up",
              "Every node that reports is up",
              0.999,
              new Indicator.TimeSlice("min(up{job=\"node-exporter\"}) == 1")));
    }
    return List.copyOf(objectives);
  }

  /// What the playground's shop promises.
  public static List<Objective> ofPlayground() {
    String shop = "{cluster=\"playground\",namespace=\"shop\"";
    return List.of(
        new Objective(
            "Playground shop availability",
            "Requests to the simulated shop are answered without an error of its own",
            0.999,
            new Indicator.Ratio(
                "http_requests_total" + shop + ",code!~\"5..\"}",
                "http_requests_total" + shop + "}")),
        new Objective(
            "Playground shop latency",
            "Requests to the simulated shop are answered within half a second",
            0.99,
            new Indicator.Ratio(
                "http_request_duration_seconds_bucket" + shop + ",le=\"0.5\"}",
                "http_request_duration_seconds_count" + shop + "}")));
  }

  private static Objective api(String name, String description, String apis) {
    String selected = REQUESTS + "{api=~\"" + apis + "\"";
    return new Objective(
        name,
        description,
        0.999,
        new Indicator.Ratio(selected + ", outcome!=\"server_error\"}", selected + "}"));
  }
}
