package dev.mangru.server.http;

import org.jspecify.annotations.Nullable;

/// How an answer may be compressed, as a request's `Accept-Encoding` says it.
///
/// Source: RFC 9110, 12.5.3. Prometheus itself gives gzip and deflate; zstd is added.
enum AcceptedCoding {
  /// RFC 8878.
  ZSTD("zstd"),
  /// RFC 1952.
  GZIP("gzip"),
  /// RFC 1950; the name is HTTP's.
  DEFLATE("deflate");

  private final String word;

  AcceptedCoding(String word) {
    this.word = word;
  }

  /// As headers write it.
  String word() {
    return word;
  }

  /// The coding that the caller likes best; of those that it likes as well as each other the first
  /// here. Null for none: then the answer is not compressed.
  ///
  /// @param header null where there is none
  static @Nullable AcceptedCoding of(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return null;
    }
    AcceptedCoding best = null;
    double bestQuality = quality(header, "identity");
    // Not to be compressed is what everyone accepts, so it is only liked where it is named.
    bestQuality = bestQuality < 0 ? 0 : bestQuality;
    for (AcceptedCoding coding : values()) {
      double quality = quality(header, coding.word);
      if (quality < 0) {
        quality = Math.max(0, quality(header, "*"));
      }
      if (quality > bestQuality || (quality > 0 && quality == bestQuality && best == null)) {
        best = coding;
        bestQuality = quality;
      }
    }
    return best;
  }

  /// How much a word is liked, 0 to 1; -1 if it is not there.
  private static double quality(String header, String word) {
    int from = 0;
    while (from <= header.length()) {
      int comma = header.indexOf(',', from);
      int to = comma < 0 ? header.length() : comma;
      int semicolon = header.indexOf(';', from);
      int nameTo = semicolon < 0 || semicolon > to ? to : semicolon;
      if (header.substring(from, nameTo).strip().equalsIgnoreCase(word)) {
        return nameTo == to ? 1 : weight(header.substring(nameTo + 1, to));
      }
      from = to + 1;
    }
    return -1;
  }

  /// What `q=0.5` says; something odd is taken for 0, so that nobody gets what they did not ask
  /// for.
  private static double weight(String parameter) {
    String text = parameter.strip();
    if (!text.startsWith("q=") && !text.startsWith("Q=")) {
      return 0;
    }
    try {
      double weight = Double.parseDouble(text.substring(2).strip());
      return weight >= 0 && weight <= 1 ? weight : 0;
    } catch (NumberFormatException _) {
      return 0;
    }
  }
}
