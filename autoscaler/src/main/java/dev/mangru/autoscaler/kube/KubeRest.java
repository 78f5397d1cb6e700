package dev.mangru.autoscaler.kube;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// Single requests to the API server, as JSON: the paths that fabric8's typed calls do not reach,
/// with its connections and credentials. Thread-safe.
final class KubeRest {

  static final String JSON_BODY = "application/json";
  static final String MERGE_PATCH = "application/merge-patch+json";

  private static final JsonMapper JSON = new JsonMapper();

  private final KubernetesClient client;
  private final Duration timeout;

  /// @param timeout of one request, its retries included
  KubeRest(KubernetesClient client, Duration timeout) {
    this.client = client;
    this.timeout = timeout;
  }

  /// An answer.
  record Response(int status, JsonNode body) {

    boolean ok() {
      return status >= 200 && status < 300;
    }

    /// Whether the same request may well succeed later: too many requests, or the server's trouble.
    boolean transientTrouble() {
      return status == 429 || status >= 500;
    }

    /// What the server says of a refusal.
    String message() {
      String text = body.path("message").asString("");
      return text.isEmpty() ? "status " + status : text;
    }

    String resourceVersion() {
      return body.path("metadata").path("resourceVersion").asString("");
    }
  }

  /// One part of a path.
  static String part(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  Response get(String path) {
    return send("GET", path, null, null);
  }

  Response write(String method, String path, String contentType, JsonNode body) {
    return send(method, path, contentType, body);
  }

  /// @throws MangruException `UNAVAILABLE` if there is no answer: nothing is known then of what the
  ///   server did
  private Response send(
      String method, String path, @Nullable String contentType, @Nullable JsonNode body) {
    HttpRequest.Builder request = client.getHttpClient().newHttpRequestBuilder().uri(base() + path);
    request.header("Accept", JSON_BODY);
    request.timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (contentType != null && body != null) {
      request.method(method, contentType, body.toString());
    }
    CompletableFuture<HttpResponse<String>> sent =
        client.getHttpClient().sendAsync(request.build(), String.class);
    try {
      HttpResponse<String> response = sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Response(response.code(), parsed(response.body()));
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw noAnswer(method, path, "none within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw noAnswer(method, path, cause.toString(), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      sent.cancel(true);
      throw noAnswer(method, path, "interrupted", e);
    }
  }

  private String base() {
    String url = client.getMasterUrl().toString();
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  private MangruException noAnswer(String method, String path, String why, Throwable cause) {
    return new MangruException(
        ErrorCode.UNAVAILABLE,
        "no answer from the API server to %s %s%s: %s".formatted(method, base(), path, why),
        cause);
  }

  private static JsonNode parsed(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(text);
    } catch (JacksonException _) {
      return JSON.createObjectNode().put("message", text); // a proxy's words, not Kubernetes'
    }
  }
}
