package dev.mangru.collector.tail;

import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Finds out whose log a file is: namespace, pod and container from a path below /var/log/pods,
/// name and image from the `config.v2.json` beside a Docker log. Confined to the tailing thread.
final class StreamLabels {

  static final String FILENAME = "filename";
  static final String JOB = "job";
  static final String HOST = "host";
  static final String NAMESPACE = "namespace";
  static final String POD = "pod";
  static final String CONTAINER = "container";
  static final String IMAGE = "image";
  static final String STREAM = "stream";

  /// A container's configuration is a few KiB; something larger is not one.
  private static final long MAX_CONFIG_BYTES = 4L << 20;

  private static final JsonFactory JSON = new JsonFactory();

  private final String host;
  private final TailStats stats;
  private final ToldOnce told;

  StreamLabels(String host, TailStats stats, ToldOnce told) {
    this.host = host;
    this.stats = stats;
    this.told = told;
  }

  /// The labels of a file's stream. Those of its output (`stdout`, `stderr`) are added per line.
  Labels of(Path origin, LogSource source) {
    Labels.Builder labels =
        Labels.builder().set(FILENAME, origin.toString()).set(JOB, source.job()).set(HOST, host);
    switch (source.format()) {
      case CRI -> pod(origin, labels);
      case DOCKER -> docker(origin, labels);
      case PLAIN -> {}
    }
    return labels.build();
  }

  /// `…/<namespace>_<pod>_<uid>/<container>/<restart>.log`, or
  /// `…/<pod>_<namespace>_<container>-<id>.log`.
  private static void pod(Path path, Labels.Builder labels) {
    int names = path.getNameCount();
    if (names >= 3) {
      String[] parts = path.getName(names - 3).toString().split("_", -1);
      if (parts.length == 3) {
        labels
            .set(NAMESPACE, parts[0])
            .set(POD, parts[1])
            .set(CONTAINER, path.getName(names - 2).toString());
        return;
      }
    }
    String[] parts = name(path).split("_", -1);
    if (parts.length == 3) {
      int id = parts[2].lastIndexOf('-');
      labels
          .set(POD, parts[0])
          .set(NAMESPACE, parts[1])
          .set(CONTAINER, id < 0 ? parts[2] : parts[2].substring(0, id));
    }
  }

  private void docker(Path path, Labels.Builder labels) {
    Path config = path.resolveSibling("config.v2.json");
    String id = name(path);
    // The short id that `docker ps` shows, where there is no name.
    labels.set(CONTAINER, id.substring(0, Math.min(12, id.length())));
    try {
      if (!Files.isRegularFile(config) || Files.size(config) > MAX_CONFIG_BYTES) {
        return;
      }
      try (JsonParser json =
          JSON.createParser(ObjectReadContext.empty(), Files.readAllBytes(config))) {
        json.nextToken();
        object(json, "", labels);
      }
    } catch (IOException | JacksonException e) {
      stats.errors.increment();
      told.warn("cannot read a container's name", config, e);
    }
  }

  /// Walks down to the few fields that matter; passes over all others.
  private static void object(JsonParser json, String where, Labels.Builder labels) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = where + "/" + json.currentName();
      JsonToken token = json.nextToken();
      if (token == JsonToken.START_OBJECT
          && (field.equals("/Config") || field.equals("/Config/Labels"))) {
        object(json, field, labels);
      } else if (token == JsonToken.VALUE_STRING) {
        field(field, json.getString(), labels);
      } else {
        json.skipChildren();
      }
    }
  }

  private static void field(String field, String value, Labels.Builder labels) {
    switch (field) {
      case "/Name" -> {
        // The label of Kubernetes, if there is one, is the better name.
        if (labels.get(POD).isEmpty()) {
          labels.set(CONTAINER, value.startsWith("/") ? value.substring(1) : value);
        }
      }
      case "/Config/Image" -> labels.set(IMAGE, value);
      case "/Config/Labels/io.kubernetes.pod.namespace" -> labels.set(NAMESPACE, value);
      case "/Config/Labels/io.kubernetes.pod.name" -> labels.set(POD, value);
      case "/Config/Labels/io.kubernetes.container.name" -> labels.set(CONTAINER, value);
      default -> {}
    }
  }

  private static String name(Path path) {
    return Objects.requireNonNull(path.getFileName()).toString();
  }
}
