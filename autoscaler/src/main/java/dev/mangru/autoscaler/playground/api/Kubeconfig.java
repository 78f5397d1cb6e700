package dev.mangru.autoscaler.playground.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// How a client reaches the playground, in the format that `kubectl --kubeconfig` and every other
/// client reads.
///
/// @param server such as `https://127.0.0.1:8443`
/// @param namespace that is meant where none is said
/// @param certificatePem of the server; empty for plain HTTP
/// @param token bearer token; empty if none is asked for
public record Kubeconfig(
    String server, String namespace, Optional<String> certificatePem, Optional<String> token) {

  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  /// The text of the file.
  public String text() {
    String trusted =
        certificatePem
            .map(pem ->
                "\n    certificate-authority-data: "
                    + Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)))
            .orElse("");
    String user = token.map(secret -> "\n    token: " + secret).orElse(" {}");
    return """
    # The playground of Mangru: a simulated cluster on this machine. Nothing in it is real.
    apiVersion: v1
    kind: Config
    clusters:
    - name: playground
      cluster:
        server: %s
    users:
    - name: playground
      user:%s
    contexts:
    - name: playground
      context:
        cluster: playground
        user: playground
        namespace: %s
    current-context: playground
    """
        .formatted(server + trusted, user, namespace);
  }

  /// Writes the file so that only its owner can read it, and at no moment anyone else.
  public void write(Path file) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.write(fresh, text().getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
