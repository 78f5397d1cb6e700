package dev.mangru.server.cli;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A snapshot that a running server made of a tenant's store, opened beside it. The files are hard
/// links, so it takes no room; it goes with [#close].
final class LiveSnapshot implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LiveSnapshot.class);

  /// Sealing what is in memory takes seconds at most.
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;
  private final Tsdb store;

  private LiveSnapshot(Path folder, Tsdb store) {
    this.folder = folder;
    this.store = store;
  }

  /// Asks the server for a snapshot and opens it.
  ///
  /// @param data the data directory that the server is using
  /// @throws MangruException `UNAVAILABLE` if the server cannot be reached or refuses; `BAD_DATA`
  ///   if it uses another directory
  static LiveSnapshot take(URI server, Path data, String tenant) throws IOException {
    Path metrics = OpenedStore.folder(data, tenant).resolve("metrics");
    Path folder = metrics.resolve("snapshots").resolve(request(server, tenant));
    if (!Files.isDirectory(folder)) {
      throw MangruException.badData(
          "the server at "
              + server
              + " made a snapshot, and "
              + folder
              + " is not there: name the data directory that it is using with --data");
    }
    TsdbOptions options =
        TsdbOptions.builder(folder)
            .retention(Duration.ofDays(36_500))
            .maxQuerySeries(Long.MAX_VALUE)
            .build();
    return new LiveSnapshot(folder, Tsdb.open(options, InstantSource.system()));
  }

  private static String request(URI server, String tenant) throws IOException {
    URI address = server.resolve("/api/v1/admin/tsdb/snapshot");
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("X-Scope-OrgID", tenant)
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new MangruException(
            ErrorCode.UNAVAILABLE,
            address + " answered " + answer.statusCode() + ": " + answer.body());
      }
      JsonNode name = JSON.readTree(answer.body()).path("data").path("name");
      if (!name.isString() || !isName(name.stringValue())) {
        throw MangruException.badData(address + " named no snapshot: " + answer.body());
      }
      return name.stringValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MangruException(ErrorCode.UNAVAILABLE, "interrupted while " + address, e);
    } catch (JacksonException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA, address + " did not answer as Mangru does: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "cannot reach the server at " + server + ": " + e, e);
    }
  }

  /// It becomes a part of a path whose folder is removed at the end.
  private static boolean isName(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c ->
                (c >= '0' && c <= '9')
                    || (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || c == '-');
  }

  MetricStore store() {
    return store;
  }

  @Override
  public void close() throws IOException {
    store.close();
    try {
      remove(Disk.REAL, folder);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("snapshot", folder)
          .setCause(e)
          .log("a snapshot could not be removed; delete its folder");
    }
  }

  private static void remove(Disk disk, Path path) throws IOException {
    if (Files.isDirectory(path)) {
      for (Path entry : disk.list(path)) {
        remove(disk, entry);
      }
    }
    disk.delete(path);
  }
}
