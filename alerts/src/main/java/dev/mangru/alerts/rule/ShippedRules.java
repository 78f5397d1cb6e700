package dev.mangru.alerts.rule;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The rules that come with Mangru: for Kubernetes, its nodes and workloads, and for Mangru itself.
public final class ShippedRules {

  /// What their file is called.
  public static final String FILE = "built-in/kubernetes-rules.yaml";

  private static final String RESOURCE = "/dev/mangru/alerts/kubernetes-rules.yaml";

  private ShippedRules() {}

  /// Their text, for whoever wants to read or copy it.
  public static String text() {
    try (InputStream in = ShippedRules.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The rules, read by `parser`.
  public static RuleFile.Outcome read(RuleFileParser parser) {
    return parser.parse(FILE, text());
  }
}
