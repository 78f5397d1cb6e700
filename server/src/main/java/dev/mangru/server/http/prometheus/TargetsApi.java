package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.TargetSource;
import dev.mangru.model.metric.TargetStatus;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.QueryGate;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.tsdb.promql.PromqlParser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `/api/v1/targets`, `/api/v1/scrape_pools` and what is below them.
///
/// Two kinds of targets are told of: the pages that this process reads, with all that is known of
/// them, and whatever else has written a series `up` in the last minutes, such as the agent of
/// another node or a Prometheus that sends here. Of those nothing is known but the labels, whether
/// they were up, when, and how long it took: their addresses and intervals are empty.
///
/// A job is a scrape pool. Nothing is dropped or relabelled here: targets are configured one by
/// one, or named by a cluster's objects.
///
/// Source: Prometheus `web/api/v1/api.go`; parameters, answers and words of errors are its.
@RestController
public final class TargetsApi {

  private static final String NEVER = "0001-01-01T00:00:00Z";

  private static final JsonMapper JSON = new JsonMapper();

  private static final Comparator<ShownTarget> ORDER =
      Comparator.comparing(ShownTarget::pool).thenComparing(ShownTarget::labels);

  private final List<TargetSource> sources;
  private final Tenants tenants;
  private final QueryGate gate;
  private final InstantSource clock;
  private final GlobalUrls urls;

  /// @param sources whoever reads pages in this process
  public TargetsApi(
      List<TargetSource> sources,
      Tenants tenants,
      QueryGate gate,
      InstantSource clock,
      GlobalUrls urls) {
    this.sources = List.copyOf(sources);
    this.tenants = tenants;
    this.gate = gate;
    this.clock = clock;
    this.urls = urls;
  }

  /// Parameters: `state` (active, dropped, any), `scrapePool`.
  @GetMapping("/api/v1/targets")
  void targets(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    String state = params.get("state", "").toLowerCase(Locale.ROOT);
    boolean all = state.isEmpty() || state.equals("any");
    String pool = params.get("scrapePool", "");
    List<ShownTarget> active =
        all || state.equals("active")
            ? known(request).stream()
                .filter(target -> pool.isEmpty() || target.pool().equals(pool))
                .toList()
            : List.of();
    Map<String, Integer> dropped = new TreeMap<>();
    if (all || state.equals("dropped")) {
      known(request).forEach(target -> dropped.put(target.pool(), 0));
    }
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeName("activeTargets");
          json.writeStartArray();
          active.forEach(target -> target(json, target));
          json.writeEndArray();
          json.writeName("droppedTargets");
          json.writeStartArray();
          json.writeEndArray();
          json.writeName("droppedTargetCounts");
          json.writeStartObject();
          dropped.forEach(json::writeNumberProperty);
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private void target(JsonGenerator json, ShownTarget target) {
    json.writeStartObject();
    json.writeName("discoveredLabels");
    JsonAnswer.labels(json, target.discovered());
    json.writeName("labels");
    JsonAnswer.labels(json, target.labels());
    json.writeStringProperty("scrapePool", target.pool());
    json.writeStringProperty("scrapeUrl", urls.shown(target.url()));
    json.writeStringProperty("globalUrl", urls.global(target.url()));
    json.writeStringProperty("lastError", target.error());
    json.writeStringProperty(
        "lastScrape", target.last() == null ? NEVER : target.last().toString());
    json.writeNumberProperty("lastScrapeDuration", target.tookSeconds());
    json.writeStringProperty("health", target.health());
    json.writeStringProperty("scrapeInterval", target.interval());
    json.writeStringProperty("scrapeTimeout", target.timeout());
    json.writeEndObject();
  }

  /// Parameters: `match_target`, a selector of targets by their labels; `metric`; `limit`, of
  /// targets.
  @GetMapping("/api/v1/targets/metadata")
  void metadata(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    int limit = limit(params);
    List<LabelMatcher> matchers = matchers(params.get("match_target"));
    String metric = params.get("metric", "");
    List<Described> found = new ArrayList<>();
    for (TargetStatus target : own(request)) {
      if (limit >= 0 && found.size() >= limit) {
        break; // as Prometheus counts: whole targets until there are enough entries
      }
      if (LabelMatcher.allMatch(matchers, target.labels())) {
        new TreeMap<>(target.metadata())
            .forEach((name, about) -> {
              if (metric.isEmpty() || metric.equals(name)) {
                found.add(new Described(target.labels(), name, about));
              }
            });
      }
    }
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartArray();
          for (Described each : found) {
            json.writeStartObject();
            json.writeName("target");
            JsonAnswer.labels(json, each.target());
            if (metric.isEmpty()) {
              json.writeStringProperty("metric", each.metric());
            }
            json.writeStringProperty("type", each.about().type().text());
            json.writeStringProperty("help", each.about().help());
            json.writeStringProperty("unit", each.about().unit());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private record Described(Labels target, String metric, MetricMetadata about) {}

  private static int limit(Params params) {
    String text = params.get("limit");
    if (text == null) {
      return -1;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new MangruException(ErrorCode.BAD_DATA, "limit must be a number", e);
    }
  }

  private static List<LabelMatcher> matchers(@Nullable String selector) {
    if (selector == null) {
      return List.of();
    }
    try {
      return PromqlParser.parseSelector(selector);
    } catch (MangruException e) {
      throw Params.invalid("match_target", e.text(), e);
    }
  }

  /// What relabelling makes of a target's labels, step by step. There are no steps here.
  @GetMapping("/api/v1/targets/relabel_steps")
  void relabelSteps(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    String pool = params.get("scrapePool");
    if (pool == null) {
      throw MangruException.badData("no scrapePool parameter provided");
    }
    String labels = params.get("labels");
    if (labels == null) {
      throw MangruException.badData("no labels parameter provided");
    }
    checkLabels(labels);
    var _ = pool(request, pool);
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeName("steps");
          json.writeStartArray();
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void checkLabels(String text) {
    JsonNode labels;
    try {
      labels = JSON.readTree(text);
    } catch (JacksonException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA, "error parsing labels: " + e.getOriginalMessage(), e);
    }
    if (!labels.isObject() || labels.valueStream().anyMatch(value -> !value.isString())) {
      throw MangruException.badData(
          "error parsing labels: they must be an object of strings: " + text);
    }
  }

  @GetMapping("/api/v1/scrape_pools")
  void pools(HttpServletRequest request, HttpServletResponse response) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    known(request).forEach(target -> names.add(target.pool()));
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeName("scrapePools");
          JsonAnswer.strings(json, names);
          json.writeEndObject();
        });
  }

