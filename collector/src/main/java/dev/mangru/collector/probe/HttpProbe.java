package dev.mangru.collector.probe;

import dev.mangru.collector.pipeline.Gatherer;
import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/// Asks one URL, and tells how it answered: `probe_success`, `probe_duration_seconds`,
/// `probe_http_status_code` and others, with `job="probe"`, `instance` the URL and `probe` the
/// target's name.
///
/// Redirects are followed on the same host only, unless the target says otherwise; one that is not
/// followed is the answer. [#gather] does not throw for a target that fails: `probe_success 0` says
/// so. What an answer does not tell (the status, when there was none) is not sent, and ends with a
/// stale marker. Confined to one thread at a time.
public final class HttpProbe implements Gatherer {

  /// More redirects than this are a loop (the blackbox exporter's bound, from Go's client).
  private static final int MAX_REDIRECTS = 10;

  /// A body larger than this fails the probe: it is not a health page (chosen).
  private static final int MAX_BODY_BYTES = 10 << 20;

  private static final double NANOS = 1_000_000_000;
  private static final double MILLIS = 1000;

  private final ProbeTarget target;
  private final HttpClient client;
  private final Ticker ticker;
  private final Map<String, Labels> labels = new HashMap<>();
  private Set<String> lastNames = new HashSet<>();
  private String lastError = "";

  /// @param client must not follow redirects by itself
  /// @param ticker measures how long an answer takes
  public HttpProbe(ProbeTarget target, HttpClient client, Ticker ticker) {
    if (client.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new IllegalArgumentException(
          "the client of probe \"" + target.name() + "\" must leave redirects to the probe");
    }
    this.target = target;
    this.client = client;
    this.ticker = ticker;
  }

  /// What is asked.
  public ProbeTarget target() {
    return target;
  }

  /// Why the last asking failed; empty when it did not.
  public String lastError() {
    return lastError;
  }

  @Override
  public String name() {
    return "probe";
  }

  @Override
  public void gather(Instant now, SampleBatch into) throws IOException {
    long nowMs = now.toEpochMilli();
    long before = ticker.read();
    Set<String> names = new HashSet<>();
    boolean success = false;
    int redirects = 0;
    try {
      URI url = target.url();
      HttpResponse<byte[]> answer = ask(url, before);
      URI next = nextUrl(url, answer);
      while (next != null) {
        if (++redirects > MAX_REDIRECTS) {
          throw new IOException("more than " + MAX_REDIRECTS + " redirects from " + target.url());
        }
        url = next;
        answer = ask(url, before);
        next = nextUrl(url, answer);
      }
      success = judge(into, nowMs, names, answer);
    } catch (IOException e) {
      lastError = String.valueOf(e.getMessage());
    }
    if (success) {
      lastError = "";
    }
    double seconds = (ticker.read() - before) / NANOS;
    write(into, nowMs, names, "probe_http_redirects", "Redirects that were followed.", redirects);
    write(into, nowMs, names, "probe_duration_seconds", "How long the probe took.", seconds);
    write(into, nowMs, names, "probe_success", "Whether the probe succeeded.", success ? 1 : 0);
    for (String gone : lastNames) {
      if (!names.contains(gone)) {
        into.add(labels(gone), nowMs, StaleMarker.VALUE);
      }
    }
    lastNames = names;
  }

