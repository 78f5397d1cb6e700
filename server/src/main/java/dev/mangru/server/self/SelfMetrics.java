package dev.mangru.server.self;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The server's own metrics, all on this page. The engines have classes like it.
///
/// | name | what |
/// | --- | --- |
/// | `mangru_http_requests_total{api,outcome}` | requests by interface; the built-in objectives count these |
/// | `mangru_http_request_duration_seconds{api,route,outcome}` | how long they took, by route pattern |
/// | `mangru_http_body_bytes_in_flight` | request bodies being read or decoded |
/// | `mangru_http_queries_running` | queries that are evaluated |
/// | `mangru_faults_total` | errors that should not happen |
/// | `mangru_loop_passes_total{loop,outcome}` | passes of the periodic work |
public final class SelfMetrics {

  /// Outcomes of a request.
  private static final List<String> OUTCOMES = List.of("success", "client_error", "server_error");

  /// Upper ends of the duration histogram: 1 ms to 30 s, the query timeout. Chosen.
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  private final MeterRegistry registry;

  /// By interface, route and outcome. Routes are patterns, so there are few.
  private final Map<String, Map<String, Map<String, Finished>>> finished =
      new ConcurrentHashMap<>();

  /// By loop and outcome.
  private final Map<String, Map<String, Counter>> passes = new ConcurrentHashMap<>();

  private record Finished(Counter requests, Timer duration) {}

  /// @param apis the interfaces; each is counted from 0, so that a first failure is seen as a rise
  public SelfMetrics(MeterRegistry registry, List<String> apis, Faults faults) {
    this.registry = registry;
    for (String api : apis) {
      for (String outcome : OUTCOMES) {
        var _ = requests(api, outcome);
      }
    }
    FunctionCounter.builder("mangru.faults", faults, Faults::total)
        .description("Errors that should not happen")
        .register(registry);
  }

  /// Shows a number that changes by itself.
  public void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /// Notes a finished request.
  ///
  /// @param route the pattern of its path, never the path itself
  /// @param status the HTTP status of its answer
  public void request(String api, String route, int status, Duration took) {
    Finished requests =
        finished
            .computeIfAbsent(api, _ -> new ConcurrentHashMap<>())
            .computeIfAbsent(route, _ -> new ConcurrentHashMap<>())
            .computeIfAbsent(
                outcome(status),
                outcome -> new Finished(requests(api, outcome), duration(api, route, outcome)));
    requests.requests().increment();
    requests.duration().record(took);
  }

  private Counter requests(String api, String outcome) {
    return Counter.builder("mangru.http.requests")
        .description("HTTP requests by interface and outcome")
        .tag("api", api)
        .tag("outcome", outcome)
        .register(registry);
  }

  private Timer duration(String api, String route, String outcome) {
    return Timer.builder("mangru.http.request.duration")
        .description("Duration of HTTP requests by route pattern")
        .tag("api", api)
        .tag("route", route)
        .tag("outcome", outcome)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  /// Notes one pass of a loop.
  public void pass(String loop, boolean failed) {
    passes
        .computeIfAbsent(loop, _ -> new ConcurrentHashMap<>())
        .computeIfAbsent(failed ? "failure" : "success", outcome -> passes(loop, outcome))
        .increment();
  }

  private Counter passes(String loop, String outcome) {
    return Counter.builder("mangru.loop.passes")
        .description("Passes of the periodic work")
        .tag("loop", loop)
        .tag("outcome", outcome)
        .register(registry);
  }

  /// `success`, `client_error` or `server_error`.
  static String outcome(int status) {
    return status >= 500 ? "server_error" : status >= 400 ? "client_error" : "success";
  }
}
