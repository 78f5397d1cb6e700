package dev.mangru.autoscaler.playground.api;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A key and certificate for `localhost`, made once by the JDK's `keytool` and kept in a file that
/// only its owner can read.
///
/// @param context for servers that show the certificate and clients that trust only it
/// @param pem the certificate, for a kubeconfig
public record SelfSignedCertificate(SSLContext context, String pem) {

  private static final String FILE = "playground.p12";
  private static final String ALIAS = "playground";

  /// The file's mode protects it; PKCS 12 wants a password all the same.
  private static final String PASSWORD = "playground";

  private static final int YEARS = 10;
  private static final long KEYTOOL_SECONDS = 60;

  /// Reads the certificate of a folder, or makes one.
  ///
  /// @throws MangruException `UNAVAILABLE` if `keytool` does not make one
  public static SelfSignedCertificate in(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      Files.createDirectories(directory);
      make(file);
    }
    try {
      return read(file);
    } catch (GeneralSecurityException e) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "cannot read the certificate in " + file + "; delete it, and a new one is made",
          e);
    }
  }

  private static void make(Path file) throws IOException {
    Path made = file.resolveSibling(FILE + ".new");
    Files.deleteIfExists(made);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=Mangru playground",
            "-ext",
            "SAN=dns:localhost,ip:127.0.0.1,ip:::1",
            "-ext",
            "bc:c=ca:true",
            "-validity",
            Integer.toString(YEARS * 365),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-keystore",
            made.toString());
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        keytool.destroyForcibly();
        throw new MangruException(
            ErrorCode.UNAVAILABLE, "keytool made no certificate for the playground: " + said);
      }
    } catch (InterruptedException e) {
      keytool.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "interrupted while making the playground's certificate", e);
    }
    OwnerOnly.restrict(made);
    Files.move(made, file);
  }

  private static SelfSignedCertificate read(Path file)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + lines.encodeToString(keys.getCertificate(ALIAS).getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    return new SelfSignedCertificate(context, pem);
  }
}
