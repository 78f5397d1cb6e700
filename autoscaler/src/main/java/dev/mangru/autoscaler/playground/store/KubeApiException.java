package dev.mangru.autoscaler.playground.store;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A refusal as Kubernetes says it: HTTP code, machine-readable reason, message and details, which
/// together make a `Status` object (apimachinery `meta/v1` and `api/errors`).
public final class KubeApiException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;
  private final @Nullable String details;

  /// One cause of a refusal, such as a field that does not validate.
  ///
  /// @param reason such as `FieldValueInvalid` or `DisruptionBudget`; may be empty
  /// @param message for a human
  /// @param field path of the field such as `spec.replicas`; may be empty
  public record Cause(String reason, String message, String field) {}

  /// @param code HTTP status
  /// @param reason such as `NotFound`, `Conflict`, `Invalid`; may be empty
  /// @param details the `details` object of the Status, or null
  public KubeApiException(int code, String reason, String message, @Nullable ObjectNode details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details == null ? null : details.toString();
  }

  /// HTTP status.
  public int code() {
    return code;
  }

  /// Machine-readable reason; may be empty.
  public String reason() {
    return reason;
  }

  /// The message; never null.
  public String text() {
    String message = getMessage();
    return message == null ? reason : message;
  }

  /// Seconds after which to try again, or 0 if the refusal does not say.
  public int retryAfterSeconds() {
    return details == null ? 0 : Json.object(details).path("retryAfterSeconds").asInt(0);
  }

  /// The `Status` object that an HTTP answer carries.
  public ObjectNode toStatus() {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Failure").put("message", text());
    if (!reason.isEmpty()) {
      status.put("reason", reason);
    }
    if (details != null) {
      status.set("details", Json.object(details));
    }
    return status.put("code", code);
  }

  /// 404: there is no such object.
  ///
  /// @param resource `group/plural`, or `plural` of the core group
  public static KubeApiException notFound(String resource, String name) {
    return new KubeApiException(
        404,
        "NotFound",
        qualified(resource) + " \"" + name + "\" not found",
        details(resource, name));
  }

  /// 404 for a path that leads nowhere.
  public static KubeApiException noSuchPath() {
    return new KubeApiException(
        404, "NotFound", "the server could not find the requested resource", details("", ""));
  }

  /// 409: the name is taken.
  public static KubeApiException alreadyExists(String resource, String name) {
    return new KubeApiException(
        409,
        "AlreadyExists",
        qualified(resource) + " \"" + name + "\" already exists",
        details(resource, name));
  }

  /// 409: someone else changed the object meanwhile.
  public static KubeApiException conflict(String resource, String name) {
    return conflict(
        resource,
        name,
        "the object has been modified; please apply your changes to the latest version and try"
            + " again");
  }

  /// 409 with what stands in the way.
  public static KubeApiException conflict(String resource, String name, String why) {
    return new KubeApiException(
        409,
        "Conflict",
        "Operation cannot be fulfilled on " + qualified(resource) + " \"" + name + "\": " + why,
        details(resource, name));
  }

  /// 409 between field managers, with one cause for each field.
  public static KubeApiException applyConflict(String message, List<Cause> causes) {
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    causes(details, causes);
    return new KubeApiException(409, "Conflict", message, details);
  }

  /// 422: fields that do not validate.
  ///
  /// @param kind the object's kind, qualified by its group if it has one: `Deployment.apps`
  public static KubeApiException invalid(String kind, String name, List<Cause> causes) {
    List<String> texts =
        causes.stream()
            .map(cause ->
                cause.field().isEmpty() ? cause.message() : cause.field() + ": " + cause.message())
            .toList();
    String all = texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
    int dot = kind.indexOf('.');
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    details.put("name", name);
    if (dot > 0) {
      details.put("group", kind.substring(dot + 1));
    }
    details.put("kind", dot > 0 ? kind.substring(0, dot) : kind);
    causes(details, causes);
    return new KubeApiException(
        422, "Invalid", kind + " \"" + name + "\" is invalid: " + all, details);
  }

  /// 400: a request that cannot be understood.
  public static KubeApiException badRequest(String message) {
    return new KubeApiException(400, "BadRequest", message, null);
  }

  /// 403: understood and not allowed.
  public static KubeApiException forbidden(String resource, String name, String why) {
    return new KubeApiException(
        403,
        "Forbidden",
        qualified(resource) + " \"" + name + "\" is forbidden: " + why,
        details(resource, name));
  }

  /// 405: the resource does not do that.
  public static KubeApiException methodNotAllowed(String message) {
    return new KubeApiException(405, "MethodNotAllowed", message, details("", ""));
  }

  /// 406: none of the accepted media types can be made.
  public static KubeApiException notAcceptable(String message) {
    return new KubeApiException(406, "NotAcceptable", message, null);
  }

  /// 410: the revision is older than the history that is kept.
  public static KubeApiException expired(String message) {
    return new KubeApiException(410, "Expired", message, null);
  }

  /// 413: a body over the limit.
  public static KubeApiException tooLarge(String message) {
    return new KubeApiException(413, "RequestEntityTooLarge", message, null);
  }

  /// 415: a body that is not understood.
  public static KubeApiException unsupportedMediaType(String message) {
    return new KubeApiException(415, "UnsupportedMediaType", message, null);
  }

  /// 429: come back later.
  ///
  /// @param retryAfterSeconds 0 if there is nothing to say about it
  public static KubeApiException tooManyRequests(
      String message, int retryAfterSeconds, List<Cause> causes) {
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    causes(details, causes);
    if (retryAfterSeconds > 0) {
      details.put("retryAfterSeconds", retryAfterSeconds);
    }
    return new KubeApiException(429, "TooManyRequests", message, details);
  }

  /// 500: our bug, or one that a test asked for.
  public static KubeApiException internal(String message) {
    return new KubeApiException(500, "InternalError", "Internal error occurred: " + message, null);
  }

  /// 503: the store or the server is not available.
  public static KubeApiException unavailable(String message) {
    return new KubeApiException(503, "ServiceUnavailable", message, null);
  }

  /// The name that messages use: `deployments.apps`, or `pods` of the core group.
  ///
  /// @param resource `group/plural`, or `plural` of the core group
  public static String qualified(String resource) {
    int slash = resource.indexOf('/');
    return slash < 0
        ? resource
        : resource.substring(slash + 1) + "." + resource.substring(0, slash);
  }

  private static ObjectNode details(String resource, String name) {
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    if (!name.isEmpty()) {
      details.put("name", name);
    }
    int slash = resource.indexOf('/');
    if (slash > 0) {
      details.put("group", resource.substring(0, slash));
    }
    if (!resource.isEmpty()) {
      details.put("kind", resource.substring(slash + 1));
    }
    return details;
  }

  private static void causes(ObjectNode details, List<Cause> causes) {
    if (causes.isEmpty()) {
      return;
    }
    ArrayNode list = details.putArray("causes");
    for (Cause cause : causes) {
      ObjectNode one = list.addObject();
      putUnlessEmpty(one, "reason", cause.reason());
      putUnlessEmpty(one, "message", cause.message());
      putUnlessEmpty(one, "field", cause.field());
    }
  }

  private static void putUnlessEmpty(ObjectNode node, String field, String value) {
    if (!value.isEmpty()) {
      node.put(field, value);
    }
  }
}
