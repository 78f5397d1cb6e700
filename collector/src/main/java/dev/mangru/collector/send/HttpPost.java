package dev.mangru.collector.send;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One HTTP POST with a time limit on the whole exchange and a size limit on the answer.
/// Thread-safe.
final class HttpPost {

  /// What came back.
  sealed interface Reply {

    /// An answer, whatever its status.
    final class Answer implements Reply {

      private final int status;
      private final Map<String, String> headers;
      private final byte[] body;

      Answer(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
      }

      int status() {
        return status;
      }

      byte[] body() {
        return body;
      }

      Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
      }

      /// The first line of the answer, for a log line.
      String text() {
        String text = new String(body, 0, Math.min(body.length, 300), StandardCharsets.UTF_8);
        return text.strip().lines().findFirst().orElse("");
      }
    }

    /// Nothing came, or not in time.
    record NoAnswer(String why) implements Reply {}
  }

  static final String USER_AGENT = "mangru-agent/" + version();

  /// Far more than any answer to a write.
  private static final long MAX_ANSWER_BYTES = 1 << 20;

  private final HttpClient client;
  private final URI uri;
  private final Duration timeout;
  private final Map<String, String> headers;
  private final InstantSource clock;

  /// @param headers sent with every request, such as `Authorization`
  HttpPost(
      HttpClient client,
      URI uri,
      Duration timeout,
      Map<String, String> headers,
      InstantSource clock) {
    this.client = client;
    this.uri = uri;
    this.timeout = timeout;
    this.headers = Map.copyOf(headers);
    this.clock = clock;
  }

  private static String version() {
    String version = HttpPost.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /// Sends `body`; an empty `contentEncoding` sends none.
  ///
  /// @throws InterruptedException if the thread was interrupted while waiting
  Reply post(byte[] body, String contentType, String contentEncoding, Map<String, String> more)
      throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("Content-Type", contentType)
            .header("User-Agent", USER_AGENT)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (!contentEncoding.isEmpty()) {
      request.header("Content-Encoding", contentEncoding);
    }
    headers.forEach(request::setHeader);
    more.forEach(request::setHeader);
    CompletableFuture<HttpResponse<byte[]>> exchange =
        client.sendAsync(
            request.build(),
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    try {
      // The request's own timeout ends with the answer's headers; this one with its last byte.
      HttpResponse<byte[]> response = exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      Map<String, String> first =
          response.headers().map().entrySet().stream()
              .collect(
                  Collectors.toMap(
                      entry -> entry.getKey().toLowerCase(Locale.ROOT),
                      entry -> entry.getValue().getFirst(),
                      (a, _) -> a));
      return new Reply.Answer(response.statusCode(), first, response.body());
    } catch (TimeoutException e) {
      exchange.cancel(true);
      return new Reply.NoAnswer("no answer within " + timeout);
    } catch (ExecutionException e) {
      return new Reply.NoAnswer(String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      exchange.cancel(true);
      throw e;
    }
  }

  /// What `Retry-After` asks for: seconds or an HTTP date. Null if absent or not understood.
  @Nullable Duration retryAfter(Reply.Answer answer) {
    String value = answer.header("retry-after").orElse("").strip();
    if (value.isEmpty()) {
      return null;
    }
    if (value.length() <= 9 && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(clock.instant(), until);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
