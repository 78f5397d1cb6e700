package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.FieldValidation;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectKey;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Requests for objects and collections: which verb it is, and what the answer looks like.
/// Thread-safe.
final class ObjectRoutes {

  private final Registry registry;
  private final InstantSource clock;
  private final Lists lists;
  private final Watches watches;
  private final Subresources subresources;
  private final UsageResources usage;

  ObjectRoutes(
      Registry registry,
      InstantSource clock,
      Watches watches,
      Subresources subresources,
      UsageResources usage) {
    this.registry = registry;
    this.clock = clock;
    this.lists = new Lists(registry, clock);
    this.watches = watches;
    this.subresources = subresources;
    this.usage = usage;
  }

  /// The verb that a request is, as faults and messages name it.
  static String verb(ResourcePath path, ApiExchange exchange) {
    boolean collection = path.name().isEmpty();
    return switch (exchange.method()) {
      case "GET" ->
          exchange.flag("watch") && path.subresource().isEmpty()
              ? "watch"
              : collection ? "list" : "get";
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> collection ? "deletecollection" : "delete";
      case String other -> other.toLowerCase(Locale.ROOT);
    };
  }

  /// Serves one request.
  void serve(ResourcePath path, String verb, ApiExchange exchange) throws IOException {
    ResourceType type = path.type();
    if (UsageResources.serves(type)) {
      usage.serve(path, verb, exchange);
      return;
    }
    boolean plain = path.subresource().isEmpty() || path.subresource().equals("status");
    if (!plain) {
      subresources.serve(path, verb, exchange);
      return;
    }
    boolean named = !path.name().isEmpty();
    if (!type.hasVerb(verb)
        || (named && verb.equals("create"))
        || (!named && (verb.equals("update") || verb.equals("patch")))) {
      throw KubeApiException.methodNotAllowed(
          "the server does not allow this method on the requested resource");
    }
    switch (verb) {
      case "watch" -> watches.watch(path, exchange);
      case "list" -> lists.list(path, exchange);
      case "get" -> get(path, exchange);
      case "create" -> create(path, exchange);
      case "update" -> update(path, exchange);
      case "patch" -> patch(path, exchange);
      case "delete" -> delete(path, exchange);
      case "deletecollection" -> deleteCollection(path, exchange);
      default ->
          throw KubeApiException.methodNotAllowed(
              "the server does not allow this method on the requested resource");
    }
  }

  private void get(ResourcePath path, ApiExchange exchange) throws IOException {
    Presenter presenter = new Presenter(registry, path.type(), exchange, clock);
    Revisions.requireReached(
        registry.store(), Revisions.parse(exchange.parameter("resourceVersion")));
    ObjectNode stored =
        registry
            .store()
            .find(registry.resource(path.type()), path.namespace(), path.name())
            .orElseThrow(() -> KubeApiException.notFound(Registry.asked(path.type()), path.name()));
    ObjectNode answer = presenter.one(stored, true);
    registry.store().flush();
    exchange.answer(200, answer);
  }

  private void create(ResourcePath path, ApiExchange exchange) throws IOException {
    WriteOptions how = writeOptions(exchange);
    ObjectNode body = JsonBodies.object(exchange.body(), exchange.header("Content-Type"));
    answer(path, exchange, registry.create(path.type(), path.namespace(), body, how));
  }

  private void update(ResourcePath path, ApiExchange exchange) throws IOException {
    WriteOptions how = writeOptions(exchange);
    ObjectNode body = JsonBodies.object(exchange.body(), exchange.header("Content-Type"));
    answer(
        path,
        exchange,
        registry.replace(
            path.type(), path.namespace(), path.name(), path.subresource(), body, how));
  }

  private void patch(ResourcePath path, ApiExchange exchange) throws IOException {
    WriteOptions how = writeOptions(exchange);
    byte[] body = exchange.body();
    PatchBodies patch = PatchBodies.of(exchange.header("Content-Type"));
    Registry.Written written =
        patch == PatchBodies.APPLY
            ? registry.apply(
                path.type(),
                path.namespace(),
                path.name(),
                path.subresource(),
                PatchBodies.configuration(body),
                applyOptions(how, exchange))
            : registry.patch(
                path.type(),
                path.namespace(),
                path.name(),
                path.subresource(),
                how,
                patch.reader(registry.catalog(), path.type(), body));
    answer(path, exchange, written);
  }

  private static WriteOptions applyOptions(WriteOptions how, ApiExchange exchange) {
    if (exchange.parameter("fieldManager").isEmpty()) {
      throw KubeApiException.badRequest(
          "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for"
              + " apply patch");
    }
    return how;
  }

  private void answer(ResourcePath path, ApiExchange exchange, Registry.Written written)
      throws IOException {
    registry.store().flush();
    exchange.warn(written.warnings());
    Presenter presenter = new Presenter(registry, path.type(), exchange, clock);
    exchange.answer(written.created() ? 201 : 200, presenter.written(written.object()));
  }

  // ---- deleting --------------------------------------------------------------------------------

