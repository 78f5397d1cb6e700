package dev.mangru.autoscaler.playground.schema;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.ObjectNode;

/// The server's OpenAPI documents: version 3 by group and version, and version 2 as a whole, the
/// kinds of CustomResourceDefinitions included.
///
/// Thread-safe. Documents are made when asked for and kept until the catalogue changes.
public final class OpenApi {

  /// What documents are made from; a change of either makes them anew.
  private record Made(List<ResourceType> types, String hash, String document) {}

  private final ResourceCatalog catalog;
  private final String serverVersion;
  private final Map<String, Made> made = new ConcurrentHashMap<>();

  /// @param serverVersion such as `v1.33.0`, as in `/version`
  public OpenApi(ResourceCatalog catalog, String serverVersion) {
    this.catalog = catalog;
    this.serverVersion = serverVersion;
  }

  /// The answer to `/openapi/v3`: where the documents are. Their addresses change with their
  /// content, so that clients may keep what they have.
  public ObjectNode index() {
    ObjectNode index = Nodes.empty();
    ObjectNode paths = index.putObject("paths");
    for (String group : catalog.groups()) {
      for (String version : catalog.versions(group)) {
        String path = OpenApiPaths.root(catalog.of(group, version).getFirst()).substring(1);
        paths
            .putObject(path)
            .put("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash(group, version));
      }
    }
    return index;
  }

  /// The answer to `/openapi/v3/…` as JSON; empty if nothing is served there.
  ///
  /// @param path such as `api/v1` or `apis/apps/v1`
  public Optional<String> document(String path) {
    List<String> parts = List.of(path.split("/", -1));
    boolean core = parts.size() == 2 && parts.getFirst().equals("api");
    if (!core && !(parts.size() == 3 && parts.getFirst().equals("apis"))) {
      return Optional.empty();
    }
    String group = core ? "" : parts.get(1);
    String version = parts.getLast();
    List<ResourceType> types = catalog.of(group, version);
    if (types.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(kept(path, types, hash(group, version), true));
  }

  /// The answer to `/openapi/v2` as JSON.
  public String swagger() {
    List<ResourceType> types = catalog.all();
    StringBuilder hashes = new StringBuilder();
    for (String group : catalog.groups()) {
      catalog.versions(group).forEach(version -> hashes.append(hash(group, version)));
    }
    return kept("", types, hashes.toString(), false);
  }

  /// The answer to `/openapi/v2` as a Protocol Buffers message. Made anew each time: `kubectl` asks
  /// for it when it meets a kind that nobody serves, and seldom else.
  public byte[] swaggerProtobuf() {
    return SwaggerProtobuf.bytes(make(catalog.all(), false));
  }

  private String kept(String key, List<ResourceType> types, String hash, boolean v3) {
    Made old = made.get(key);
    if (old != null && old.types().equals(types) && old.hash().equals(hash)) {
      return old.document();
    }
    String document = make(types, v3).toString();
    made.put(key, new Made(types, hash, document));
    return document;
  }

  private ObjectNode make(List<ResourceType> types, boolean v3) {
    ObjectNode document = Nodes.empty();
    document.put(v3 ? "openapi" : "swagger", v3 ? "3.0.0" : "2.0");
    document.putObject("info").put("title", "Kubernetes").put("version", serverVersion);
    ObjectNode paths = document.putObject("paths");
    OpenApiSchemas schemas = new OpenApiSchemas(v3);
    OpenApiPaths writer = new OpenApiPaths(v3, catalog, schemas, paths);
    for (ResourceType type : types) {
      schemas.add(catalog, type);
      writer.add(type);
    }
    if (v3) {
      document.putObject("components").set("schemas", schemas.all());
    } else {
      document.set("definitions", schemas.all());
    }
    return document;
  }

  private String hash(String group, String version) {
    StringBuilder content = new StringBuilder(serverVersion);
    for (ResourceType type : catalog.of(group, version)) {
      content.append(type);
      catalog.rawSchema(type).ifPresent(content::append);
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(content.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().withUpperCase().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new MangruException(
          ErrorCode.INTERNAL, "this Java has no SHA-256, which every Java must have", e);
    }
  }
}
