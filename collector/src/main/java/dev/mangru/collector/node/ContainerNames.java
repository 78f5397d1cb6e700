package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Finds out who a container is from what its runtime and the kubelet leave on disk.
///
/// | source | file |
/// | --- | --- |
/// | Docker | `<docker>/containers/<id>/config.v2.json` |
/// | containerd | `<run>/containerd/io.containerd.runtime.v2.task/<namespace>/<id>/config.json` |
/// | CRI-O | `<run>/containers/storage/overlay-containers/<id>/userdata/config.json` |
/// | kubelet | `<log>/containers/<pod>_<namespace>_<container>-<id>.log` |
/// | kubelet, pods | `<log>/pods/<namespace>_<pod>_<uid>/` |
///
/// Answers are not remembered here. Confined to the scanner's thread.
final class ContainerNames {

  /// A runtime's description of one container is a few kilobytes.
  private static final long MAX_CONFIG_BYTES = 16 << 20;

  private final HostRoots roots;
  private final JsonMapper json = JsonMapper.builder().build();

  ContainerNames(HostRoots roots) {
    this.roots = roots;
  }

  /// Who the container is; null when nothing on this host knows it, or not yet.
  @Nullable ContainerIdentity find(String id, String podUid) throws IOException {
    ContainerIdentity docker = docker(id);
    if (docker != null) {
      return docker;
    }
    ContainerIdentity task = task(id);
    return task != null ? task : logLink(id);
  }

  /// Namespace and name of a pod by its uid; null when unknown.
  @Nullable PodName pod(String uid) throws IOException {
    for (Path folder : list(roots.log().resolve("pods"), "*_" + uid)) {
      String[] parts = folder.getFileName().toString().split("_", -1);
      if (parts.length == 3) {
        return new PodName(parts[0], parts[1]);
      }
    }
    return null;
  }

  record PodName(String namespace, String pod) {}

  private @Nullable ContainerIdentity docker(String id) throws IOException {
    JsonNode config = read(roots.docker().resolve("containers").resolve(id + "/config.v2.json"));
    if (config == null) {
      return null;
    }
    JsonNode labels = config.path("Config").path("Labels");
    String pod = text(labels, ContainerIdentity.POD_NAME);
    String container = text(labels, ContainerIdentity.CONTAINER_NAME);
    String name = text(config, "Name");
    boolean sandbox =
        container.equals(ContainerIdentity.SANDBOX)
            || text(labels, "io.kubernetes.docker.type").equals("podsandbox");
    return new ContainerIdentity(
        pod.isEmpty() && !name.isEmpty() ? name.substring(name.startsWith("/") ? 1 : 0) : id,
        text(config.path("Config"), "Image"),
        text(labels, ContainerIdentity.POD_NAMESPACE),
        pod,
        container,
        sandbox,
        epochMs(text(config.path("State"), "StartedAt")),
        epochMs(text(config, "Created")));
  }

  /// A runtime's description with the annotations of containerd's or CRI-O's pod interface.
  private @Nullable ContainerIdentity task(String id) throws IOException {
    Path tasks = roots.run().resolve("containerd/io.containerd.runtime.v2.task");
    JsonNode config = null;
    for (Path namespace : list(tasks, "*")) {
      config = config == null ? read(namespace.resolve(id + "/config.json")) : config;
    }
    if (config == null) {
      config =
          read(
              roots
                  .run()
                  .resolve("containers/storage/overlay-containers")
                  .resolve(id + "/userdata/config.json"));
    }
    if (config == null) {
      return null;
    }
    JsonNode notes = config.path("annotations");
    String pod = first(notes, "io.kubernetes.cri.sandbox-name", ContainerIdentity.POD_NAME);
    if (pod.isEmpty()) {
      return null;
    }
    String container =
        first(notes, "io.kubernetes.cri.container-name", ContainerIdentity.CONTAINER_NAME);
    String type =
        first(notes, "io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType");
    return new ContainerIdentity(
        id,
        first(notes, "io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName"),
        first(notes, "io.kubernetes.cri.sandbox-namespace", ContainerIdentity.POD_NAMESPACE),
        pod,
        container,
        type.equals("sandbox") || container.equals(ContainerIdentity.SANDBOX),
        0,
        epochMs(text(notes, "io.kubernetes.cri-o.Created")));
  }

  /// The kubelet links `<pod>_<namespace>_<container>-<id>.log` to each log.
  private @Nullable ContainerIdentity logLink(String id) throws IOException {
    for (Path link : list(roots.log().resolve("containers"), "*-" + id + ".log")) {
      String file = link.getFileName().toString();
      String[] parts = file.substring(0, file.length() - id.length() - 5).split("_", -1);
      if (parts.length == 3) {
        return new ContainerIdentity(id, "", parts[1], parts[0], parts[2], false, 0, 0);
      }
    }
    return null;
  }

  /// Entries of a folder; none where it is not there, may not be read, or changes at this moment.
  private static List<Path> list(Path folder, String glob) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, glob)) {
      stream.forEach(entries::add);
    } catch (FileSystemException | DirectoryIteratorException _) {
      return List.of(); // One name that cannot be found must not cost the rows of all others.
    }
    return entries;
  }

  /// A JSON file; null where there is none, it may not be read, is written at this moment, or is
  /// too large to be a container's.
  private @Nullable JsonNode read(Path file) throws IOException {
    try {
      if (Files.size(file) > MAX_CONFIG_BYTES) {
        return null;
      }
      return json.readTree(Files.readAllBytes(file));
    } catch (FileSystemException | JacksonException _) {
      return null; // Asked again at the next pass; rows wait for their names meanwhile.
    }
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isString() ? value.asString() : "";
  }

  private static String first(JsonNode node, String field, String other) {
    String text = text(node, field);
    return text.isEmpty() ? text(node, other) : text;
  }

  private static long epochMs(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    try {
      return Math.max(0, Instant.parse(text).toEpochMilli());
    } catch (DateTimeParseException _) {
      return 0; // “Unknown”; the start is then taken from the first process.
    }
  }
}
