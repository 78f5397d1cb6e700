package dev.mangru.autoscaler.playground.api;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A key and a certificate for 127.0.0.1 and localhost that signs itself. `kubectl` sends a token
/// over TLS only. The key is made anew at each start and never leaves the process.
///
/// The JDK can read certificates and cannot make them, so the few fields are written here (RFC
/// 5280; DER as in X.690: tag, length, content).
///
/// @param context for servers that show the certificate and clients that trust only it
/// @param pem the certificate, for a kubeconfig
public record SelfSignedCertificate(SSLContext context, String pem) {

  private static final Duration BACKDATED = Duration.ofDays(1);
  private static final Duration VALID = Duration.ofDays(3650);
  private static final int LAST_UTC_YEAR = 2049;

  private static final int BOOLEAN = 0x01;
  private static final int INTEGER = 0x02;
  private static final int BITS = 0x03;
  private static final int OCTETS = 0x04;
  private static final int OID = 0x06;
  private static final int UTF8 = 0x0c;
  private static final int UTC_TIME = 0x17;
  private static final int GENERALIZED_TIME = 0x18;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int EXPLICIT_0 = 0xa0;
  private static final int EXPLICIT_3 = 0xa3;
  private static final int DNS_NAME = 0x82;
  private static final int IP_ADDRESS = 0x87;
  private static final int SHORT_LENGTH = 0x80;

  private static final byte[] ECDSA_SHA256 = {
    0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
  };
  private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03};
  private static final byte[] KEY_USAGE = {0x55, 0x1d, 0x0f};
  private static final byte[] ALTERNATIVE_NAMES = {0x55, 0x1d, 0x11};
  private static final byte[] BASIC_CONSTRAINTS = {0x55, 0x1d, 0x13};
  private static final byte[] EXTENDED_KEY_USAGE = {0x55, 0x1d, 0x25};
  private static final byte[] SERVER_AUTH = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};

  /// Makes one.
  ///
  /// @param now the wall clock's time, which its validity is around
  public static SelfSignedCertificate make(Instant now) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      byte[] encoded = encode(keys, now);
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(encoded));
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "playground", keys.getPrivate(), new char[0], new X509Certificate[] {certificate});
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      store.setCertificateEntry("trusted", certificate);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      context.init(managers.getKeyManagers(), trust.getTrustManagers(), null);
      String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
      return new SelfSignedCertificate(
          context, "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    } catch (GeneralSecurityException | IOException e) {
      throw new MangruException(
          ErrorCode.INTERNAL, "this Java cannot make a certificate: " + e.getMessage(), e);
    }
  }

  private static byte[] encode(KeyPair keys, Instant now) throws GeneralSecurityException {
    byte[] algorithm = der(SEQUENCE, der(OID, ECDSA_SHA256));
    byte[] name =
        der(
            SEQUENCE,
            der(
                SET,
                der(
                    SEQUENCE,
                    der(OID, COMMON_NAME),
                    der(UTF8, "mangru-playground".getBytes(StandardCharsets.UTF_8)))));
    byte[] content =
        der(
            SEQUENCE,
            der(EXPLICIT_0, der(INTEGER, new byte[] {2})),
            der(INTEGER, BigInteger.valueOf(now.toEpochMilli()).toByteArray()),
            algorithm,
            name,
            der(SEQUENCE, time(now.minus(BACKDATED)), time(now.plus(VALID))),
            name,
            keys.getPublic().getEncoded(),
            der(EXPLICIT_3, der(SEQUENCE, extensions())));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(keys.getPrivate());
    signature.update(content);
    return der(SEQUENCE, content, algorithm, der(BITS, new byte[] {0}, signature.sign()));
  }

  private static byte[] time(Instant instant) {
    boolean near = instant.atZone(ZoneOffset.UTC).getYear() <= LAST_UTC_YEAR;
    String pattern = near ? "yyMMddHHmmss'Z'" : "uuuuMMddHHmmss'Z'";
    String text = DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC).format(instant);
    return der(near ? UTC_TIME : GENERALIZED_TIME, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] extensions() {
    byte[] yes = der(BOOLEAN, new byte[] {(byte) 0xff});
    // Bits 0 (digitalSignature) and 5 (keyCertSign); two bits of the byte are unused.
    byte[] usage = der(BITS, new byte[] {2, (byte) 0x84});
    byte[] names =
        der(
            SEQUENCE,
            der(IP_ADDRESS, new byte[] {127, 0, 0, 1}),
            der(DNS_NAME, "localhost".getBytes(StandardCharsets.US_ASCII)));
    return join(
        der(SEQUENCE, der(OID, BASIC_CONSTRAINTS), yes, der(OCTETS, der(SEQUENCE, yes))),
        der(SEQUENCE, der(OID, KEY_USAGE), yes, der(OCTETS, usage)),
        der(
            SEQUENCE,
            der(OID, EXTENDED_KEY_USAGE),
            der(OCTETS, der(SEQUENCE, der(OID, SERVER_AUTH)))),
        der(SEQUENCE, der(OID, ALTERNATIVE_NAMES), der(OCTETS, names)));
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] der(int tag, byte[]... parts) {
    byte[] content = join(parts);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < SHORT_LENGTH) {
      out.write(content.length);
    } else {
      byte[] length = BigInteger.valueOf(content.length).toByteArray();
      int skip = length[0] == 0 ? 1 : 0;
      out.write(SHORT_LENGTH | (length.length - skip));
      out.write(length, skip, length.length - skip);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }
}
