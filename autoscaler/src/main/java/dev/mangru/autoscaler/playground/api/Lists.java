package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// GET of a collection: whole or page by page, every page at the revision of the first.
/// Thread-safe.
final class Lists {

  private final Registry registry;
  private final InstantSource clock;

  Lists(Registry registry, InstantSource clock) {
    this.registry = registry;
    this.clock = clock;
  }

  /// Where the next page begins.
  ///
  /// @param revision that all pages are read at
  /// @param after namespace and name of the last object of this page, with a slash between
  private record Continue(long revision, String after) {

    String token() {
      ObjectNode token =
          JsonNodeFactory.instance
              .objectNode()
              .put("v", "meta.k8s.io/v1")
              .put("rv", revision)
              .put("start", after);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(JsonBodies.bytes(token));
    }

    static Continue parse(String token) {
      try {
        byte[] bytes = Base64.getUrlDecoder().decode(token.getBytes(StandardCharsets.US_ASCII));
        if (JsonBodies.json(bytes) instanceof ObjectNode object
            && object.path("rv").asLong(-1) >= 0
            && object.path("v").asString("").equals("meta.k8s.io/v1")) {
          return new Continue(object.path("rv").asLong(-1), object.path("start").asString(""));
        }
      } catch (IllegalArgumentException | KubeApiException e) {
        throw invalid(e);
      }
      throw invalid(null);
    }

    private static KubeApiException invalid(@Nullable Exception cause) {
      KubeApiException invalid = KubeApiException.badRequest("continue key is not valid");
      if (cause != null) {
        invalid.addSuppressed(cause);
      }
      return invalid;
    }
  }

  void list(ResourcePath path, ApiExchange exchange) throws IOException {
    Presenter presenter = new Presenter(registry, path.type(), exchange, clock);
    Selection selection = Selection.of(registry, path, exchange);
    long limit = exchange.number("limit", 0);
    String token = exchange.parameter("continue");
    Continue from = token.isEmpty() ? null : Continue.parse(token);
    ObjectStore.Listing listing = read(path, exchange, from);
    List<ObjectNode> page = new ArrayList<>();
    String last = "";
    long left = 0;
    for (ObjectNode object : listing.items()) {
      String place = place(object);
      if ((from != null && compare(place, from.after()) <= 0) || !selection.matches(object)) {
        continue;
      }
      if (limit > 0 && page.size() >= limit) {
        left++;
      } else {
        page.add(object);
        last = place;
      }
    }
    ObjectNode metadata =
        JsonNodeFactory.instance
            .objectNode()
            .put("resourceVersion", Long.toString(listing.revision()));
    if (left > 0) {
      metadata.put("continue", new Continue(listing.revision(), last).token());
      if (selection.everything()) {
        metadata.put("remainingItemCount", left);
      }
    }
    ObjectNode answer = presenter.list(page, metadata);
    registry.store().flush();
    exchange.answer(200, answer);
  }

  private ObjectStore.Listing read(
      ResourcePath path, ApiExchange exchange, @Nullable Continue from) {
    ObjectStore store = registry.store();
    String resource = registry.resource(path.type());
    String match = exchange.parameter("resourceVersionMatch");
    long asked = Revisions.parse(exchange.parameter("resourceVersion"));
    if (from != null) {
      if (!match.isEmpty() || asked > 0) {
        throw KubeApiException.badRequest(
            "specifying resource version or its match is not allowed when using continue");
      }
      try {
        return store.listAt(resource, path.namespace(), from.revision());
      } catch (KubeApiException e) {
        throw e.code() == 410 ? tooOld() : e;
      }
    }
    return switch (match) {
      case "" -> {
        if (asked > 0 && exchange.number("limit", 0) > 0) {
          // Upstream: a limit with an exact revision and no match reads at that revision.
          yield store.listAt(resource, path.namespace(), asked);
        }
        Revisions.requireReached(store, asked);
        yield store.list(resource, path.namespace());
      }
      case "NotOlderThan" -> {
        Revisions.requireReached(store, asked);
        yield store.list(resource, path.namespace());
      }
      case "Exact" -> {
        if (asked == 0) {
          throw KubeApiException.badRequest(
              "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"");
        }
        yield store.listAt(resource, path.namespace(), asked);
      }
      case String other ->
          throw KubeApiException.badRequest(
              "resourceVersionMatch: Unsupported value: \""
                  + other
                  + "\": supported values: \"Exact\", \"NotOlderThan\"");
    };
  }

  private static KubeApiException tooOld() {
    return KubeApiException.expired(
        "The provided continue parameter is too old to display a consistent list result. You must"
            + " start a new list without the continue parameter.");
  }

  private static String place(ObjectNode object) {
    return object.path("metadata").path("namespace").asString("")
        + "/"
        + object.path("metadata").path("name").asString("");
  }

  /// As the store orders: by namespace, then by name.
  private static int compare(String a, String b) {
    int endA = a.indexOf('/');
    int endB = b.indexOf('/');
    int byNamespace = a.substring(0, endA).compareTo(b.substring(0, Math.max(0, endB)));
    return byNamespace != 0 ? byNamespace : a.substring(endA + 1).compareTo(b.substring(endB + 1));
  }
}
