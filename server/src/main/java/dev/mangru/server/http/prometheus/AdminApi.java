package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.ImportOutcome;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.MetricStoreAdmin;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.Ticker;
import dev.mangru.model.time.TimeRange;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.server.http.TimedBody;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/// `/api/v1/admin/tsdb/…`: deletes, cleans, copies, compacts and imports. Refused unless it is
/// switched on, with Prometheus' words. Each answers when it is done; how long it took is in the
/// log.
///
/// A tenant that has written nothing has nothing to delete, clean or compact, which is done at
/// once.
///
/// Source: Prometheus `web/api/v1/api.go`; `compact` and `import` are Mangru's own.
@RestController
public final class AdminApi {

  /// At 100 kB a second. Chosen.
  private static final Duration MAX_PIECE_TIME = Duration.ofMinutes(10);

  private final Tenants tenants;
  private final Settings settings;
  private final Ticker ticker;

  /// Whether the administrator's interface is there.
  ///
  /// @param enabled whether it does anything but refuse
  public record Settings(boolean enabled) {}

  /// @param ticker measures how long a body takes to arrive
  public AdminApi(Tenants tenants, Settings settings, Ticker ticker) {
    this.tenants = tenants;
    this.settings = settings;
    this.ticker = ticker;
  }

  /// What is done to one tenant's store.
  @FunctionalInterface
  private interface Work<T extends @Nullable Object> {
    T on(MetricStoreAdmin admin) throws IOException;
  }

  @RequestMapping(
      path = "/api/v1/admin/tsdb/delete_series",
      method = {RequestMethod.POST, RequestMethod.PUT})
  void deleteSeries(HttpServletRequest request, HttpServletResponse response) throws IOException {
    checkEnabled();
    Params params = new Params(request);
    if (params.all("match[]").isEmpty()) {
      throw MangruException.badData("no match[] parameter provided");
    }
    long start = params.timeMs("start", Long.MIN_VALUE);
    long end = params.timeMs("end", Long.MAX_VALUE);
    List<List<LabelMatcher>> selectors = SeriesApi.selectors(params);
    if (end >= start) {
      run(
          request,
          admin -> {
            admin.deleteSeries(selectors, new TimeRange(start, end));
            return null;
          });
    }
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
  }

  @RequestMapping(
      path = "/api/v1/admin/tsdb/clean_tombstones",
      method = {RequestMethod.POST, RequestMethod.PUT})
  void cleanTombstones(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    checkEnabled();
    run(
        request,
        admin -> {
          admin.cleanTombstones();
          return null;
        });
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
  }

  @RequestMapping(
      path = "/api/v1/admin/tsdb/snapshot",
      method = {RequestMethod.POST, RequestMethod.PUT})
  void snapshot(HttpServletRequest request, HttpServletResponse response) throws IOException {
    checkEnabled();
    boolean skipHead = skipHead(new Params(request).get("skip_head", "false"));
    String name = run(request, admin -> admin.snapshot(skipHead));
    if (name == null) {
      throw new MangruException(
          ErrorCode.NOT_FOUND,
          "tenant " + TenantHeader.of(request) + " has written nothing that could be copied");
    }
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("name", name);
          json.writeEndObject();
        });
  }

  /// Go's `strconv.ParseBool`.
  private static boolean skipHead(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw Params.invalid("skip_head", "unable to parse boolean \"" + text + "\"", null);
    };
  }

  @RequestMapping(
      path = "/api/v1/admin/tsdb/compact",
      method = {RequestMethod.POST, RequestMethod.PUT})
  void compact(HttpServletRequest request, HttpServletResponse response) throws IOException {
    checkEnabled();
    run(
        request,
        admin -> {
          admin.compact();
          return null;
        });
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
  }

  /// Stores a piece of an import, durably: samples of any time inside the retention, for a tenant
  /// that is made if it is not there. Answers with what became of them.
  @RequestMapping(path = "/api/v1/admin/tsdb/import", method = RequestMethod.POST)
  void importPiece(HttpServletRequest request, HttpServletResponse response) throws IOException {
    checkEnabled();
    if (!MetricStoreAdmin.PIECE_TYPE.equals(request.getContentType())) {
      throw new MangruException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "this takes Content-Type "
              + MetricStoreAdmin.PIECE_TYPE
              + ", not "
              + request.getContentType()
              + ": \"mangru import --url\" of the same version sends it");
    }
    ImportOutcome outcome;
    try (TenantMetrics metrics = tenants.forWriting(TenantHeader.of(request))) {
      MetricStoreAdmin admin = metrics.admin().orElseThrow();
      outcome =
          admin.importPiece(
              new TimedBody(request, MetricStoreAdmin.MAX_PIECE_BYTES, MAX_PIECE_TIME, ticker));
    } catch (UncheckedIOException e) {
      throw e.getCause(); // the client went away
    } catch (IOException e) {
      throw diskFailed(e);
    }
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeNumberProperty("imported", outcome.imported());
          json.writeNumberProperty("alreadyThere", outcome.alreadyThere());
          json.writeName("refused");
          json.writeStartObject();
          outcome.refused().forEach(json::writeNumberProperty);
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private static MangruException diskFailed(IOException e) {
    return new MangruException(
        ErrorCode.UNAVAILABLE, "the time-series store's disk failed: " + e, e);
  }

  private void checkEnabled() {
    if (!settings.enabled()) {
      throw new MangruException(ErrorCode.UNAVAILABLE, "admin APIs disabled");
    }
  }

  /// Null for a tenant without a store. A disk that fails is told as such: an `IOException` of ours
  /// must not look like a client that went away.
  private <T> @Nullable T run(HttpServletRequest request, Work<@Nullable T> work) {
    try (TenantMetrics metrics = tenants.forReading(TenantHeader.of(request))) {
      MetricStoreAdmin admin = metrics.admin().orElse(null);
      return admin == null ? null : work.on(admin);
    } catch (IOException e) {
      throw diskFailed(e);
    }
  }
}
