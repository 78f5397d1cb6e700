package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.http.Bodies;
import dev.mangru.server.http.ContentCoding;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.MediaType;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.tsdb.ingest.Extras;
import dev.mangru.tsdb.ingest.RemoteWriteSummary;
import dev.mangru.tsdb.ingest.RemoteWriteV1;
import dev.mangru.tsdb.ingest.RemoteWriteV2;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// `/api/v1/write`, called by [DataPlane]: Prometheus remote write, 1.0 and 2.0. An answer of
/// success means that the samples are on stable storage.
///
/// Errors are plain text, because senders put the first line of the answer into their log. A
/// request with some samples that cannot be stored keeps the others and answers 400, which tells
/// the sender not to send it again; unless one of them met a limit that passes (too many series, or
/// too many new ones a minute), which answers 429 with a time to wait. The samples stored then
/// count as stored again when they come again.
///
/// Exemplars and metadata are kept after the samples are stored. One that is not kept is no error.
/// Metadata that senders repeat with every sample is read now and then ([MetadataGate]).
///
/// Source: Prometheus remote write specifications 1.0 and 2.0.
public final class WriteApi {

  private static final String PROTOBUF = "application/x-protobuf";
  private static final String V1 = "prometheus.WriteRequest";
  private static final String V2 = "io.prometheus.write.v2.Request";
  private static final String SAMPLES_WRITTEN = "X-Prometheus-Remote-Write-Samples-Written";
  private static final String HISTOGRAMS_WRITTEN = "X-Prometheus-Remote-Write-Histograms-Written";
  private static final String EXEMPLARS_WRITTEN = "X-Prometheus-Remote-Write-Exemplars-Written";

  private static final Set<ContentCoding> CODINGS =
      Set.of(ContentCoding.SNAPPY, ContentCoding.ZSTD);

  private final Tenants tenants;
  private final Bodies bodies;
  private final ExtrasKeeper keeper;

  public WriteApi(Tenants tenants, Bodies bodies, Ticker ticker) {
    this.tenants = tenants;
    this.bodies = bodies;
    this.keeper = new ExtrasKeeper(ticker);
  }

  void write(HttpServletRequest request, HttpServletResponse response) throws IOException {
    written(response, 0, 0, 0);
    try (TenantMetrics metrics = tenants.forWriting(TenantHeader.of(request))) {
      boolean second = isSecondVersion(MediaType.of(request.getContentType()));
      ContentCoding coding =
          ContentCoding.of(request.getHeader("Content-Encoding"), ContentCoding.SNAPPY, CODINGS);
      // The first version sends metadata by itself, and seldom.
      Extras extras = second ? keeper.begin() : new Extras(true, true);
      Appender batch = metrics.store().appender();
      RemoteWriteSummary decoded;
      // The array goes to the next request before this one waits for the disk.
      try (Bodies.Body body = bodies.read(request, coding)) {
        decoded =
            second
                ? RemoteWriteV2.decode(body.array(), 0, body.length(), batch, extras)
                : RemoteWriteV1.decode(body.array(), 0, body.length(), batch, extras);
      }
      AppendSummary stored = batch.commit();
      long histograms = stored.acceptedHistograms();
      written(response, stored.accepted() - histograms, histograms, keeper.keep(metrics, extras));
      if (stored.retryable() > 0) {
        throw new MangruException(ErrorCode.OVERLOADED, missing(decoded, stored));
      }
      if (stored.rejected() > 0 || !decoded.complete()) {
        text(response, HttpServletResponse.SC_BAD_REQUEST, missing(decoded, stored));
      } else {
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      }
    } catch (MangruException e) {
      JsonAnswer.retryAfter(response, e);
      text(response, e.code().httpStatus(), e.text());
    }
  }

  private static boolean isSecondVersion(MediaType type) {
    if (type.name().isEmpty() || type.name().equals(PROTOBUF)) {
      switch (type.proto()) {
        case "", V1 -> {
          return false;
        }
        case V2 -> {
          return true;
        }
        default -> {
          // refused below
        }
      }
    }
    throw new MangruException(
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        "remote write takes Content-Type "
            + PROTOBUF
            + " with proto="
            + V1
            + " or proto="
            + V2
            + ", not \""
            + type.name()
            + (type.proto().isEmpty() ? "" : ";proto=" + type.proto())
            + "\"");
  }

  private static void written(
      HttpServletResponse response, long samples, long histograms, long exemplars) {
    response.setHeader(SAMPLES_WRITTEN, String.valueOf(samples));
    response.setHeader(HISTOGRAMS_WRITTEN, String.valueOf(histograms));
    response.setHeader(EXEMPLARS_WRITTEN, String.valueOf(exemplars));
  }

  private static String missing(RemoteWriteSummary decoded, AppendSummary stored) {
    List<String> parts = new ArrayList<>();
    parts.add(stored.accepted() + " samples stored");
    if (stored.rejected() > 0) {
      parts.add(
          stored.rejected()
              + " rejected: "
              + stored.examples().stream()
                  .map(AppendSummary.Rejection::describe)
                  .collect(Collectors.joining("; ")));
    }
    if (!decoded.complete()) {
      parts.add(decoded.describeMissing());
    }
    return String.join("; ", parts);
  }

  private static void text(HttpServletResponse response, int status, String text)
      throws IOException {
    response.setStatus(status);
    response.setContentType("text/plain;charset=utf-8");
    response.getOutputStream().write((text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
