package dev.mangru.autoscaler.kube;

import dev.mangru.autoscaler.control.TargetRef;
import dev.mangru.autoscaler.kube.KubeRest.Response;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Where the scale of a kind is found, by what the API server says it serves: any kind with a scale
/// subresource, custom ones included. Thread-safe.
final class ScaleTargets {

  /// How long an answer is believed. Chosen: kinds rarely go.
  private static final Duration KNOWN_FOR = Duration.ofMinutes(10);

  /// How long it is believed that there is no such kind. Chosen: someone may be installing it.
  private static final Duration UNKNOWN_FOR = Duration.ofSeconds(60);

  /// Kinds remembered; beyond it everything is asked anew.
  private static final int MAX_KINDS = 1_000;

  private final KubeRest rest;
  private final InstantSource clock;
  private final Map<String, Found> kinds = new ConcurrentHashMap<>();

  /// @param prefix such as `/apis/apps/v1`; null if there is no such kind
  private record Found(
      @Nullable String prefix, @Nullable String plural, String problem, Instant until) {}

  ScaleTargets(KubeRest rest, InstantSource clock) {
    this.rest = rest;
    this.clock = clock;
  }

  /// The path of a target's scale.
  ///
  /// @throws MangruException `NOT_FOUND` if no kind of that name can be scaled, `BAD_DATA` if the
  ///   reference is none, `UNAVAILABLE` if the API server gives no answer
  String path(String namespace, TargetRef target) {
    if (target.apiVersion().indexOf('/') != target.apiVersion().lastIndexOf('/')) {
      throw MangruException.badData(
          "invalid API version in scale target reference: unexpected GroupVersion string: "
              + target.apiVersion());
    }
    Found found = find(target);
    if (found.prefix() == null || found.plural() == null) {
      throw new MangruException(ErrorCode.NOT_FOUND, found.problem());
    }
    return "%s/namespaces/%s/%s/%s/scale"
        .formatted(
            found.prefix(), KubeRest.part(namespace), found.plural(), KubeRest.part(target.name()));
  }

  private Found find(TargetRef target) {
    String key = target.apiVersion() + " " + target.kind();
    Instant now = clock.instant();
    Found known = kinds.get(key);
    if (known != null && now.isBefore(known.until())) {
      return known;
    }
    if (kinds.size() >= MAX_KINDS) {
      kinds.clear();
    }
    Found found = ask(target, now);
    kinds.put(key, found);
    return found;
  }

  private Found ask(TargetRef target, Instant now) {
    boolean kindSeen = false;
    for (String prefix : prefixes(target)) {
      Response answer = rest.get(prefix);
      if (answer.transientTrouble()) {
        throw unavailable(prefix, answer);
      }
      String plural = null;
      boolean scales = false;
      for (JsonNode each : answer.body().path("resources")) {
        String name = each.path("name").asString("");
        if (each.path("kind").asString("").equals(target.kind()) && name.indexOf('/') < 0) {
          plural = name;
        }
      }
      for (JsonNode each : answer.body().path("resources")) {
        scales |= plural != null && each.path("name").asString("").equals(plural + "/scale");
      }
      kindSeen |= plural != null;
      if (scales) {
        return new Found(prefix, plural, "", now.plus(KNOWN_FOR));
      }
    }
    String problem =
        kindSeen
            ? "%s in group \"%s\" has no scale subresource".formatted(target.kind(), target.group())
            : "no matches for kind \"%s\" in group \"%s\"".formatted(target.kind(), target.group());
    return new Found(
        null,
        null,
        "unable to determine resource for scale target reference: " + problem,
        now.plus(UNKNOWN_FOR));
  }

  /// The versions of the group, the one that the reference names first.
  private List<String> prefixes(TargetRef target) {
    String named = target.apiVersion().isEmpty() ? "v1" : target.apiVersion();
    if (target.group().isEmpty()) {
      return List.of("/api/" + KubeRest.part(named));
    }
    String group = "/apis/" + KubeRest.part(target.group());
    List<String> prefixes = new ArrayList<>();
    prefixes.add(group + "/" + KubeRest.part(named.substring(named.indexOf('/') + 1)));
    Response answer = rest.get(group);
    if (answer.transientTrouble()) {
      throw unavailable(group, answer);
    }
    for (JsonNode each : answer.body().path("versions")) {
      String prefix = group + "/" + KubeRest.part(each.path("version").asString(""));
      if (!prefixes.contains(prefix)) {
        prefixes.add(prefix);
      }
    }
    return prefixes;
  }

  private static MangruException unavailable(String path, Response answer) {
    return new MangruException(
        ErrorCode.UNAVAILABLE,
        "the API server cannot answer GET %s now: %s".formatted(path, answer.message()));
  }
}