  private HttpResponse<byte[]> ask(URI url, long before) throws IOException {
    long leftNanos = target.timeout().toNanos() - (ticker.read() - before);
    if (leftNanos <= 0) {
      throw new IOException("no answer from " + url + " within " + target.timeout());
    }
    HttpRequest request = HttpRequest.newBuilder(url).header("User-Agent", "Mangru").GET().build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BODY_BYTES));
    try {
      return answer.get(leftNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("no answer from " + url + " within " + target.timeout(), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          cause.getClass().getSimpleName() + " from " + url + ": " + cause.getMessage(), cause);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + url, e);
    }
  }

  /// Where a redirect leads that may be followed; null when the answer is the last.
  private @Nullable URI nextUrl(URI url, HttpResponse<byte[]> answer) throws IOException {
    boolean redirect =
        switch (answer.statusCode()) {
          case 301, 302, 303, 307, 308 -> true;
          default -> false;
        };
    String location = answer.headers().firstValue("Location").orElse("");
    if (!redirect || location.isEmpty() || target.accepts(answer.statusCode())) {
      return null;
    }
    URI next;
    try {
      next = url.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new IOException("redirect from " + url + " to what is no URL: " + location, e);
    }
    boolean web = "http".equals(next.getScheme()) || "https".equals(next.getScheme());
    if (!web || next.getHost() == null) {
      throw new IOException("redirect from " + url + " to what is no web page: " + next);
    }
    boolean sameHost = next.getHost().equalsIgnoreCase(target.url().getHost());
    boolean samePort = port(next) == port(target.url());
    boolean toTls = target.url().getScheme().equals("http") && port(next) == 443;
    boolean fallsBack = url.getScheme().equals("https") && next.getScheme().equals("http");
    boolean own = sameHost && (samePort || toTls) && !fallsBack;
    return own || (target.followOtherHosts() && !fallsBack) ? next : null;
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : url.getScheme().equals("https") ? 443 : 80;
  }

  private boolean judge(
      SampleBatch into, long nowMs, Set<String> names, HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    write(into, nowMs, names, "probe_http_status_code", "Status of the answer.", status);
    double version = answer.version() == HttpClient.Version.HTTP_2 ? 2 : 1.1;
    write(into, nowMs, names, "probe_http_version", "HTTP version of the answer.", version);
    answer
        .headers()
        .firstValueAsLong("Content-Length")
        .ifPresent(length ->
            write(
                into,
                nowMs,
                names,
                "probe_http_content_length",
                "Length that the answer told.",
                (double) length));
    write(
        into,
        nowMs,
        names,
        "probe_http_uncompressed_body_length",
        "Length of the body.",
        answer.body().length);
    boolean tls = answer.sslSession().isPresent();
    write(into, nowMs, names, "probe_http_ssl", "Whether the last answer used TLS.", tls ? 1 : 0);
    double expiry = earliestExpiry(answer);
    if (!Double.isNaN(expiry)) {
      write(
          into,
          nowMs,
          names,
          "probe_ssl_earliest_cert_expiry",
          "When the first certificate of the chain expires, Unix time.",
          expiry);
    }
    boolean textFound =
        target.bodyText().isEmpty()
            || new String(answer.body(), StandardCharsets.UTF_8).contains(target.bodyText());
    write(
        into,
        nowMs,
        names,
        "probe_failed_due_to_regex",
        "Whether the probe failed because of the body's text.",
        textFound ? 0 : 1);
    if (!target.accepts(status)) {
      lastError = "status " + status + " from " + answer.uri();
    } else if (!textFound) {
      lastError = "the body of " + answer.uri() + " lacks the expected text";
    }
    return target.accepts(status) && textFound;
  }

  private static double earliestExpiry(HttpResponse<byte[]> answer) {
    if (answer.sslSession().isEmpty()) {
      return Double.NaN;
    }
    double earliest = Double.NaN;
    try {
      for (Certificate certificate : answer.sslSession().get().getPeerCertificates()) {
        if (certificate instanceof X509Certificate x509) {
          double expiry = x509.getNotAfter().toInstant().toEpochMilli() / MILLIS;
          earliest = Double.isNaN(earliest) ? expiry : Math.min(earliest, expiry);
        }
      }
    } catch (SSLPeerUnverifiedException _) {
      return Double.NaN; // A session without certificates has no expiry to tell.
    }
    return earliest;
  }

  private void write(
      SampleBatch into, long nowMs, Set<String> names, String name, String help, double value) {
    into.describe(name, MetricType.GAUGE, help);
    into.add(labels(name), nowMs, value);
    names.add(name);
  }

  private Labels labels(String name) {
    return labels.computeIfAbsent(
        name,
        metric ->
            Labels.of(
                Labels.METRIC_NAME,
                metric,
                "job",
                "probe",
                "instance",
                target.url().toString(),
                "probe",
                target.name()));
  }
}