  /// The configuration of a pool in the form of Prometheus'.
  @GetMapping("/api/v1/scrape_pools/config")
  void poolConfig(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String name = new Params(request).get("scrapePool");
    if (name == null) {
      throw MangruException.badData("no scrapePool parameter provided");
    }
    List<TargetStatus> pool = pool(request, name);
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("yaml", PoolYaml.of(pool));
          json.writeEndObject();
        });
  }

  private List<TargetStatus> pool(HttpServletRequest request, String name) {
    List<TargetStatus> pool =
        own(request).stream().filter(target -> target.pool().equals(name)).toList();
    if (!pool.isEmpty()) {
      return pool;
    }
    boolean elsewhere = known(request).stream().anyMatch(target -> target.pool().equals(name));
    throw MangruException.badData(
        "error retrieving scrape config: scrape pool \""
            + name
            + (elsewhere
                ? "\" is scraped by another process, which alone knows how"
                : "\" not found"));
  }

  /// The pages that this process reads. They are Mangru's own; another tenant has none here.
  private List<TargetStatus> own(HttpServletRequest request) {
    if (!TenantHeader.of(request).equals(Tenants.ANONYMOUS)) {
      return List.of();
    }
    return sources.stream()
        .flatMap(source -> source.targets().stream())
        .sorted(Comparator.comparing(TargetStatus::pool).thenComparing(TargetStatus::labels))
        .toList();
  }

  private List<ShownTarget> known(HttpServletRequest request) {
    List<ShownTarget> all = new ArrayList<>();
    List<Labels> read = new ArrayList<>();
    for (TargetStatus target : own(request)) {
      all.add(ShownTarget.of(target));
      read.add(target.labels());
    }
    try (QueryGate.Turn _ = gate.enter();
        TenantMetrics metrics = tenants.forReading(TenantHeader.of(request))) {
      for (ShownTarget each : UpSeries.of(metrics.query(), clock.millis())) {
        if (!read.contains(each.labels())) {
          all.add(each);
        }
      }
    }
    all.sort(ORDER);
    return all;
  }

  /// How addresses are shown.
  public interface GlobalUrls {

    /// The address without secrets; empty for none.
    String shown(String url);

    /// The same as others reach it: with this machine's name in place of a loopback address.
    String global(String url);
  }
}
