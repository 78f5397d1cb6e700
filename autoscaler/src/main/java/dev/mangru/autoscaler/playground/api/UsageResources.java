package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `metrics.k8s.io`: what nodes and pods use, as `kubectl top` and other autoscalers read it.
/// Thread-safe.
final class UsageResources {

  private static final String GROUP = "metrics.k8s.io";
  private static final double NANOS = 1e9;

  private final Registry registry;
  private final MetricsSource source;

  UsageResources(Registry registry, MetricsSource source) {
    this.registry = registry;
    this.source = source;
  }

  static boolean serves(ResourceType type) {
    return type.group().equals(GROUP);
  }

  void serve(ResourcePath path, String verb, ApiExchange exchange) throws IOException {
    switch (verb) {
      case "get" -> {
        ObjectNode object =
            registry
                .store()
                .find(path.type().plural(), path.namespace(), path.name())
                .flatMap(found -> usage(path.type(), found))
                .orElseThrow(
                    () -> KubeApiException.notFound(Registry.asked(path.type()), path.name()));
        exchange.answer(200, object);
      }
      case "list" -> list(path, exchange);
      default ->
          throw KubeApiException.methodNotAllowed(
              "the server does not allow this method on the requested resource");
    }
  }

  private void list(ResourcePath path, ApiExchange exchange) throws IOException {
    Selection selection =
        new Selection(
            path.namespace(),
            "",
            LabelSelector.parse(exchange.parameter("labelSelector")),
            FieldSelector.parse(
                exchange.parameter("fieldSelector"), path.type().plural(), java.util.List.of()));
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("kind", path.type().listKind()).put("apiVersion", path.type().apiVersion());
    list.putObject("metadata");
    ArrayNode items = list.putArray("items");
    for (ObjectNode object :
        registry.store().list(path.type().plural(), path.namespace()).items()) {
      if (selection.matches(object)) {
        usage(path.type(), object).ifPresent(items::add);
      }
    }
    exchange.answer(200, list);
  }

  private Optional<ObjectNode> usage(ResourceType type, ObjectNode of) {
    String namespace = of.path("metadata").path("namespace").asString("");
    String name = of.path("metadata").path("name").asString("");
    boolean node = !type.namespaced();
    return (node ? source.node(name) : source.pod(namespace, name))
        .map(sample -> usage(type, of, node, sample));
  }

  private static ObjectNode usage(
      ResourceType type, ObjectNode of, boolean node, MetricsSource.Sample sample) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    ObjectNode meta = object.putObject("metadata");
    for (String field : java.util.List.of("name", "namespace", "labels")) {
      Trees.copy(field, of.path("metadata"), meta);
    }
    String at = sample.at().truncatedTo(ChronoUnit.SECONDS).toString();
    meta.put("creationTimestamp", at);
    object.put("timestamp", at);
    object.put("window", goDuration(sample.window().toMillis()));
    if (node) {
      for (MetricsSource.Usage usage : sample.containers()) {
        put(object.putObject("usage"), usage);
      }
      return object;
    }
    ArrayNode containers = object.putArray("containers");
    for (MetricsSource.Usage usage : sample.containers()) {
      ObjectNode container = containers.addObject().put("name", usage.container());
      put(container.putObject("usage"), usage);
    }
    return object;
  }

  private static void put(ObjectNode into, MetricsSource.Usage usage) {
    into.put("cpu", Math.round(usage.cpuCores() * NANOS) + "n");
    into.put("memory", usage.memoryBytes() / 1024 + "Ki");
  }

  /// As Go writes durations under an hour: `30s`, `1m0s`, `1.5s`.
  private static String goDuration(long millis) {
    long minutes = millis / 60_000;
    long seconds = millis % 60_000 / 1000;
    long rest = millis % 1000;
    String fraction = rest == 0 ? "" : ("." + "%03d".formatted(rest)).replaceAll("0+$", "");
    return (minutes > 0 ? minutes + "m" : "") + seconds + fraction + "s";
  }
}
