package dev.mangru.collector.scrape;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;

/// Fetches a page of metrics within a time and a size. Thread-safe.
final class PageFetcher {

  /// OpenMetrics before text, UTF-8 names where the target can write them.
  private static final String ACCEPT =
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
          + "application/openmetrics-text;version=1.0.0;q=0.5,"
          + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
          + "text/plain;version=0.0.4;q=0.3,*/*;q=0.1";

  private static final double MILLIS = 1000;

  private final HttpClient client;
  private final ScrapeLimits limits;

  PageFetcher(HttpClient client, ScrapeLimits limits) {
    this.client = client;
    this.limits = limits;
  }

  /// A page as it came, decompressed, and in which format.
  static final class Page {

    private final byte[] body;
    private final boolean openMetrics;

    private Page(byte[] body, boolean openMetrics) {
      this.body = body;
      this.openMetrics = openMetrics;
    }

    byte[] body() {
      return body;
    }

    boolean openMetrics() {
      return openMetrics;
    }
  }

  /// Gets the target's page.
  ///
  /// @throws IOException when there is no good answer in time, it is too large, or of another kind
  Page fetch(ScrapeTarget target) throws IOException {
    Duration timeout = target.timeout();
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(target.url())
            .timeout(timeout)
            .header("Accept", ACCEPT)
            .header("Accept-Encoding", "gzip")
            .header("User-Agent", "Mangru")
            .header(
                "X-Prometheus-Scrape-Timeout-Seconds", Double.toString(timeout.toMillis() / MILLIS))
            .GET();
    String authorization = target.authorization();
    if (authorization != null) {
      builder.header("Authorization", authorization);
    }
    HttpResponse<byte[]> response = send(builder.build(), timeout);
    if (response.statusCode() != 200) {
      throw new IOException(
          "server returned HTTP status " + response.statusCode() + ", expected 200");
    }
    boolean openMetrics = isOpenMetrics(response.headers().firstValue("Content-Type").orElse(""));
    String encoding =
        response.headers().firstValue("Content-Encoding").orElse("").toLowerCase(Locale.ROOT);
    byte[] body =
        switch (encoding) {
          case "", "identity" -> response.body();
          case "gzip" -> gunzip(response.body());
          default ->
              throw new IOException("Content-Encoding \"" + encoding + "\" was not asked for");
        };
    return new Page(body, openMetrics);
  }

  /// Waits for the whole answer, body included; [HttpRequest#timeout] ends at its first byte.
  private HttpResponse<byte[]> send(HttpRequest request, Duration timeout) throws IOException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), limits.bodyBytes()));
    try {
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("no complete answer within " + timeout, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(describe(cause), cause);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + request.uri(), e);
    }
  }

  private static String describe(Throwable cause) {
    String message = cause.getMessage();
    return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  private byte[] gunzip(byte[] body) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      byte[] page = in.readNBytes(limits.bodyBytes());
      if (page.length == limits.bodyBytes() && in.read() >= 0) {
        throw new IOException("page is larger than " + limits.bodyBytes() + " bytes");
      }
      return page;
    }
  }

  /// Which format a content type names; none at all means the text format.
  private static boolean isOpenMetrics(String contentType) throws IOException {
    int semicolon = contentType.indexOf(';');
    String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    return switch (type.strip().toLowerCase(Locale.ROOT)) {
      case "application/openmetrics-text" -> true;
      case "text/plain", "" -> false;
      default ->
          throw new IOException(
              "Content-Type \"" + contentType + "\" is no page of metrics in text form");
    };
  }
}
