package dev.mangru.autoscaler.playground.schema;

import java.util.Comparator;

/// How Kubernetes orders versions: `v2`, `v1`, then `v2beta1`, `v1beta2`, then alphas, then
/// whatever is not of that form, alphabetically.
final class VersionOrder {

  /// The version that clients should use comes first.
  static final Comparator<String> PREFERRED_FIRST =
      Comparator.comparing(VersionOrder::parse).thenComparing(Comparator.naturalOrder());

  private VersionOrder() {}

  /// @param stage 0 for a stable version, 1 for beta, 2 for alpha, 3 for another form
  private record Parsed(int stage, int major, int minor) implements Comparable<Parsed> {
    @Override
    public int compareTo(Parsed that) {
      if (stage != that.stage) {
        return Integer.compare(stage, that.stage);
      }
      return major != that.major
          ? Integer.compare(that.major, major)
          : Integer.compare(that.minor, minor);
    }
  }

  private static Parsed parse(String version) {
    int at = version.startsWith("v") ? digits(version, 1) : 0;
    if (at < 2) {
      return new Parsed(3, 0, 0);
    }
    int major = number(version, 1, at);
    String rest = version.substring(at);
    if (rest.isEmpty()) {
      return new Parsed(0, major, 0);
    }
    int stage = rest.startsWith("beta") ? 1 : rest.startsWith("alpha") ? 2 : 3;
    int from = at + (stage == 1 ? 4 : 5);
    if (stage == 3 || from >= version.length() || digits(version, from) != version.length()) {
      return new Parsed(3, 0, 0);
    }
    return new Parsed(stage, major, number(version, from, version.length()));
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  private static int number(String text, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      number = Math.min(Integer.MAX_VALUE, number * 10 + text.charAt(i) - '0');
    }
    return (int) number;
  }
}
