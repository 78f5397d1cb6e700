package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.MetricStoreAdmin;
import dev.mangru.model.metric.StoredBlock;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Reloading;
import dev.mangru.server.http.TenantHeader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;

/// What a Prometheus tells of itself below `/api/v1/status/`, `/api/v1/features` and
/// `/api/v1/alertmanagers`.
///
/// Where Prometheus' names are Go's, the Java runtime's counterpart is told: platform threads for
/// goroutines, processors for `GOMAXPROCS`, the largest heap for `GOMEMLIMIT`. What has none is
/// empty.
///
/// Source: Prometheus `web/api/v1/api.go` and `web/web.go`.
@RestController
public final class ServerStatusApi {

  private final ServerFacts facts;
  private final Reloading files;
  private final Tenants tenants;
  private final InstantSource clock;

  public ServerStatusApi(ServerFacts facts, Reloading files, Tenants tenants, InstantSource clock) {
    this.facts = facts;
    this.files = files;
    this.tenants = tenants;
    this.clock = clock;
  }

  @GetMapping("/api/v1/status/config")
  void config(HttpServletResponse response) throws IOException {
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("yaml", facts.configuration());
          json.writeEndObject();
        });
  }

  @GetMapping("/api/v1/status/flags")
  void flags(HttpServletResponse response) throws IOException {
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          facts.flags().forEach(json::writeStringProperty);
          json.writeEndObject();
        });
  }

  @GetMapping("/api/v1/status/runtimeinfo")
  void runtimeInfo(HttpServletResponse response) throws IOException {
    Runtime runtime = Runtime.getRuntime();
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("startTime", facts.started().toString());
          json.writeStringProperty("CWD", Path.of("").toAbsolutePath().toString());
          json.writeStringProperty("hostname", facts.hostname());
          json.writeStringProperty("serverTime", clock.instant().toString());
          json.writeBooleanProperty("reloadConfigSuccess", files.successful());
          json.writeStringProperty(
              "lastConfigTime", files.lastSuccess().truncatedTo(ChronoUnit.SECONDS).toString());
          json.writeNumberProperty("corruptionCount", facts.damagedFiles());
          json.writeNumberProperty(
              "goroutineCount", ManagementFactory.getThreadMXBean().getThreadCount());
          json.writeNumberProperty("GOMAXPROCS", runtime.availableProcessors());
          json.writeNumberProperty("GOMEMLIMIT", runtime.maxMemory());
          json.writeStringProperty("GOGC", "");
          json.writeStringProperty("GODEBUG", "");
          json.writeStringProperty("storageRetention", facts.retention());
          json.writeEndObject();
        });
  }

  /// The log's segments. All of them have been read when this is answered: while they are, every
  /// request for metrics is told to come again.
  @GetMapping("/api/v1/status/walreplay")
  void walReplay(HttpServletResponse response) throws IOException {
    ServerFacts.Segments segments = facts.segments();
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeNumberProperty("min", segments.first());
          json.writeNumberProperty("max", segments.last());
          json.writeNumberProperty("current", segments.last());
          json.writeEndObject();
        });
  }

  /// The blocks of the tenant's store. What is younger than a block is told by
  /// `/api/v1/status/tsdb`.
  @GetMapping("/api/v1/status/tsdb/blocks")
  void blocks(HttpServletRequest request, HttpServletResponse response) throws IOException {
    List<StoredBlock> blocks;
    try (TenantMetrics metrics = tenants.forReading(TenantHeader.of(request))) {
      blocks = metrics.admin().map(MetricStoreAdmin::blocks).orElse(List.of());
    }
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeName("blocks");
          json.writeStartArray();
          blocks.forEach(block -> block(json, block));
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /// As Prometheus' `meta.json`, whose end is exclusive. Our files have numbers, not ULIDs.
  private static void block(JsonGenerator json, StoredBlock block) {
    json.writeStartObject();
    json.writeStringProperty("ulid", block.name());
    json.writeNumberProperty("minTime", block.minTimeMs());
    json.writeNumberProperty("maxTime", block.maxTimeMs() + 1);
    json.writeName("stats");
    json.writeStartObject();
    json.writeNumberProperty("numSamples", block.samples());
    json.writeNumberProperty("numSeries", block.series());
    json.writeNumberProperty("numChunks", block.chunks());
    json.writeEndObject();
    json.writeName("compaction");
    json.writeStartObject();
    json.writeNumberProperty("level", block.level());
    json.writeName("sources");
    JsonAnswer.strings(json, List.of(block.name()));
    json.writeEndObject();
    json.writeNumberProperty("version", 1);
    json.writeEndObject();
  }

  @GetMapping("/api/v1/features")
  void features(HttpServletResponse response) throws IOException {
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          facts
              .features()
              .forEach((part, features) -> {
                json.writeName(part);
                json.writeStartObject();
                features.forEach(json::writeBooleanProperty);
                json.writeEndObject();
              });
          json.writeEndObject();
        });
  }

  @GetMapping("/api/v1/alertmanagers")
  void alertmanagers(HttpServletResponse response) throws IOException {
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeName("activeAlertmanagers");
          json.writeStartArray();
          for (String url : facts.alertmanagers()) {
            json.writeStartObject();
            json.writeStringProperty("url", url);
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeName("droppedAlertmanagers");
          json.writeStartArray();
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
