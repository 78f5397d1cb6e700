package dev.mangru.server.cli;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.MetricStoreAdmin;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.tsdb.transfer.ImportPieces;
import dev.mangru.tsdb.transfer.ImportProgress;
import dev.mangru.tsdb.transfer.ImportReport;
import dev.mangru.tsdb.transfer.ImportSource;
import dev.mangru.tsdb.transfer.Importer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.xerial.snappy.Snappy;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Sends samples to a running server, piece by piece, each of which is stored once it is answered.
/// Sorts them here, in bounded memory. Confined to one thread.
final class LiveImport implements AutoCloseable {

  /// A piece is some million samples; the server may merge files before it answers.
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  /// Exemplars or families in one request of remote write. Chosen.
  private static final int EXTRAS_AT_ONCE = 1_000;

  private static final JsonMapper JSON = new JsonMapper();

  private static final int SERIES = 1;
  private static final int METADATA = 3;
  private static final int SERIES_LABELS = 1;
  private static final int SERIES_EXEMPLARS = 3;
  private static final int EXEMPLAR_LABELS = 1;
  private static final int EXEMPLAR_VALUE = 2;
  private static final int EXEMPLAR_TIME = 3;
  private static final int NAME = 1;
  private static final int VALUE = 2;
  private static final int ABOUT_TYPE = 1;
  private static final int ABOUT_FAMILY = 2;
  private static final int ABOUT_HELP = 4;
  private static final int ABOUT_UNIT = 5;

  private final URI server;
  private final String tenant;
  private final HttpClient client = HttpClient.newHttpClient();

  private long imported;
  private long alreadyThere;
  private final SortedMap<String, Long> refused = new TreeMap<>();

  LiveImport(URI server, String tenant) {
    this.server = server;
    this.tenant = tenant;
  }

  /// Sends everything.
  ///
  /// @param memoryBytes samples held in memory, about; the others wait in the folder for temporary
  ///   files
  /// @throws MangruException if the server refuses; tells what is stored by then
  ImportReport run(ImportSource source, long memoryBytes, ImportProgress.Listener listener)
      throws IOException {
    Path scratch = Files.createTempDirectory("mangru-import");
    ImportPieces pieces = new ImportPieces(this::send);
    try (Importer importer = new Importer(pieces, Disk.REAL, scratch, memoryBytes, listener)) {
      ImportReport cut = importer.run(source);
      pieces.flush();
      cut.refused().forEach((reason, count) -> refused.merge(reason, count, Long::sum));
      return new ImportReport(
          cut.series(),
          cut.read(),
          imported,
          alreadyThere + cut.alreadyThere(),
          refused,
          cut.windows());
    } finally {
      Files.deleteIfExists(scratch);
    }
  }

  private void send(byte[] piece) throws IOException {
    HttpResponse<String> answer =
        post("/api/v1/admin/tsdb/import", piece, "Content-Type", MetricStoreAdmin.PIECE_TYPE);
    if (answer.statusCode() != 200) {
      throw refusal(answer);
    }
    try {
      JsonNode data = JSON.readTree(answer.body()).path("data");
      imported += data.path("imported").longValue();
      alreadyThere += data.path("alreadyThere").longValue();
      data.path("refused")
          .properties()
          .forEach(entry -> refused.merge(entry.getKey(), entry.getValue().longValue(), Long::sum));
    } catch (JacksonException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA, server + " did not answer as Mangru does: " + e.getMessage(), e);
    }
  }

  private MangruException refusal(HttpResponse<String> answer) {
    return new MangruException(
        ErrorCode.UNAVAILABLE,
        answer.uri()
            + " answered "
            + answer.statusCode()
            + ": "
            + answer.body().strip()
            + "; %,d samples were imported by then and stay, and importing again does the rest"
                .formatted(imported));
  }

  private HttpResponse<String> post(String path, byte[] body, String... headers) {
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve(path))
            .header(TenantHeader.NAME, tenant)
            .headers(headers)
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MangruException(ErrorCode.UNAVAILABLE, "interrupted while " + path, e);
    } catch (IOException e) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "cannot reach the server at "
              + server
              + ": "
              + e
              + "; %,d samples were imported by then and stay".formatted(imported),
          e);
    }
  }

  // ---- beside samples, as remote write 1.0 ------------------------------------------------------

  /// Sends what is known of metrics.
  void describe(Map<String, MetricMetadata> families) throws IOException {
    ProtobufWriter request = new ProtobufWriter();
    int held = 0;
    for (Map.Entry<String, MetricMetadata> family : families.entrySet()) {
      MetricMetadata about = family.getValue();
      request.message(
          METADATA,
          message ->
              message
                  .varint(ABOUT_TYPE, typeNumber(about.type()))
                  .string(ABOUT_FAMILY, family.getKey())
                  .string(ABOUT_HELP, about.help())
                  .string(ABOUT_UNIT, about.unit()));
      if (++held == EXTRAS_AT_ONCE) {
        write(request);
        held = 0;
      }
    }
    if (held > 0) {
      write(request);
    }
  }

  private static int typeNumber(MetricMetadata.Type type) {
    return switch (type) {
      case UNKNOWN -> 0;
      case COUNTER -> 1;
      case GAUGE -> 2;
      case HISTOGRAM -> 3;
      case GAUGE_HISTOGRAM -> 4;
      case SUMMARY -> 5;
      case INFO -> 6;
      case STATE_SET -> 7;
    };
  }

  /// Sends exemplars, in time order; returns how many were stored.
  long add(List<SeriesExemplar> exemplars) throws IOException {
    ProtobufWriter request = new ProtobufWriter();
    long stored = 0;
    int held = 0;
    for (SeriesExemplar each : exemplars) {
      Exemplar exemplar = each.exemplar();
      request.message(
          SERIES,
          series -> {
            labels(series, SERIES_LABELS, each.series());
            series.message(
                SERIES_EXEMPLARS,
                message -> {
                  labels(message, EXEMPLAR_LABELS, exemplar.labels());
                  message
                      .doubleField(EXEMPLAR_VALUE, exemplar.value())
                      .varint(EXEMPLAR_TIME, exemplar.timestampMs());
                });
          });
      if (++held == EXTRAS_AT_ONCE) {
        stored += write(request);
        held = 0;
      }
    }
    return held == 0 ? stored : stored + write(request);
  }

  private static void labels(ProtobufWriter message, int field, Labels labels) {
    for (int i = 0; i < labels.count(); i++) {
      String name = labels.name(i);
      String value = labels.value(i);
      message.message(field, label -> label.string(NAME, name).string(VALUE, value));
    }
  }

  /// Returns how many exemplars were stored.
  private long write(ProtobufWriter request) throws IOException {
    HttpResponse<String> answer =
        post(
            "/api/v1/write",
            Snappy.compress(request.toByteArray()),
            "Content-Type",
            "application/x-protobuf",
            "Content-Encoding",
            "snappy",
            "X-Prometheus-Remote-Write-Version",
            "0.1.0");
    request.clear();
    if (answer.statusCode() / 100 != 2) {
      throw refusal(answer);
    }
    return answer
        .headers()
        .firstValueAsLong("X-Prometheus-Remote-Write-Exemplars-Written")
        .orElse(0);
  }

  @Override
  public void close() {
    client.close();
  }
}
