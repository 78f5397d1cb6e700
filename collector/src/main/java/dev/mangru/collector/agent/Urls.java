package dev.mangru.collector.agent;

import java.net.URI;

/// Puts addresses together. Stateless.
final class Urls {

  private Urls() {}

  /// `path` below a base address, whether or not that ends in a slash.
  static URI below(URI base, String path) {
    String text = base.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }
}
