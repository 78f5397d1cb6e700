package dev.mangru.alerts.notify;

import dev.mangru.alerts.route.HttpSettings;
import dev.mangru.alerts.route.Webhook;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Posts payloads to webhooks. Thread-safe.
///
/// 2xx is delivered; 429, 5xx and whatever the network does may be tried again; every other answer
/// is a refusal. A redirection is followed with the same payload if it stays on the same host and
/// keeps the method (307, 308): a secret in a header must not travel elsewhere. Details name no
/// URL, because those often carry tokens.
public final class WebhookSender implements Deliverer, AutoCloseable {

  /// Bytes of an answer that are looked at. Chosen.
  private static final int MAX_ANSWER_BYTES = 4_096;

  private static final int MAX_DETAIL = 256;
  private static final int MAX_REDIRECTS = 3;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /// How to trust a server.
  private record Trust(boolean anyone, String ca, String caFile) {}

  private final InstantSource clock;
  private final String userAgent;
  private final Map<Trust, HttpClient> clients = new ConcurrentHashMap<>();

  /// @param clock to understand a `Retry-After` with a date
  /// @param version of this build, for the `User-Agent`
  public WebhookSender(InstantSource clock, String version) {
    this.clock = clock;
    this.userAgent = "Mangru/" + version;
  }

  @Override
  public Outcome deliver(Delivery delivery) {
    try {
      return send(delivery, url(delivery.webhook()));
    } catch (TimeoutException e) {
      return new Outcome.Later(
          "no answer within " + delivery.timeout().toMillis() / 1000.0 + " s", null, true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Later("interrupted", null, true);
    } catch (IOException | GeneralSecurityException e) {
      return new Outcome.Later(words(e), null, !(e instanceof ConnectException));
    } catch (URISyntaxException | IllegalArgumentException e) {
      return new Outcome.Refused("the webhook's url or headers cannot be used");
    }
  }

  private static URI url(Webhook webhook) throws IOException, URISyntaxException {
    String url =
        webhook.url().isEmpty()
            ? Files.readString(Path.of(webhook.urlFile()), StandardCharsets.UTF_8).strip()
            : webhook.url();
    return new URI(url);
  }

  private Outcome send(Delivery delivery, URI first)
      throws IOException,
          InterruptedException,
          TimeoutException,
          GeneralSecurityException,
          URISyntaxException {
    HttpSettings http = delivery.webhook().http();
    HttpClient client = client(http);
    URI url = first;
    for (int redirects = 0; ; redirects++) {
      HttpResponse<byte[]> answer = call(client, request(delivery, http, url), delivery.timeout());
      int status = answer.statusCode();
      String location = answer.headers().firstValue("Location").orElse("");
      boolean redirected = (status == 307 || status == 308) && !location.isEmpty();
      if (!redirected || !http.followRedirects() || redirects >= MAX_REDIRECTS) {
        return outcome(answer);
      }
      URI next = url.resolve(new URI(location));
      if (!sameHost(first, next)) {
        return new Outcome.Refused(
            "HTTP " + status + ": a redirection to another host is not followed");
      }
      url = next;
    }
  }

  private static boolean sameHost(URI one, URI other) {
    return String.valueOf(one.getScheme()).equalsIgnoreCase(String.valueOf(other.getScheme()))
        && String.valueOf(one.getHost()).equalsIgnoreCase(String.valueOf(other.getHost()))
        && one.getPort() == other.getPort();
  }

  private HttpRequest request(Delivery delivery, HttpSettings http, URI url) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .POST(HttpRequest.BodyPublishers.ofByteArray(delivery.body()))
            .setHeader("User-Agent", userAgent);
    http.headers().forEach((name, values) -> values.forEach(each -> request.header(name, each)));
    String authorization = authorization(http);
    if (authorization != null) {
      request.setHeader("Authorization", authorization);
    }
    return request
        .setHeader("Content-Type", "application/json")
        .setHeader("Idempotency-Key", delivery.id())
        .setHeader("X-Mangru-Notification-Id", delivery.id())
        .build();
  }

  private static @Nullable String authorization(HttpSettings http) throws IOException {
    String username = http.username();
    if (username != null) {
      String credentials =
          orFile(username, http.usernameFile())
              + ":"
              + orFile(http.password(), http.passwordFile());
      return "Basic "
          + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }
    String type = http.authorizationType();
    return type == null ? null : type + " " + orFile(http.credentials(), http.credentialsFile());
  }

  private static String orFile(String value, String file) throws IOException {
    return file.isEmpty() ? value : Files.readString(Path.of(file), StandardCharsets.UTF_8).strip();
  }

  /// The whole call within `timeout`, the answer's body included.
  private static HttpResponse<byte[]> call(HttpClient client, HttpRequest request, Duration timeout)
      throws IOException, InterruptedException, TimeoutException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException(String.valueOf(e.getCause()), e);
    } finally {
      answer.cancel(true);
    }
  }

  private Outcome outcome(HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    if (status / 100 == 2) {
      return new Outcome.Delivered("HTTP " + status);
    }
    String body = new String(answer.body(), StandardCharsets.UTF_8).strip();
    body = body.length() > MAX_DETAIL ? body.substring(0, MAX_DETAIL) + "…" : body;
    String detail = "HTTP " + status + (body.isEmpty() ? "" : ": " + body);
    if (status == 429 || status / 100 == 5) {
      return new Outcome.Later(
          detail, retryAfter(answer.headers().firstValue("Retry-After").orElse("")), false);
    }
    return new Outcome.Refused(detail);
  }

  /// Seconds or a date; null if it is neither.
  private @Nullable Duration retryAfter(String header) {
    String text = header.strip();
    if (!text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(clock.instant(), until);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException _) {
      return null;
    }
  }

  private static String words(Exception e) {
    String message = e.getMessage();
    String kind = e.getClass().getSimpleName().replace("Exception", "").toLowerCase(Locale.ROOT);
    if (e instanceof java.nio.file.NoSuchFileException) {
      return "a file with a secret is not there: " + message;
    }
    return message == null || message.contains("://") ? "failed to call: " + kind : message;
  }

  // ---- clients ---------------------------------------------------------------------------------

  private HttpClient client(HttpSettings http) throws IOException, GeneralSecurityException {
    Trust trust = new Trust(http.insecureSkipVerify(), http.ca(), http.caFile());
    HttpClient known = clients.get(trust);
    if (known != null) {
      return known;
    }
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT);
    if (trust.anyone || !trust.ca.isEmpty() || !trust.caFile.isEmpty()) {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trustManagers(trust), null);
      builder.sslContext(context);
    }
    HttpClient made = builder.build();
    HttpClient raced = clients.putIfAbsent(trust, made);
    return raced == null ? made : raced;
  }

  private static TrustManager[] trustManagers(Trust trust)
      throws IOException, GeneralSecurityException {
    if (trust.anyone) {
      return new TrustManager[] {new TrustAnyone()};
    }
    byte[] pem =
        trust.ca.isEmpty()
            ? Files.readAllBytes(Path.of(trust.caFile))
            : trust.ca.getBytes(StandardCharsets.US_ASCII);
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int count = 0;
    for (Certificate each :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem))) {
      store.setCertificateEntry("ca" + count++, each);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  @Override
  public void close() {
    clients.values().forEach(HttpClient::shutdownNow);
    clients.clear();
  }
}
