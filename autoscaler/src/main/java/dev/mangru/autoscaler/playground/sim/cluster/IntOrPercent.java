package dev.mangru.autoscaler.playground.sim.cluster;

import tools.jackson.databind.JsonNode;

/// A number or a share of a total, such as `maxSurge: 25%`.
public final class IntOrPercent {

  private static final int HUNDRED = 100;

  private IntOrPercent() {}

  /// The number meant.
  ///
  /// @param value a number or a text with `%`
  /// @param otherwise used when the value is absent; the same forms
  /// @param total what a share is of
  /// @param up whether a share rounds up
  public static int of(JsonNode value, String otherwise, int total, boolean up) {
    if (value.isNumber()) {
      return value.asInt(0);
    }
    String text = value.asString(otherwise);
    if (!text.endsWith("%")) {
      return parse(text);
    }
    long product = (long) parse(text.substring(0, text.length() - 1)) * total;
    return (int) (up ? Math.ceilDiv(product, HUNDRED) : Math.floorDiv(product, HUNDRED));
  }

  private static int parse(String text) {
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9' || number > 100_000_000) {
        return 0;
      }
      number = number * 10 + digit - '0';
    }
    return number;
  }
}