  private void delete(ResourcePath path, ApiExchange exchange) throws IOException {
    DeleteOptions how = deleteOptions(exchange);
    ObjectStore.Deletion deletion =
        registry.delete(path.type(), path.namespace(), path.name(), how);
    registry.store().flush();
    exchange.answer(
        200, deletion.removed() ? gone(path.type(), deletion.object()) : deletion.object());
  }

  private static ObjectNode gone(ResourceType type, ObjectNode object) {
    ObjectNode status = Statuses.success();
    ObjectNode details = status.putObject("details");
    details.put("name", object.path("metadata").path("name").asString(""));
    if (!type.group().isEmpty()) {
      details.put("group", type.group());
    }
    details.put("kind", type.plural());
    details.put("uid", object.path("metadata").path("uid").asString(""));
    return status;
  }

  private void deleteCollection(ResourcePath path, ApiExchange exchange) throws IOException {
    DeleteOptions how = deleteOptions(exchange);
    Selection selection = Selection.of(registry, path, exchange);
    String resource = registry.resource(path.type());
    List<ObjectNode> deleted = new ArrayList<>();
    for (ObjectNode object : registry.store().list(resource, path.namespace()).items()) {
      if (selection.matches(object)) {
        ObjectKey key = ObjectKey.of(resource, object);
        Optional<ObjectNode> gone = deleteIfThere(path.type(), key, how);
        gone.ifPresent(deleted::add);
      }
    }
    registry.store().flush();
    ObjectNode metadata =
        JsonNodeFactory.instance
            .objectNode()
            .put("resourceVersion", Long.toString(registry.store().revision()));
    exchange.answer(
        200, new Presenter(registry, path.type(), exchange, clock).list(deleted, metadata));
  }

  private Optional<ObjectNode> deleteIfThere(ResourceType type, ObjectKey key, DeleteOptions how) {
    try {
      registry.delete(type, key.namespace(), key.name(), how);
      return registry.store().find(key.resource(), key.namespace(), key.name());
    } catch (KubeApiException e) {
      if (e.code() == 404) {
        return Optional.empty(); // someone else was faster
      }
      throw e;
    }
  }

  // ---- options ---------------------------------------------------------------------------------

  static WriteOptions writeOptions(ApiExchange exchange) {
    String manager = exchange.parameter("fieldManager");
    if (manager.isEmpty()) {
      String agent = exchange.header("User-Agent");
      int slash = agent.indexOf('/');
      manager = slash < 0 ? agent : agent.substring(0, slash);
    }
    return new WriteOptions(
        dryRun(exchange.parameter("dryRun")),
        manager.isEmpty() ? "unknown" : manager,
        FieldValidation.parse(exchange.parameter("fieldValidation")),
        exchange.flag("force"));
  }

  private static boolean dryRun(String value) {
    return switch (value) {
      case "" -> false;
      case "All" -> true;
      default ->
          throw KubeApiException.badRequest(
              "dryRun: Unsupported value: \"" + value + "\": supported values: \"All\"");
    };
  }

  static DeleteOptions deleteOptions(ApiExchange exchange) throws IOException {
    byte[] body = exchange.body();
    ObjectNode said =
        body.length == 0
            ? JsonNodeFactory.instance.objectNode()
            : JsonBodies.object(body, exchange.header("Content-Type"));
    for (String name : List.of("gracePeriodSeconds", "propagationPolicy", "orphanDependents")) {
      if (exchange.has(name) && !said.has(name)) {
        said.put(name, exchange.parameter(name));
      }
    }
    boolean dryRun = dryRun(exchange.parameter("dryRun"));
    for (JsonNode one : said.path("dryRun")) {
      dryRun |= dryRun(one.asString(""));
    }
    return deleteOptions(said, dryRun);
  }

  /// Reads a `DeleteOptions` object.
  static DeleteOptions deleteOptions(JsonNode said, boolean dryRun) {
    JsonNode preconditions = said.path("preconditions");
    DeleteOptions.Propagation propagation =
        switch (said.path("propagationPolicy").asString("")) {
          case "" ->
              said.path("orphanDependents").asBoolean(false)
                  ? DeleteOptions.Propagation.ORPHAN
                  : null;
          case "Background" -> DeleteOptions.Propagation.BACKGROUND;
          case "Foreground" -> DeleteOptions.Propagation.FOREGROUND;
          case "Orphan" -> DeleteOptions.Propagation.ORPHAN;
          case String other ->
              throw KubeApiException.badRequest(
                  "propagationPolicy: Unsupported value: \""
                      + other
                      + "\": supported values: \"Background\", \"Foreground\", \"Orphan\"");
        };
    return new DeleteOptions(
        graceSeconds(said.path("gracePeriodSeconds")),
        propagation,
        textOrNull(preconditions.path("uid")),
        textOrNull(preconditions.path("resourceVersion")),
        dryRun);
  }

  private static @Nullable Long graceSeconds(JsonNode said) {
    if (said.isMissingNode() || said.isNull()) {
      return null;
    }
    long seconds = said.asLong(-1);
    if (seconds < 0) {
      throw KubeApiException.badRequest(
          "gracePeriodSeconds must be a number of at least 0, found " + said);
    }
    return seconds;
  }

  private static @Nullable String textOrNull(JsonNode node) {
    String text = node.asString("");
    return text.isEmpty() ? null : text;
  }
}
