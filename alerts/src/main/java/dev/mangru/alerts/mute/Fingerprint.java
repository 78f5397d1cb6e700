package dev.mangru.alerts.mute;

import dev.mangru.model.metric.Labels;
import java.nio.charset.StandardCharsets;

/// The name of a set of labels that Prometheus and Alertmanager give it: FNV-1a over names and
/// values, each followed by a byte 0xff, in 16 hexadecimal digits. Source: prometheus/common
/// `model/signature.go`.
public final class Fingerprint {

  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private Fingerprint() {}

  /// Of these labels.
  public static String of(Labels labels) {
    long hash = OFFSET;
    for (int i = 0; i < labels.count(); i++) {
      hash = add(hash, labels.name(i));
      hash = add(hash, labels.value(i));
    }
    return String.format("%016x", hash);
  }

  private static long add(long hash, String text) {
    long result = hash;
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      result = (result ^ (each & 0xff)) * PRIME;
    }
    return (result ^ 0xff) * PRIME;
  }
}
