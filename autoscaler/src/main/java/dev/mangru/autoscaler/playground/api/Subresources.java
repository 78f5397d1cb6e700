package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.io.IOException;
import java.util.Optional;

/// Dispatches what is below an object, other than `/status`. Thread-safe.
final class Subresources {

  private final Registry registry;
  private final Scales scales;
  private final Evictions evictions;
  private final Bindings bindings;
  private final LogRoutes logs;
  private final ProxyPages pages;

  Subresources(
      Registry registry,
      Scales scales,
      Evictions evictions,
      Bindings bindings,
      LogRoutes logs,
      ProxyPages pages) {
    this.registry = registry;
    this.scales = scales;
    this.evictions = evictions;
    this.bindings = bindings;
    this.logs = logs;
    this.pages = pages;
  }

  void serve(ResourcePath path, String verb, ApiExchange exchange) throws IOException {
    switch (path.subresource()) {
      case "scale" -> scales.serve(path, verb, exchange);
      case "eviction" -> {
        require(verb, "create");
        evictions.evict(path, exchange);
      }
      case "binding" -> {
        require(verb, "create");
        bindings.bind(path, exchange);
      }
      case "log" -> {
        require(verb, "get");
        logs.serve(path, exchange);
      }
      case "finalize" -> {
        require(verb, "update");
        finalizeNamespace(path, exchange);
      }
      case "proxy" -> {
        require(verb, "get");
        proxy(path, exchange);
      }
      case String other -> throw KubeApiException.noSuchPath();
    }
  }

  private static void require(String verb, String allowed) {
    if (!verb.equals(allowed)) {
      throw KubeApiException.methodNotAllowed(
          "the server does not allow this method on the requested resource; only " + allowed);
    }
  }

  /// Replaces `spec.finalizers`, which a PUT of a namespace cannot.
  private void finalizeNamespace(ResourcePath path, ApiExchange exchange) throws IOException {
    var body = JsonBodies.object(exchange.body(), exchange.header("Content-Type"));
    var written =
        registry.modify(
            path.type(),
            "",
            path.name(),
            "",
            ObjectRoutes.writeOptions(exchange),
            present -> {
              Trees.copy("finalizers", body.path("spec"), present.withObject("/spec"));
              Trees.metadata(present).remove("resourceVersion");
              return present;
            });
    registry.store().collectGarbage();
    registry.store().flush();
    exchange.answer(200, written);
  }

  private void proxy(ResourcePath path, ApiExchange exchange) throws IOException {
    // POD:8080 and, as upstream, http:POD:8080.
    String target = path.name();
    if (target.startsWith("https:")) {
      throw KubeApiException.badRequest("the playground's pods and nodes speak plain HTTP only");
    }
    target = target.startsWith("http:") ? target.substring("http:".length()) : target;
    int colon = target.indexOf(':');
    String name = colon < 0 ? target : target.substring(0, colon);
    String port = colon < 0 ? "" : target.substring(colon + 1);
    registry.get(path.type(), path.namespace(), name);
    Optional<ProxyPages.Page> page =
        pages.get(
            new ProxyPages.Target(
                path.type().plural(),
                path.namespace(),
                name,
                port,
                "/" + String.join("/", path.rest()),
                exchange.rawQuery()));
    ProxyPages.Page found =
        page.orElseThrow(() ->
            KubeApiException.unavailable(
                "error trying to reach %s \"%s\": connection refused"
                    .formatted(path.type().plural(), path.name())));
    exchange.answer(found.status(), found.contentType(), found.body());
  }
}
