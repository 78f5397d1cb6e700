package dev.mangru.autoscaler.playground;

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
import java.util.Set;

/// The file that tells `kubectl` how to reach the playground.
final class Kubeconfig {

  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private Kubeconfig() {}

  /// For an API that asks for a token, over TLS.
  ///
  /// @param pem the certificate to trust
  static String secured(String url, String pem, String token) {
    String trusted = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    return text(url + "\n    certificate-authority-data: " + trusted, "\n    token: " + token);
  }

  /// For an API that asks for nothing, over plain HTTP.
  static String open(String url) {
    return text(url, " {}");
  }

  private static String text(String server, String user) {
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
        namespace: shop
    current-context: playground
    """
        .formatted(server, user);
  }

  /// Writes the file so that only its owner can read it, and at no moment anyone else.
  static void write(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.write(fresh, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
