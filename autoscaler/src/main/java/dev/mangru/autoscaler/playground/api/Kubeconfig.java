package dev.mangru.autoscaler.playground.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How a client reaches the playground, in the format that `kubectl --kubeconfig` and every other
/// client reads. JSON, which is YAML.
///
/// @param server such as `https://127.0.0.1:8443`
/// @param cluster name of cluster, user and context
/// @param certificatePem of the server; empty for plain HTTP
/// @param token bearer token; empty if none is asked for
public record Kubeconfig(
    String server, String cluster, Optional<String> certificatePem, Optional<String> token) {

  /// The text of the file.
  public String text() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("apiVersion", "v1").put("kind", "Config").put("current-context", cluster);
    ObjectNode reached =
        config.putArray("clusters").addObject().put("name", cluster).putObject("cluster");
    reached.put("server", server);
    certificatePem.ifPresent(pem ->
        reached.put(
            "certificate-authority-data",
            Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII))));
    ObjectNode user = config.putArray("users").addObject().put("name", cluster).putObject("user");
    token.ifPresent(secret -> user.put("token", secret));
    config
        .putArray("contexts")
        .addObject()
        .put("name", cluster)
        .putObject("context")
        .put("cluster", cluster)
        .put("user", cluster)
        .put("namespace", "default");
    return config.toPrettyString() + "\n";
  }

  /// Writes the file, which only its owner can read, in place of what was there.
  public void write(Path file) throws IOException {
    Path made = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(made);
    Files.createFile(made);
    OwnerOnly.restrict(made);
    Files.writeString(made, text());
    Files.move(made, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
