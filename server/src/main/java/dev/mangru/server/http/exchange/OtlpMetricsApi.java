package dev.mangru.server.http.exchange;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.http.Bodies;
import dev.mangru.server.http.ContentCoding;
import dev.mangru.server.http.MediaType;
import dev.mangru.server.http.OtlpAnswers;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.server.http.prometheus.ExtrasKeeper;
import dev.mangru.tsdb.ingest.Extras;
import dev.mangru.tsdb.ingest.otlp.OtlpJson;
import dev.mangru.tsdb.ingest.otlp.OtlpMetrics;
import dev.mangru.tsdb.ingest.otlp.OtlpSummary;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/api/v1/otlp/v1/metrics` and `/v1/metrics`: metrics over OTLP. An answer of success means that
/// the samples are on stable storage.
///
/// Points that cannot be stored are left out, and the answer tells how many and why (partial
/// success), as OTLP wants it; Prometheus refuses the request, or says nothing. A limit that passes
/// is answered with 429, and what was stored then counts as stored again when it comes again.
@RestController
public final class OtlpMetricsApi {

  private final Tenants tenants;
  private final Bodies bodies;
  private final OtlpMetrics decoder;
  private final ExtrasKeeper keeper;

  public OtlpMetricsApi(Tenants tenants, Bodies bodies, OtlpMetrics decoder, Ticker ticker) {
    this.tenants = tenants;
    this.bodies = bodies;
    this.decoder = decoder;
    this.keeper = new ExtrasKeeper(ticker);
  }

  @PostMapping({"/api/v1/otlp/v1/metrics", "/v1/metrics", "/otlp/v1/metrics"})
  void metrics(HttpServletRequest request, HttpServletResponse response) throws IOException {
    boolean json = OtlpAnswers.isJson(MediaType.of(request.getContentType()), "OTLP");
    try (TenantMetrics metrics = tenants.forWriting(TenantHeader.of(request))) {
      ContentCoding coding =
          ContentCoding.of(
              request.getHeader("Content-Encoding"), ContentCoding.IDENTITY, OtlpAnswers.CODINGS);
      Extras extras = keeper.begin();
      Appender batch = metrics.store().appender();
      OtlpSummary decoded = decode(request, coding, json, batch, extras);
      AppendSummary stored = batch.commit();
      keeper.keep(metrics, extras);
      long rejected = decoded.rejectedPoints() + stored.rejected();
      String why = rejected == 0 ? "" : missing(decoded, stored);
      if (stored.retryable() > 0) {
        throw new MangruException(ErrorCode.OVERLOADED, why);
      }
      OtlpAnswers.exported(response, json, "rejectedDataPoints", rejected, why);
    } catch (MangruException e) {
      OtlpAnswers.error(response, json, e);
    }
  }

  /// The array goes to the next request before this one waits for the disk.
  private OtlpSummary decode(
      HttpServletRequest request, ContentCoding coding, boolean json, Appender batch, Extras extras)
      throws IOException {
    try (Bodies.Body body = bodies.read(request, coding)) {
      if (!json) {
        return decoder.decode(body.array(), 0, body.length(), batch, extras);
      }
      byte[] message = OtlpJson.toProtobuf(body.array(), 0, body.length());
      return decoder.decode(message, 0, message.length, batch, extras);
    }
  }

  private static String missing(OtlpSummary decoded, AppendSummary stored) {
    List<String> parts = new ArrayList<>(decoded.problems());
    if (decoded.rejectedPoints() > 0) {
      parts.addFirst(decoded.rejectedPoints() + " data points left out");
    }
    if (stored.rejected() > 0) {
      parts.add(
          stored.rejected()
              + " samples rejected: "
              + stored.examples().stream()
                  .map(AppendSummary.Rejection::describe)
                  .collect(Collectors.joining("; ")));
    }
    return String.join("; ", parts);
  }
}
